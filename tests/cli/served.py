"""`cluejudge serve` as a process, for tests."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = [sys.executable, "-m", "cluejudge.cli.main", "serve", "--port", "0", "-m", "fake"]


class Process:
    """A running `cluejudge serve`, and what it has said."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *more], cwd=folder, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr
        self.said = ""
        self.heard = threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.url = ""

    def _listen(self) -> None:
        for line in self.process.stderr or ():
            with self.heard:
                self.said += line
                self.heard.notify_all()

    def wait_for(self, pattern: str) -> str:
        with self.heard:
            found = self.heard.wait_for(lambda: re.search(pattern, self.said), 60)
        assert found, self.said
        return found.group(found.re.groups)

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        code = self.process.wait(60)
        self._listener.join(10)
        return code


@contextmanager
def serving(folder: Path, *more: str) -> Iterator[Process]:
    started = Process(folder, *more)
    try:
        started.url = started.wait_for(r"serves at (http://\S+)")
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait(20)
        if started.process.stderr:
            started._listener.join(10)
            started.process.stderr.close()
