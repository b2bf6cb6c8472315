"""Runs that are stopped or killed, and go on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluejudge.cli import exits

LISTENING = """\
import signal
from cluejudge.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # else ignored in a background job
main()
"""


SCENES = 120
"""Enough that a run is still under way when it is stopped."""

PATIENCE_S = 300
"""With a machine that has much else to do."""


def started(out: Path) -> tuple[list[str], subprocess.Popen[str]]:
    """A command that takes a while, begun; it has made some predictions when it is given."""
    command = [
        *(sys.executable, "-c", LISTENING, "bench", "run"),
        *(f"pictobench?count={SCENES}&side=32", "--model", "fake"),
        *("--methods", "half,no-debias", "--out", str(out)),
    ]
    said = out / "predictions" / "half.jsonl"
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + PATIENCE_S
    while not (said.exists() and said.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    return command, process


def predictions(out: Path, method: str = "half") -> list[str]:
    return (out / "predictions" / f"{method}.jsonl").read_text().splitlines(keepends=True)


def test_a_run_stopped_by_ctrl_c_goes_on(tmp_path: Path) -> None:
    command, process = started(tmp_path / "run")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == exits.INTERRUPTED
    assert f"of {2 * SCENES} predictions are in" in err
    before = predictions(tmp_path / "run")
    assert 0 < len(before) < SCENES
    finished = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert finished.returncode == exits.OK, finished.stderr
    after = predictions(tmp_path / "run")
    assert after[: len(before)] == before
    assert len(after) == SCENES


def untimed(out: Path) -> dict[str, object]:
    """All numbers but the seconds, which no two runs share."""
    numbers: dict[str, object] = json.loads((out / "metrics.json").read_text())
    methods = numbers["methods"]
    assert isinstance(methods, dict)
    for found in methods.values():
        del found["cost"]["seconds"]
    return numbers


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_run_that_is_killed_ends_with_the_numbers_of_one_that_is_not(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command, process = started(killed)
    process.send_signal(signal.SIGSTOP)
    second = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert second.returncode == exits.USAGE
    assert f"being written into by process {process.pid}" in second.stderr
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    assert not (killed / "metrics.json").exists()
    assert 0 < len(predictions(killed)) + len(predictions(killed, "no-debias")) < 2 * SCENES
    with (killed / "predictions" / "half.jsonl").open("a") as file:
        file.write('{"id": "torn')
    for place in (killed, whole):
        again = [*command[:-1], str(place)]
        finished = subprocess.run(
            again, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
        assert finished.returncode == exits.OK, finished.stderr
    assert untimed(killed) == untimed(whole)
