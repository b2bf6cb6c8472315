"""What `cluejudge bench list` shows: suites and methods, or runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import cluejudge
from cluejudge.bench.runs import Found, find_runs
from cluejudge.bench.spec import Entry


def all_names() -> dict[str, dict[str, Entry]]:
    """The suites and the methods, by what they are."""
    from cluejudge.bench.methods import registry as methods
    from cluejudge.bench.suites import registry as suites

    return {"suites": dict(suites.NAMES), "methods": dict(methods.NAMES)}


def as_text(names: Mapping[str, Mapping[str, Entry]]) -> str:
    """The names for a reader: how each is written, what it is, and what else it needs."""
    return "\n\n".join(f"{what}\n{_listed(entries)}" for what, entries in names.items())


def _listed(entries: Mapping[str, Entry]) -> str:
    lines = []
    for name, entry in entries.items():
        needs = f" Needs {entry.needs}." if entry.needs else ""
        lines.append(f"  {entry.form or name}\n      {entry.about}{'.' if needs else ''}{needs}")
    return "\n".join(lines)


def to_json(names: Mapping[str, Mapping[str, Entry]]) -> str:
    """The names for a program."""
    told = {
        what: {
            name: {"form": entry.form or name, "about": entry.about, "needs": entry.needs}
            for name, entry in entries.items()
        }
        for what, entries in names.items()
    }
    return json.dumps(told, indent=2)


def all_runs(folders: Iterable[Path]) -> list[Found]:
    """The runs of all folders. Raises `UsageError` for one that holds none."""
    return [run for folder in folders for run in find_runs(folder)]


def runs_as_text(runs: Sequence[Found]) -> str:
    """The runs for a reader, two lines each."""
    return "\n".join(f"{run.path}: {run.state}\n    {_about(run)}" for run in runs)


def _about(run: Found) -> str:
    if run.problem:
        return run.problem
    rules = f", {run.constitution}" if run.constitution else ""
    methods = ", ".join(run.methods)
    other = "" if run.version == cluejudge.__version__ else f" (cluejudge {run.version})"
    return f"{run.suite}, {run.images} images{rules}, {run.model or 'no model'}: {methods}{other}"


def runs_to_json(runs: Sequence[Found]) -> str:
    """The runs for a program."""
    told = [asdict(run) | {"path": str(run.path), "state": run.state} for run in runs]
    return json.dumps({"runs": told}, indent=2)
