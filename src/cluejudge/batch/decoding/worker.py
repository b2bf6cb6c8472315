"""One process that decodes: how it is held from outside, and what runs in it.

It is a Python of its own, not one of `multiprocessing`: that would run the caller's main module
again. It speaks over its standard input and output, and knows no model.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from functools import cache
from typing import Any, BinaryIO, TextIO

from cluejudge.batch.decoding.prepare import prepare
from cluejudge.batch.decoding.wire import receive, send
from cluejudge.batch.entries import Fetched, Prepared
from cluejudge.settings import Limits, Sampling

_READY = "ready"
_CODE = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from cluejudge.batch.decoding.worker import main
main()
"""


# In a group of its own, it does not hear of a Ctrl-C that is meant for this process.
_APART: dict[str, Any]
if sys.platform == "win32":
    _APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    _APART = {"process_group": 0}


class DiedError(Exception):
    """The process ended before it had answered."""


class Worker:
    """A process that prepares rows, one at a time; it ends with this one, however that ends.

    It is not waited for before the first `prepare`.
    """

    def __init__(self, limits: Limits, sampling: Sampling) -> None:
        command = [sys.executable, "-c", _CODE, json.dumps(sys.path)]
        pipe = subprocess.PIPE
        err = subprocess.DEVNULL if sys.stderr is None else None  # None: where this one writes
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=err, **_APART)
        self._settings = (limits, sampling)
        self._ready = False

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def start(self) -> None:
        """Waits until it can be given rows. Raises `DiedError` if it never can."""
        if not self._ready:
            self._ask(self._settings)
            self._ready = True

    def prepare(self, fetched: Fetched) -> Prepared:
        """The row as the process decodes it. Raises `DiedError` if it ends on the way."""
        self.start()
        prepared: Prepared = self._ask(fetched)
        return prepared

    def _ask(self, what: object) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise DiedError("it has no pipes")
        try:
            send(self._process.stdin, what)
            return receive(self._process.stdout)
        except (OSError, EOFError) as error:
            raise DiedError("it has ended") from error

    def kill(self) -> None:
        """Ends it at once, from any thread; whoever waits for its answer hears of it."""
        self._process.kill()

    def close(self) -> None:
        """Ends it at once, when nobody waits for an answer any more."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what could not be sent to it
                    pipe.close()


def main() -> None:
    """Runs in the process: decodes what it is sent until nobody is there who sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asks, answers = _pipes()
    arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(asks, arrived), daemon=True).start()
    try:
        limits, sampling = arrived.get()
        send(answers, _READY)
        while True:
            fetched = arrived.get()
            prepared = prepare(fetched, limits, sampling, _within)
            faulthandler.cancel_dump_traceback_later()
            send(answers, prepared)
    except BrokenPipeError:
        os._exit(0)
    except Exception:  # told here, and to the other side by the end of this process
        traceback.print_exc()
        os._exit(1)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """What is read and written here alone: a library that prints does not spoil it."""
    asks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return asks, answers


def _listen(asks: BinaryIO, arrived: queue.SimpleQueue[Any]) -> None:
    """Hands on what arrives. At its end the process ends, in the middle of a picture too."""
    try:
        while True:
            arrived.put(receive(asks))
    finally:
        os._exit(0)


def _within(seconds: float) -> None:
    """From now on the process has so many seconds: past them it ends, whatever it is stuck in."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())


@cache
def _nowhere() -> TextIO:
    return open(os.devnull, "w")
