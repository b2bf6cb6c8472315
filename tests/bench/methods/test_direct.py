"""The zero-shot baselines: what they ask, and what they make of the answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluejudge.asks import Failed, Reason, Reasoning, Refused, Score
from cluejudge.bench.methods.base import NotApplicableError
from cluejudge.bench.methods.direct import Direct, Texts, listed, make_prior, make_whole
from cluejudge.bench.predictions import CostRow, Prediction
from cluejudge.bench.samples import Sample, Truth
from cluejudge.bench.spec import parse_spec
from cluejudge.errors import ModelError, UsageError
from cluejudge.settings import Limits
from cluejudge.verdict import Outcome
from tests.bench.methods.scripted import (
    PRIOR,
    RULES,
    WHOLE,
    Reply,
    Script,
    animation,
    missing,
    p,
    sample,
    samples,
    setup,
)


def prior(told: dict[int, Reply], spec: str = "prior") -> tuple[Direct, Script]:
    script = Script({(level, PRIOR): reply for level, reply in told.items()})
    return make_prior(parse_spec(spec), setup(script, reasons=spec.startswith("prior-cot"))), script


def test_yes_from_one_half_on() -> None:
    method, script = prior({1: p(0.5), 2: p(0.49), 3: p(1.0)})
    cost = CostRow(asks=1, passes=1)
    assert list(method.predict(samples(1, 2, 3))) == [
        Prediction(id="1", outcome=Outcome.UNSAFE, score=0.5, cost=cost),
        Prediction(id="2", outcome=Outcome.SAFE, score=p(0.49).p_yes, cost=cost),
        Prediction(id="3", outcome=Outcome.UNSAFE, score=1.0, cost=cost),
    ]
    assert {ask.content for ask in script.asked} == {PRIOR}
    assert all(isinstance(ask, Score) for ask in script.asked)


@pytest.mark.parametrize(
    ("reply", "outcome", "said"),
    [
        (p(0.1, mass=0.3), Outcome.ABSTAIN, "only 0.3 of the model's answer was Yes or No"),
        (
            Refused("it is not nice"),
            Outcome.ABSTAIN,
            "the model declined to answer: it is not nice",
        ),
        (Failed("it fell over"), Outcome.ERROR, "it fell over"),
        (Reasoning("hm", True, None, 1), Outcome.ERROR, "a Score ask was answered by Reasoning"),
    ],
)
def test_no_answer_is_never_safe(reply: Reply, outcome: Outcome, said: str) -> None:
    method, _ = prior({1: reply})
    (found,) = method.predict(samples(1))
    assert (found.outcome, found.reason) == (outcome, said)


def test_a_bound_that_leaves_it_open_abstains() -> None:
    reply = p(0.4, mass=0.6)
    open_reply = type(reply)(reply.log_yes, reply.log_no, unseen_yes=0.4)
    method, _ = prior({1: open_reply})
    (found,) = method.predict(samples(1))
    assert found.outcome is Outcome.ABSTAIN
    assert "only a bound" in found.reason


def test_an_image_that_cannot_be_read_is_an_error_in_its_place() -> None:
    method, _ = prior({1: p(0.2), 2: p(0.9)})
    broken = sample("broken", b"no image")
    gone = Sample("gone", missing, Truth(unsafe=True))
    first, *wrong, last = method.predict([*samples(1), broken, gone, *samples(2)])
    assert [one.outcome for one in wrong] == [Outcome.ERROR, Outcome.ERROR]
    assert all(one.reason for one in wrong)
    assert "gone.png" in wrong[1].reason
    assert (first.outcome, last.outcome) == (Outcome.SAFE, Outcome.UNSAFE)


def test_a_file_that_is_cut_is_an_error_whatever_is_there() -> None:
    data = animation(1, 2, kind="GIF")
    method, _ = prior({1: p(0.0), 2: p(0.0)})
    whole, found = method.predict([sample("whole", data), sample("cut", data[:-1])])
    assert whole.outcome is Outcome.SAFE
    assert (found.outcome, found.cost.asks) == (Outcome.ERROR, 0)
    assert "the GIF has no end" in found.reason


def test_the_limits_of_the_run_hold() -> None:
    script = Script({(1, PRIOR): p(0.1)})
    small = replace(setup(script), limits=Limits(max_bytes=10))
    (found,) = make_prior(parse_spec("prior"), small).predict(samples(1))
    assert (found.outcome, found.cost.asks) == (Outcome.ERROR, 0)
    assert "more than the 10 bytes" in found.reason


def test_the_gravest_frame_counts() -> None:
    method, _ = prior({1: p(0.2), 2: p(0.8), 3: Failed("it fell over")})
    unsafe, failed = method.predict(
        [sample("a", animation(1, 3, 2)), sample("b", animation(1, 3, 1))]
    )
    assert unsafe.outcome is Outcome.UNSAFE
    assert unsafe.score == pytest.approx(0.8)
    assert unsafe.cost.asks == 3
    assert failed.outcome is Outcome.ERROR


def test_a_reasoning_decides_and_is_the_evidence() -> None:
    told = {1: Reasoning("Blood.", True, 0.9, 12), 2: Reasoning("Grass.", False, None, 7)}
    method, script = prior(dict(told), "prior-cot?tokens=40")
    cost = CostRow(asks=1, passes=1, reasonings=1, reasoning_tokens=12)
    yes, no = method.predict(samples(1, 2))
    assert yes == Prediction(
        id="1", outcome=Outcome.UNSAFE, score=0.9, evidence="Blood.", cost=cost
    )
    assert (no.outcome, no.score, no.evidence) == (Outcome.SAFE, None, "Grass.")
    assert all(isinstance(ask, Reason) and ask.max_tokens == 40 for ask in script.asked)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reasoning("On and on", None, None, 5), "could not be read"),
        (Reasoning("Yes", True, 0.2, 5), "says Yes, but P(Yes) after it is 0.2"),
        (Reasoning("No", False, 0.7, 5), "says No, but P(Yes) after it is 0.7"),
    ],
)
def test_a_reasoning_that_says_nothing_abstains(reply: Reasoning, said: str) -> None:
    method, _ = prior({1: reply}, "prior-cot")
    (found,) = method.predict(samples(1))
    assert found.outcome is Outcome.ABSTAIN
    assert said in found.reason
    assert found.evidence == reply.text


def test_the_whole_constitution_as_its_author_wrote_it() -> None:
    method = make_whole(parse_spec("whole"), setup(Script({(1, WHOLE): p(0.7)})))
    (found,) = method.predict(samples(1))
    assert (found.outcome, found.violated) == (Outcome.UNSAFE, None)
    assert method.card["texts"] == "source"


def test_the_whole_constitution_in_objective_words() -> None:
    assert listed(RULES, Texts.OBJECTIVE) == (
        "1. A person is on fire.\n2. A knife touches a person."
    )
    assert make_whole(parse_spec("whole?texts=objective"), setup(Script({}))).card["texts"] == (
        "objective"
    )


@pytest.mark.parametrize("vets", [True, False])
def test_unknown_words_are_not_applicable(vets: bool) -> None:
    script = Script({(None, PRIOR): p(0.5)}, unknown="appropriate")
    with pytest.raises(NotApplicableError, match=r"prior cannot be asked of script: 'appropriate'"):
        make_prior(parse_spec("prior"), setup(script, vets=vets))
    assert all(ask.image is None for ask in script.asked)


def test_a_long_reason_is_cut() -> None:
    class Wordy(Script):
        def vet(self, contents: object) -> None:
            raise ModelError("no " * 500)

    with pytest.raises(NotApplicableError) as raised:
        make_prior(parse_spec("prior"), setup(Wordy({})))
    assert len(str(raised.value)) < 300


def test_a_server_that_is_down_is_no_verdict_on_the_words() -> None:
    class Down(Script):
        def vet(self, contents: object) -> None:
            raise ModelError("nobody is there", retryable=True)

    with pytest.raises(ModelError, match="nobody is there") as raised:
        make_prior(parse_spec("prior"), setup(Down({})))
    assert not isinstance(raised.value, NotApplicableError)


def test_models_that_cannot_reason() -> None:
    with pytest.raises(NotApplicableError, match="needs models that reason"):
        make_whole(parse_spec("whole-cot"), setup(Script({})))


def test_options_that_are_not_there() -> None:
    with pytest.raises(UsageError, match="prior writes no reasoning"):
        make_prior(parse_spec("prior?tokens=9"), setup(Script({})))
    with pytest.raises(UsageError, match="prior takes nothing behind a colon"):
        make_prior(parse_spec("prior:x"), setup(Script({})))
    with pytest.raises(UsageError, match="judges by rules"):
        make_whole(parse_spec("whole"), setup(Script({}), constitution=None))


def test_the_seconds_are_those_between_predictions() -> None:
    times = iter([0.0, 2.0, 10.0, 11.0, 20.0])
    script = Script({(1, PRIOR): p(0.1), (2, PRIOR): p(0.1)})
    method = make_prior(parse_spec("prior"), setup(script, clock=lambda: next(times)))
    assert [one.cost.seconds for one in method.predict(samples(1, 2))] == [2.0, 1.0]
