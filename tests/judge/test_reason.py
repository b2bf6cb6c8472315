from __future__ import annotations

import pytest

from cluejudge.asks import Failed, Reason, Reasoning
from cluejudge.compiled import ThresholdOverrides
from cluejudge.judge import Allowance, Capabilities
from cluejudge.settings import Method, Undecided
from cluejudge.verdict import Answer, Cause, Outcome, RuleOutcome, Stage
from tests.judge.rules import atom, rule
from tests.judge.script import OPEN, PICTURE, SCORER, YES, Script, finding, first_atom, play
from tests.judge.world import yes_no

RULE = rule("r", atom("a cat"))
REASONER = Capabilities(reasoner=True)


@pytest.mark.parametrize(("answer", "outcome"), [(True, Outcome.UNSAFE), (False, Outcome.SAFE)])
def test_reasoning_decides_what_is_open(answer: bool, outcome: Outcome) -> None:
    script = Script(image={"a cat": OPEN}, reasons={"a cat": answer})
    verdict = play(script, RULE)
    assert verdict.outcome is outcome
    assert (first_atom(verdict).decided_by, first_atom(verdict).rationale) == (
        Stage.REASONING,
        "because",
    )
    assert (verdict.cost.reasonings, verdict.cost.reasoning_tokens) == (1, 10)


@pytest.mark.parametrize("p_yes", [None, 0.01, 0.99])
def test_an_unread_reasoning_is_no_answer_whatever_its_score(p_yes: float | None) -> None:
    script = Script(image={"a cat": OPEN}, reasons={"a cat": Reasoning("hm", None, p_yes, 3)})
    verdict = play(script, RULE)
    assert (verdict.outcome, verdict.cause) == (Outcome.ABSTAIN, Cause.UNDECIDED)
    assert first_atom(verdict).decided_by is Stage.UNDECIDED
    assert first_atom(verdict).rationale == "hm"


@pytest.mark.parametrize(
    ("said", "bound", "answer"),
    [
        (True, 0.7, Answer.YES),
        (True, 0.71, Answer.UNSURE),
        (False, 0.7, Answer.UNSURE),
        (False, 0.71, Answer.NO),
    ],
)
def test_a_reasoning_decides_only_if_the_score_behind_it_agrees(
    said: bool, bound: float, answer: Answer
) -> None:
    own = rule("r", atom("a cat"), thresholds=ThresholdOverrides(reasoning=bound))
    script = Script(image={"a cat": OPEN}, reasons={"a cat": Reasoning("so", said, 0.7, 3)})
    one = first_atom(play(script, own))
    assert (one.answer, one.scores.reasoning) == (answer, 0.7)


def test_a_failed_reasoning_is_an_error() -> None:
    script = Script(image={"a cat": OPEN}, reasons={"a cat": Failed("cut off")})
    assert play(script, RULE).cause is Cause.MODEL_FAILED


def test_groups_come_one_after_the_other_and_stop_when_the_rule_is_cleared() -> None:
    chain = rule("r", (atom("a cat"), atom("a dog")), atom("fire"), atom("blood"))
    script = Script(
        image=dict.fromkeys(("a cat", "a dog", "fire", "blood"), OPEN),
        reasons={"a cat": True, "a dog": False, "fire": False},
    )
    verdict = play(script, chain, can=REASONER)
    assert script.put(Reason) == [
        [Reason(PICTURE, "a cat"), Reason(PICTURE, "a dog")],
        [Reason(PICTURE, "fire")],
    ]
    assert finding(verdict).outcome is RuleOutcome.CLEARED
    assert finding(verdict).groups[2][0].decided_by is Stage.NOT_NEEDED


def test_an_atom_whose_group_holds_is_not_needed() -> None:
    script = Script(image={"a cat": YES, "a dog": OPEN})
    verdict = play(script, rule("r", (atom("a dog"), atom("a cat"))), can=REASONER)
    assert verdict.outcome is Outcome.UNSAFE
    assert first_atom(verdict).decided_by is Stage.NOT_NEEDED
    assert first_atom(verdict).reason == "another atom of its group holds"
    assert not script.put(Reason)


def test_rules_share_a_reasoning() -> None:
    script = Script(image={"a cat": OPEN, "a dog": OPEN}, reasons={"a cat": True, "a dog": True})
    rules = (rule("a", atom("a cat")), rule("b", atom("a dog"), atom("a cat")))
    verdict = play(script, *rules, can=REASONER)
    assert [len(asks) for asks in script.put(Reason)] == [2]
    assert [one.outcome for one in verdict.rules] == [RuleOutcome.VIOLATED] * 2


def test_the_longest_reasoning_is_an_option() -> None:
    script = Script(image={"a cat": OPEN}, reasons={"a cat": True})
    play(script, RULE, can=REASONER, method=Method(reasoning_tokens=7))
    assert script.put(Reason) == [[Reason(PICTURE, "a cat", 7)]]


@pytest.mark.parametrize(
    ("can", "method"), [(SCORER, Method()), (REASONER, Method(reasoning=False))]
)
def test_without_reasoning_what_is_open_abstains(can: Capabilities, method: Method) -> None:
    verdict = play(Script(image={"a cat": OPEN}), RULE, can=can, method=method)
    assert (verdict.outcome, verdict.cause) == (Outcome.ABSTAIN, Cause.UNDECIDED)


@pytest.mark.parametrize(
    ("how", "score", "outcome"),
    [
        (Undecided.NO, 0.89, Outcome.SAFE),
        (Undecided.PRIOR, 0.624, Outcome.SAFE),  # the middle of -0.15 and 0.4 over 0.5
        (Undecided.PRIOR, 0.626, Outcome.UNSAFE),
    ],
)
def test_or_is_decided_as_the_method_says(how: Undecided, score: float, outcome: Outcome) -> None:
    script = Script(image={"a cat": score})
    verdict = play(script, RULE, can=SCORER, method=Method(undecided=how))
    assert verdict.outcome is outcome
    assert first_atom(verdict).decided_by is Stage.DEFAULT


@pytest.mark.parametrize("how", Undecided)
def test_but_no_answer_is_never_decided_so(how: Undecided) -> None:
    script = Script(image={"a cat": yes_no(OPEN, 0.2)})
    verdict = play(script, RULE, can=SCORER, method=Method(undecided=how))
    assert verdict.outcome is Outcome.ABSTAIN


def test_tokens_that_one_round_saved_are_there_for_the_next() -> None:
    rules = tuple(rule(name, atom(name)) for name in ("a", "b", "c"))
    contents = ("a", "b", "c")
    script = Script(image=dict.fromkeys(contents, OPEN), reasons=dict.fromkeys(contents, True))
    method = Method(reasoning_tokens=100)
    allowance = Allowance(reasoning_tokens=125)  # each costs 10
    verdict = play(script, *rules, can=REASONER, method=method, allowance=allowance)
    assert [len(asks) for asks in script.put(Reason)] == [1, 1, 1]
    assert verdict.cost.reasoning_tokens == 30
    assert verdict.outcome is Outcome.UNSAFE


def test_tokens_that_do_not_reach_abstain() -> None:
    script = Script(image={"a cat": OPEN}, reasons={"a cat": True})
    verdict = play(script, RULE, can=REASONER, allowance=Allowance(reasoning_tokens=299))
    assert (verdict.outcome, verdict.cause) == (Outcome.ABSTAIN, Cause.BUDGET)
    assert first_atom(verdict).decided_by is Stage.BUDGET
    assert not script.put(Reason)
