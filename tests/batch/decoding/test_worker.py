"""A process that decodes lives as long as the one that started it, and no longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from cluejudge.batch.decoding.worker import DiedError, Worker
from cluejudge.image import LoadedImage
from cluejudge.settings import Limits, Sampling
from tests.batch.decoding.rows import Bomb, fetched, png

HOLDER = """
import sys, time
from cluejudge.batch.decoding.worker import Worker
from cluejudge.settings import Limits, Sampling
worker = Worker(Limits(), Sampling())
worker.start()
print(worker.pid, flush=True)
time.sleep(60)
"""

LIBRARIES = """
import sys
import cluejudge.batch.decoding.worker
heavy = {"torch", "transformers", "onnxruntime", "tokenizers", "pyarrow", "fsspec", "ray", "av"}
print(sorted(heavy & set(sys.modules)), "cluejudge.judge" in sys.modules)
"""

STUCK = """
from cluejudge.batch.decoding.worker import _within
_within(0.2)
while True:
    pass
"""


@pytest.fixture
def worker() -> Iterator[Worker]:
    one = Worker(Limits(), Sampling())
    yield one
    one.close()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_prepares_one_row_after_another_and_does_not_heed_ctrl_c(worker: Worker) -> None:
    worker.start()
    for row, colour in enumerate(("red", "blue")):
        if sys.platform != "win32":
            os.kill(worker.pid, signal.SIGINT)
        found = worker.prepare(fetched(png(colour), row))
        assert isinstance(found.image, LoadedImage)
        assert found.entry.row == row


def test_its_end_is_told(worker: Worker) -> None:
    worker.start()
    worker.kill()
    with pytest.raises(DiedError):
        worker.prepare(fetched(png()))


def test_a_row_may_end_it(worker: Worker) -> None:
    with pytest.raises(DiedError):
        worker.prepare(fetched(Bomb(png())))
    worker.close()
    assert not worker.alive


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_it_ends_when_its_parent_is_killed() -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True, env=_paths()
    )
    assert holder.stdout is not None
    pid = int(holder.stdout.readline())
    assert is_there(pid)
    holder.kill()
    holder.communicate(timeout=30)
    deadline = time.monotonic() + 20
    while is_there(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_there(pid)


def test_it_loads_no_model_library() -> None:
    assert _output(LIBRARIES) == "[] False"


def test_one_that_is_stuck_ends() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STUCK], env=_paths(), capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    assert not ended.stderr


def _output(code: str) -> str:
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=_paths(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return found.stdout.strip()


def _paths() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
