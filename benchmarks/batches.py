"""One `cluejudge batch` as users run it, what it says of its time, and its memory on the way."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_PAUSE_S = 0.1
_WORKED = (0, 1)
"""Exit codes of a batch that ran to its end: all judged, or some images are errors."""


@dataclass(frozen=True, slots=True)
class Sample:
    """MiB of resident memory when so many parts were there: the driver's, its children's."""

    parts: int
    driver: float
    others: float


@dataclass(frozen=True, slots=True)
class Done:
    """A batch that has ended: its `summary.json`, its clock with its start and end, its memory."""

    summary: Mapping[str, Any]
    wall_s: float
    memory: tuple[Sample, ...]


def batch(where: Path, output: Path, *options: str) -> Done:
    """Judges a collection into a new folder. Raises `RuntimeError` if that fails."""
    command = [sys.executable, "-m", "cluejudge.cli.main", "batch", str(where), str(output)]
    paths = os.pathsep.join((str(_ROOT), str(_ROOT / "src"), os.environ.get("PYTHONPATH", "")))
    began = time.perf_counter()
    log = output.with_name(f"{output.name}.log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, *options],
            stdout=said,
            stderr=said,
            env={**os.environ, "PYTHONPATH": paths},
        )
        memory = tuple(_watched(process, output))
    summary = output / "summary.json"
    if process.returncode not in _WORKED or not summary.exists():
        raise RuntimeError(f"{' '.join(command[2:])}: {log.read_text('utf-8', 'replace')}")
    return Done(json.loads(summary.read_text("utf-8")), time.perf_counter() - began, memory)


def cluejudge(*arguments: str) -> str:
    """What another command prints. Raises `RuntimeError` if it fails."""
    paths = os.pathsep.join((str(_ROOT), str(_ROOT / "src"), os.environ.get("PYTHONPATH", "")))
    ended = subprocess.run(
        [sys.executable, "-m", "cluejudge.cli.main", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {ended.stderr}")
    return ended.stdout


def _watched(process: subprocess.Popen[bytes], output: Path) -> Iterator[Sample]:
    """A sample after each new part, until the process ends."""
    before = 0
    while process.poll() is None:
        parts = len(list(output.glob("part-*.parquet")))
        if parts > before:
            before = parts
            yield Sample(parts, resident([process.pid]), resident(_children(process.pid)))
        time.sleep(_PAUSE_S)


def resident(pids: Sequence[int]) -> float:
    """MiB of resident memory of processes, read from /proc, which only Linux has."""
    return sum(_resident(pid) for pid in pids) / 1024


def _resident(pid: int) -> int:
    """KiB; 0 of a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) if found else 0


def _children(pid: int) -> list[int]:
    """The processes below one, at all depths."""
    try:
        lists = [path.read_text("ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except (FileNotFoundError, ProcessLookupError):
        return []
    direct = [int(child) for listed in lists for child in listed.split()]
    return [*direct, *(below for child in direct for below in _children(child))]
