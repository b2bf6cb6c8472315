from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cluejudge.bench.report.loading import read_run
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.summary import summary


def said(run: Run) -> str:
    section = summary(run)
    assert section is not None
    return "\n".join(each for each in section.blocks if isinstance(each, str))


def run_of(
    f1: Mapping[str, float], pairs: Mapping[str, tuple[float, float]], **config: object
) -> Run:
    """A run of these F1, with a gain and a p of pairs."""
    paired = {
        name: {"f1_difference": gain, "f1_holm": p, "intervals": {"f1_difference": [0, 1]}}
        for name, (gain, p) in pairs.items()
    }
    methods = {name: {"f1": value, "coverage": 1.0} for name, value in f1.items()}
    return Run("one", config, (), {"methods": methods, "paired": paired}, {}, {})


@pytest.mark.parametrize(("gain", "words"), [(0.15, "at least 0.15"), (0.14, "less than 0.15")])
def test_the_best_baseline_and_the_gain_over_it(gain: float, words: str) -> None:
    f1 = {"clue": 0.8, "prior": 0.5, "whole": 0.8 - gain, "no-chains": 0.7}
    told = said(run_of(f1, {"clue|whole": (gain, 0.01)}))
    assert "zero-shot baseline on the same model is whole" in told
    assert told.count(words) == 1


def test_without_baselines_it_is_said_why() -> None:
    assert "--methods baselines" in said(run_of({"clue": 0.8}, {}))
    barred = run_of({"clue": 0.8}, {}, not_applicable={"prior": "too few words"})
    assert "cannot be asked of this model" in said(barred)


def test_parts_are_told_by_what_is_sure_of_them() -> None:
    names = ("clue", "no-chains", "no-debias", "no-region", "half", "rules")
    pairs = {
        "clue|no-chains": (0.3, 0.001),
        "no-debias|clue": (0.2, 0.04),
        "clue|no-region": (0.2, 0.05),
        "clue|rules": (0.4, 0.001),
    }
    told = said(run_of(dict.fromkeys(names, 0.5), pairs)).splitlines()
    assert "Surely worse than the whole method: no-chains." in told
    assert "Surely better than the whole method: no-debias." in told
    assert "No sure difference from the whole method: no-region." in told


def test_a_run_of_another_method_says_nothing_of_parts(finished: Path) -> None:
    run = read_run(finished)
    told = said(run)
    assert "inversion changes most" in told or "text-safe changes most" in told
    assert "relevance scan filters" in told
    methods = {"nudenet": {"f1": 0.5, "coverage": 0.5}, "prior": {"f1": 0.4}}
    other = replace(run, metrics={"methods": methods}, edited={})
    assert len(said(other).splitlines()) == 1
    assert summary(replace(run, metrics={"methods": {"prior": {"f1": None}}})) is None


def test_what_decides_little_says_so(finished: Path) -> None:
    run = read_run(finished)
    lead = "It left most images open"
    assert lead not in said(run)
    metrics = {"methods": {"clue": {"f1": 0.0, "coverage": 0.49}}}
    assert lead in said(replace(run, metrics=metrics))


def test_edits_that_change_nothing_are_not_the_ones_that_change_most(finished: Path) -> None:
    run = read_run(finished)
    before = run.predictions["clue"]
    same = tuple(one.model_copy(update={"id": f"{one.id}+crop"}) for one in before)
    assert "No edit changes" in said(replace(run, edited={"clue": {"crop": same}}))
