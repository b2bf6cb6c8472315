"""A student against the judge that taught it, on scenes that neither was made with."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.batches import batch, cluejudge
from cluejudge.distill.report import REPORT
from cluejudge.verdict import Outcome

_DECIDED = {Outcome.SAFE, Outcome.UNSAFE}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to judge the fresh scenes.

    `decided` is the share that is called safe or unsafe, `agreed` how many of these the judge calls
    the same; `false_safe` are called safe and not by the judge.
    """

    way: str
    images: int
    per_s: float
    times: float
    decided: float
    agreed: float
    false_safe: int


@dataclass(frozen=True, slots=True)
class Taught:
    """How a student was made, and what its own report tells of scenes like those."""

    risk: float
    images: int
    seconds: float
    report: Mapping[str, Any]


def teach(run: Path, student: Path, risk: float) -> Taught:
    """Makes a student of a batch that is done."""
    began = time.perf_counter()
    cluejudge("distill", str(run), "-o", str(student), "--risk", str(risk))
    seconds = time.perf_counter() - began
    report = json.loads((student / REPORT).read_text("utf-8"))
    return Taught(risk, report["rows"], seconds, report["images"])


def compare(where: Path, students: Mapping[float, Path], folder: Path, *options: str) -> list[Way]:
    """The judge, each student alone, and before the judge, on the same images; by their risks."""
    ways: dict[str, tuple[str, ...]] = {"judge": ()}
    for risk, student in students.items():
        ways[f"student, {risk:.0%}"] = ("--model", str(student))
        ways[f"student, {risk:.0%}, first"] = ("--first", str(student))
    rates: dict[str, float] = {}
    said: dict[str, dict[str, Outcome]] = {}
    for place, (way, chosen) in enumerate(ways.items()):
        output = folder / f"by-{place}"
        spent = batch(where, output, *chosen, *options).summary["last_run"]
        rates[way] = spent["judged"] / spent["busy"]
        said[way] = outcomes(output)
    times = {way: rate / rates["judge"] for way, rate in rates.items()}
    return [against(way, said["judge"], said[way], rates[way], times[way]) for way in ways]


def outcomes(output: Path) -> dict[str, Outcome]:
    """The outcome of each row of a batch by its id."""
    found: dict[str, Outcome] = {}
    for part in sorted(output.glob("part-*.parquet")):
        table = pq.read_table(part, columns=["id", "outcome"])
        ids, named = (table.column(name).to_pylist() for name in ("id", "outcome"))
        found.update(zip(ids, map(Outcome, named), strict=True))
    return found


def against(
    way: str, judge: Mapping[str, Outcome], other: Mapping[str, Outcome], rate: float, times: float
) -> Way:
    """How far `other` says of the same images what the judge says."""
    if judge.keys() != other.keys():
        raise ValueError("both must have judged the same images")
    settled = {id: outcome for id, outcome in other.items() if outcome in _DECIDED}
    agreed = sum(judge[id] is outcome for id, outcome in settled.items())
    false_safe = sum(
        outcome is Outcome.SAFE and judge[id] is not Outcome.SAFE for id, outcome in settled.items()
    )
    return Way(
        way=way,
        images=len(other),
        per_s=rate,
        times=times,
        decided=len(settled) / len(other) if other else 0.0,
        agreed=agreed / len(settled) if settled else 0.0,
        false_safe=false_safe,
    )
