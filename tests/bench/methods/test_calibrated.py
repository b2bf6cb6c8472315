"""Batch calibration: the means, what is asked, and that only the prior differs from CLUE."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.asks import Failed, Reason, Reasoning, Score, YesNo
from cluejudge.bench.methods.base import NotApplicableError
from cluejudge.bench.methods.calibrated import BatchScorer, Mean, averages, make
from cluejudge.bench.predictions import Prediction
from cluejudge.bench.samples import Sample, Truth
from cluejudge.bench.spec import parse_spec
from cluejudge.errors import UsageError
from cluejudge.judge.scoring import log_odds
from cluejudge.settings import Method, Thresholds, Undecided
from cluejudge.verdict import Outcome
from tests.bench.methods.scripted import (
    ATOMS,
    Script,
    animation,
    grey,
    missing,
    p,
    sample,
    samples,
    setup,
)

PLAIN = Method(reasoning=False, undecided=Undecided.PRIOR)


def script(atoms: Mapping[int, tuple[float, float, float]]) -> Script:
    """P(Yes) of the three atoms for each level; nothing is known without a picture."""
    told = {
        (level, content): p(share)
        for level, shares in atoms.items()
        for content, share in zip(ATOMS, shares, strict=True)
    }
    return Script(told)


def predicted(
    told: Script, given: list[Sample], spec: str = "calibrated", method: Method = PLAIN
) -> list[Prediction]:
    made = make(parse_spec(spec), replace(setup(told), method=method))
    return list(made.predict(given))


def test_an_atom_is_visible_where_it_is_far_over_its_mean() -> None:
    # The mean of "a knife" is one half, so that the bounds stand as for a prior of one half.
    told = script({1: (0.5, 0.5, 0.95), 2: (0.5, 0.5, 0.05)})
    first, second = predicted(told, samples(1, 2))
    assert (first.outcome, first.violated) == (Outcome.UNSAFE, ("knife",))
    assert (second.outcome, second.violated) == (Outcome.SAFE, ())
    knife = next(atom for atom in first.atoms if atom.text == "a knife")
    assert knife.prior == pytest.approx(0.5)
    assert knife.debiased == pytest.approx(log_odds(0.95))


def test_a_model_that_always_says_yes_is_calibrated() -> None:
    told = script({1: (0.9, 0.9, 0.9), 2: (0.9, 0.9, 0.9), 3: (0.9, 0.9, 0.999)})
    assert [one.violated for one in predicted(told, samples(1, 2, 3))] == [(), (), ("knife",)]


def test_what_it_says_of_an_image_depends_on_the_others() -> None:
    told = script({1: (0.1, 0.1, 0.7), 2: (0.1, 0.1, 0.01), 3: (0.1, 0.1, 0.99)})
    assert predicted(told, samples(1, 2))[0].outcome is Outcome.UNSAFE
    assert predicted(told, samples(1, 3))[0].outcome is Outcome.SAFE
    assert make(parse_spec("calibrated"), setup(told)).at_once


def test_nothing_is_asked_without_a_picture_and_nothing_twice() -> None:
    told = script({1: (0.9, 0.9, 0.2), 2: (0.5, 0.5, 0.5)})
    found = predicted(told, samples(1, 2))
    asked = [(grey(ask.image), ask.content) for ask in told.asked if ask.image]
    assert len(asked) == len(told.asked) == len(set(asked)) == 6
    assert [(one.cost.asks, one.cost.passes) for one in found] == [(3, 3), (3, 3)]


def test_reasoning_runs_as_in_clue() -> None:
    told = script({1: (0.5, 0.5, 0.5)})
    reasons = dict.fromkeys(ATOMS, Reasoning("I see it.", True, None, 4))

    class Reasoner(Script):
        def reason(self, asks):  # type: ignore[no-untyped-def]
            return [reasons[ask.content] for ask in asks]

    both = Reasoner(told.told)
    made = make(parse_spec("calibrated"), setup(both, reasons=True))
    (found,) = made.predict(samples(1))
    assert found.violated == ("fire", "knife")
    assert found.cost.reasonings == 3
    assert found.cost.asks == 6
    assert not any(isinstance(ask, Reason) for ask in both.asked)


def test_an_image_that_cannot_be_read_stays_in_its_place() -> None:
    told = script({1: (0.1, 0.1, 0.9), 2: (0.1, 0.1, 0.1)})
    gone = Sample("gone", missing, Truth(unsafe=True))
    found = predicted(told, [*samples(1), gone, sample("broken", b"?"), *samples(2)])
    assert [one.id for one in found] == ["1", "gone", "broken", "2"]
    assert [one.outcome for one in found] == [
        Outcome.UNSAFE,
        Outcome.ERROR,
        Outcome.ERROR,
        Outcome.SAFE,
    ]


def test_frames_count_as_pictures() -> None:
    told = script({1: (0.1, 0.1, 0.95), 2: (0.1, 0.1, 0.05)})
    (found,) = predicted(told, [sample("a", animation(1, 2))])
    assert found.violated == ("knife",)
    assert found.cost.asks == 6


def test_a_content_that_was_never_answered_leaves_no_image_safe() -> None:
    told = script({1: (0.1, 0.1, 0.2)})
    broken = Script({**told.told, (1, "a knife"): Failed("it fell over")})
    (found,) = predicted(broken, samples(1))
    assert found.outcome is Outcome.ERROR


@pytest.mark.parametrize("vets", [True, False])
def test_words_that_the_models_do_not_know(vets: bool) -> None:
    told = Script({(None, content): p(0.5) for content in ATOMS}, unknown="knife")
    with pytest.raises(NotApplicableError, match="'knife' is a word"):
        make(parse_spec("calibrated"), setup(told, vets=vets))


def test_options() -> None:
    made = make(parse_spec("calibrated?mean=log_odds"), setup(script({})))
    assert "log_odds" in made.card["prior"]
    with pytest.raises(UsageError, match="mean"):
        make(parse_spec("calibrated?mean=median"), setup(script({})))
    with pytest.raises(UsageError, match="takes nothing behind a colon"):
        make(parse_spec("calibrated:x"), setup(script({})))


def test_answers_outside_yes_and_no_count_for_nothing() -> None:
    answers = {("a", "c"): p(0.8), ("b", "c"): p(0.1, mass=0.2), ("a", "d"): p(0.1, mass=0.2)}
    means = averages(answers, Thresholds(), Mean.LOG_ODDS)
    assert means == {"c": pytest.approx(log_odds(0.8)), "d": pytest.approx(log_odds(0.1))}


def test_a_model_that_answers_something_else_abstains() -> None:
    told = Script({(1, content): p(0.9, mass=0.1) for content in ATOMS})
    (found,) = predicted(told, samples(1))
    assert found.outcome is Outcome.ABSTAIN
    assert "only 0.1 of the model's answer was Yes or No" in found.reason


def test_probabilities_or_log_odds_are_averaged() -> None:
    answers = {("a", "c"): p(0.5), ("b", "c"): p(0.98)}
    assert averages(answers, Thresholds(), Mean.PROBABILITY) == {"c": pytest.approx(log_odds(0.74))}
    assert averages(answers, Thresholds(), Mean.LOG_ODDS) == {
        "c": pytest.approx(log_odds(0.98) / 2)
    }


def test_what_is_not_of_the_batch_is_asked() -> None:
    told = script({1: (0.3, 0.3, 0.3)})
    scorer = BatchScorer(told, {}, {"fire": 1.0})  # type: ignore[arg-type]
    blind, unknown = scorer.score([Score(None, "fire"), Score(None, "ice")])
    assert isinstance(blind, YesNo)
    assert log_odds(blind.p_yes) == pytest.approx(1.0)
    assert isinstance(unknown, Failed)
    assert not told.asked
    assert not scorer.recalled


shares = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=8)


@given(shares)
def test_both_means_lie_within_what_was_said(said: list[float]) -> None:
    answers = {(str(at), "c"): p(share) for at, share in enumerate(said)}
    for how in Mean:
        mean = averages(answers, Thresholds(), how)["c"]
        assert log_odds(min(said)) - 1e-6 <= mean <= log_odds(max(said)) + 1e-6


@given(st.floats(-700, 700))
def test_a_mean_is_told_as_an_answer(mean: float) -> None:
    (told,) = BatchScorer(Script({}), {}, {"c": mean}).score([Score(None, "c")])  # type: ignore[arg-type]
    assert isinstance(told, YesNo)
    assert told.log_yes - told.log_no == pytest.approx(mean)
    assert math.isclose(told.label_mass, 1.0)
