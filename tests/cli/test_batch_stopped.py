"""`cluejudge batch` is stopped in all ways, and goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cluejudge.cli import exits
from cluejudge.scenes.dataset import make_scenes
from cluejudge.scenes.files import write_scenes
from tests.cli.test_batch import rows

LISTENING = """\
import signal
from cluejudge.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # else ignored in a background job
main()
"""
PICTURES = 120
"""Enough that a run is still under way when it is stopped."""

TOTAL = PICTURES * 12 // 10

Start = Callable[[Path], "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenes, some of them twice, and some broken."""
    folder = tmp_path_factory.mktemp("many") / "pictures"
    for _ in write_scenes(folder, make_scenes(PICTURES, 5, side=48), force=True):
        pass
    (folder / "labels.jsonl").unlink()
    for path in sorted(folder.glob("*.png"))[::10]:
        shutil.copy(path, folder / f"again-{path.name}")
        (folder / f"broken-{path.name}").write_bytes(path.read_bytes()[:99])
    return folder


@pytest.fixture
def start(pictures: Path, constitution: Path) -> Iterator[Start]:
    """Begins the command over many pictures; what still runs at the end is ended."""
    begun = []

    def begin(out: Path) -> subprocess.Popen[str]:
        command = [
            *(sys.executable, "-c", LISTENING, "batch", str(pictures), str(out)),
            *("--model", "fake", "-c", str(constitution), "--shards", "5", "--contact", "3"),
        ]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate(timeout=60)


def journaled(out: Path) -> int:
    """How many rows are judged so far."""
    journals = (out / ".work" / "journals").glob("*.jsonl")
    lines = sum(path.read_bytes().count(b"\n") for path in journals)
    parts = sum(int(pq.read_metadata(part).num_rows) for part in out.glob("part-*.parquet"))
    return lines + parts


def wait_for(out: Path, count: int) -> None:
    """Until so many rows are judged."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if journaled(out) >= count:
                return
        except OSError:
            continue  # a journal became a part
        time.sleep(0.01)
    raise TimeoutError(f"{journaled(out)} rows are judged")


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_whatever_is_killed_the_rows_are_those_of_an_undisturbed_run(
    start: Start, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert start(whole).wait(120) == exits.FAILED
    for share in (0.1, 0.5):
        process = start(killed)
        wait_for(killed, int(share * TOTAL))
        workers = children(process.pid)
        os.kill(workers[0], signal.SIGKILL)
        wait_for(killed, int((share + 0.1) * TOTAL))
        process.kill()
        process.wait(60)
        assert not (killed / "summary.json").exists()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert start(killed).wait(120) == exits.FAILED
    assert len(rows(whole)) == TOTAL
    assert rows(killed) == rows(whole)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_ctrl_c_stops_it_at_once_and_it_goes_on(start: Start, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start(out)
    wait_for(out, 20)
    process.send_signal(signal.SIGSTOP)
    second = start(out)
    assert second.wait(60) == exits.USAGE
    assert second.stderr is not None
    assert f"is being written into by process {process.pid}" in second.stderr.read()
    process.send_signal(signal.SIGCONT)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 15
    assert process.returncode == exits.INTERRUPTED
    assert f"of {TOTAL} judged; a run into the same folder goes on from there" in err
    assert "Traceback" not in err
    assert 20 <= journaled(out) < TOTAL
    assert start(out).wait(120) == exits.FAILED
    assert len(rows(out)) == TOTAL
