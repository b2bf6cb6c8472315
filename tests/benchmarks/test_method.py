from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks.method import Plan, main, record
from benchmarks.method_tables import tables
from benchmarks.seeds import relevance, rows, scores, spread
from cluejudge.bench.folder import RunFolder
from cluejudge.bench.results import measure

ROOT = Path(__file__).parents[2]
EDITED = ("clue", "no-debias", "rules")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return Plan(tmp_path_factory.mktemp("runs"), "openmoji", 6)


@pytest.fixture(scope="module")
def folders(plan: Plan) -> dict[int, RunFolder]:
    """Runs of two seeds."""
    return {seed: plan.run(str(seed), seed, ("clue", "half", "prior")) for seed in (1, 2)}


@pytest.fixture(scope="module")
def results() -> Mapping[str, Any]:
    """What the docs tell of."""
    told = (ROOT / "benchmarks/results/method.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(told)
    return found


def test_a_spread() -> None:
    assert spread([0.5, 0.25, 0.75]) == spread([0.25, 0.75, 0.5])
    assert asdict(spread([0.5, 0.25, 0.75])) == {"mean": 0.5, "least": 0.25, "most": 0.75}


def test_runs_of_several_seeds(folders: dict[int, RunFolder]) -> None:
    runs = [measure(folder) for folder in folders.values()]
    best, other = rows(runs)
    assert {best.method, other.method} == {"clue", "half"}
    assert best.numbers["f1"].mean >= other.numbers["f1"].mean
    clue, half = sorted((best, other), key=lambda row: row.method)
    assert clue.gain is None
    assert half.gain is not None
    gain = clue.numbers["f1"].mean - half.numbers["f1"].mean
    assert half.gain.mean == pytest.approx(gain, abs=1e-5)
    assert relevance(runs)[0]["where"] == "as shipped"
    told = scores(folders[1])
    assert all(0 <= p <= 1 for values in told.values() for p in values)
    assert all(values == sorted(values) for values in told.values())


def test_what_is_shown_is_what_is_written(plan: Plan, folders: dict[int, RunFolder]) -> None:
    edited = [plan.run(f"{seed}-edited", seed, EDITED, ("grayscale",)) for seed in folders]
    found = asdict(record(plan, folders, edited))
    shown = "\n\n".join(tables(found))
    assert "Not applicable: `prior`" in shown
    assert "| `half` |" in shown
    assert "| grayscale |" in shown
    assert list(tables(json.loads(json.dumps(found)))) == list(tables(found))


def test_runs_that_are_finished_are_not_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.method.METHODS", ("clue", "half", "prior"))
    file = tmp_path / "found.json"
    arguments = ["--runs", str(tmp_path / "runs"), "--seeds", "1", "--images", "6"]
    main([*arguments, "--json", str(file)])
    first = capsys.readouterr().out
    main([*arguments, "--json", str(file)])
    assert capsys.readouterr().out == first
    assert "6 images for each of 1 seeds" in first
    assert json.loads(file.read_text())["robustness"] == {}


def test_the_docs_have_the_tables_of_the_results(results: Mapping[str, Any]) -> None:
    page = (ROOT / "docs/bench-results.md").read_text("utf-8")
    shown = list(tables(results))
    assert len(shown) == 7
    for table in shown:
        assert table in page
    assert results["images"] >= 1000
    assert len(results["seeds"]) >= 5


def test_what_the_docs_say_of_the_target_is_so(results: Mapping[str, Any]) -> None:
    found = {row["method"]: row for row in results["methods"]}
    assert found["rules"]["gain"]["least"] >= 0.15
    assert found["rules"]["sure"] == found["no-chains"]["sure"] == len(results["seeds"])
    assert {"prior", "prior-cot", "whole", "whole-cot"} <= set(results["not_applicable"])
    for part in ("no-debias", "no-region", "no-reasoning", "no-small-object"):
        assert found[part]["sure"] == 0
    for part in ("no-relevance", "no-small-object", "fill-grey", "fill-blur", "relevance-atoms"):
        assert found[part]["gain"]["least"] == found[part]["gain"]["most"] == 0
