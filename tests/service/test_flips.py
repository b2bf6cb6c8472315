"""What a version changes, out of verdicts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.api import Judge
from cluejudge.service.courts import Court
from cluejudge.service.flips import Stand, flipped, told
from cluejudge.store.records import Case, Decision
from cluejudge.verdict import Outcome, RuleOutcome, Verdict
from tests.api.colours import COLOURS
from tests.store.drafts import draft

JUDGE = Judge(COLOURS, model="fake")
COURT = Court("streets", 2, JUDGE, JUDGE.fingerprint)
VIOLATED, CLEARED, UNSURE = RuleOutcome.VIOLATED, RuleOutcome.CLEARED, RuleOutcome.UNSURE
SAFE, UNSAFE, ABSTAIN = Outcome.SAFE, Outcome.UNSAFE, Outcome.ABSTAIN

some_rules = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(RuleOutcome))


def decision(sha256: str, outcome: Outcome, **rules: RuleOutcome) -> Decision:
    given = draft(outcome, rules, sha256=sha256).model_dump()
    return Decision(**given, seq=1, at="2026-01-01T00:00:00.000000Z")


def verdict(outcome: Outcome, **rules: RuleOutcome) -> Verdict:
    return draft(outcome, rules).verdict


def case(sha256: str, *violated: str) -> Case:
    return Case(
        id=f"case_{sha256}",
        constitution="streets",
        sha256=sha256,
        expected_outcome=UNSAFE if violated else SAFE,
        expected_violated=violated,
        from_decision="dec_1",
        by="ann",
        at="2026-01-01T00:00:00.000000Z",
    )


@given(st.sampled_from(Outcome), some_rules)
def test_what_comes_out_the_same_is_no_flip(
    outcome: Outcome, rules: dict[str, RuleOutcome]
) -> None:
    assert flipped(decision("1", outcome, **rules), verdict(outcome, **rules)) is None


@given(some_rules, some_rules)
def test_a_flip_names_the_rules_that_differ_and_no_others(
    before: dict[str, RuleOutcome], after: dict[str, RuleOutcome]
) -> None:
    flip = flipped(decision("1", SAFE, **before), verdict(UNSAFE, **after))
    assert flip is not None
    assert all(one.before is not one.after for one in flip.rules)
    named = {one.rule for one in flip.rules}
    said = {
        rule
        for rule in before.keys() ^ after.keys()
        if {**before, **after}[rule] not in (CLEARED, RuleOutcome.IRRELEVANT)
    }
    assert said <= named <= set(before) | set(after)


def test_cleared_and_irrelevant_are_the_same_to_it() -> None:
    assert flipped(decision("1", SAFE, a=CLEARED), verdict(SAFE, a=RuleOutcome.IRRELEVANT)) is None


def test_a_rule_that_an_image_keeps_may_come_and_go() -> None:
    kept = decision("1", SAFE, old=CLEARED, both=CLEARED)
    assert flipped(kept, verdict(SAFE, both=CLEARED, new=RuleOutcome.IRRELEVANT)) is None
    flip = flipped(kept, verdict(ABSTAIN, both=CLEARED, new=UNSURE))
    assert flip is not None
    assert [(one.rule, one.before) for one in flip.rules] == [("new", Stand.ABSENT)]


def test_flips_are_counted_by_rule_the_most_first() -> None:
    decisions = [
        decision("1", SAFE, a=CLEARED, b=CLEARED),
        decision("2", SAFE, a=CLEARED),
        decision("3", UNSAFE, a=VIOLATED),
    ]
    judged: dict[str, Verdict | str] = {
        "1": verdict(UNSAFE, a=VIOLATED, b=UNSURE),
        "2": verdict(UNSAFE, a=VIOLATED),
        "3": verdict(ABSTAIN, a=UNSURE),
    }
    run = told(COURT, [], decisions, judged, complete=True)
    assert (run.compared, len(run.flips)) == (3, 3)
    assert [(one.rule, one.before, one.after, one.images) for one in run.by_rule] == [
        ("a", Stand.KEPT, Stand.VIOLATED, 2),
        ("a", Stand.VIOLATED, Stand.OPEN, 1),
        ("b", Stand.KEPT, Stand.OPEN, 1),
    ]


def test_what_was_not_judged_is_neither_the_same_nor_a_flip() -> None:
    broken = verdict(Outcome.ERROR).model_copy(update={"reason": "out of order"})
    decisions = [decision(sha256, SAFE) for sha256 in ("1", "2", "3")]
    judged: dict[str, Verdict | str] = {"1": broken, "2": "gone"}
    run = told(COURT, [], decisions, judged, complete=False)
    assert (run.compared, run.flips, run.left, run.complete) == (0, (), 1, False)
    assert [one.reason for one in run.not_compared] == ["out of order", "gone"]


@pytest.mark.parametrize(
    ("expected", "came", "right"),
    [
        ((), verdict(SAFE, a=CLEARED), True),
        (("a",), verdict(UNSAFE, a=VIOLATED, b=CLEARED), True),
        (("a",), verdict(UNSAFE, a=VIOLATED, b=VIOLATED), False),
        (("a",), verdict(SAFE, a=CLEARED), False),
        ((), verdict(ABSTAIN, a=UNSURE), False),
        ((), verdict(Outcome.ERROR), False),
        ((), "its image is gone", False),
    ],
)
def test_a_case_passes_only_where_it_comes_out_as_expected(
    expected: tuple[str, ...], came: Verdict | str, right: bool
) -> None:
    run = told(COURT, [case("1", *expected)], [], {"1": came}, complete=True)
    assert (run.passed, len(run.failed)) == ((1, 0) if right else (0, 1))
    if not right:
        assert run.failed[0].case == "case_1"
        assert run.failed[0].outcome is (None if isinstance(came, str) else came.outcome)


def test_a_case_for_which_there_was_no_time_did_not_pass() -> None:
    run = told(COURT, [case("1")], [], {}, complete=False)
    assert (run.passed, run.failed, run.left) == (0, (), 1)


def test_a_run_that_found_nothing_to_try_says_so() -> None:
    assert "--keep-images" in told(COURT, [], [], {}, complete=True).note
    assert told(COURT, [case("1")], [], {}, complete=False).note == ""
