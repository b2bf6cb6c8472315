from __future__ import annotations

from cluejudge.batch.failures import Failures, has_failed
from cluejudge.constitution import Severity
from cluejudge.verdict import Cause, Outcome, RuleFinding, RuleOutcome, Verdict, ViewVerdict


def verdict(outcome: Outcome, cause: Cause | None = None) -> Verdict:
    """A verdict in which a rule was not judged because of `cause`, if there is one."""
    rule = RuleFinding(
        rule_id="fire",
        text="fire",
        severity=Severity.LOW,
        action="",
        outcome=RuleOutcome.NOT_JUDGED if cause else RuleOutcome.CLEARED,
        cause=cause,
    )
    view = ViewVerdict(view="whole", outcome=outcome, rules=(rule,))
    return Verdict(image="a", outcome=outcome, rules=(rule,), views=(view,))


SAFE, UNSAFE = verdict(Outcome.SAFE), verdict(Outcome.UNSAFE)
PARTLY = verdict(Outcome.UNSAFE, Cause.MODEL_FAILED)
FAILED = verdict(Outcome.ERROR, Cause.MODEL_FAILED)


def test_what_did_not_fail_counts_at_once() -> None:
    undecided = verdict(Outcome.ABSTAIN, Cause.UNDECIDED)
    for one in (SAFE, UNSAFE, undecided):
        assert not has_failed(one)
        assert Failures(2).settled("a", one) is one


def test_what_failed_is_tried_so_often_and_each_image_by_itself() -> None:
    failures = Failures(2)
    assert [failures.settled("a", FAILED) for _ in range(3)] == [None, None, FAILED]
    assert failures.settled("b", FAILED) is None
    assert failures.settled("b", SAFE) is SAFE
    assert failures.settled("b", FAILED) is None


def test_a_view_may_have_failed_where_the_whole_has_not() -> None:
    assert has_failed(PARTLY)
    assert has_failed(PARTLY.model_copy(update={"rules": ()}))
    assert has_failed(Verdict(image="a", outcome=Outcome.ERROR, code="model_failed"))


def test_what_was_found_unsafe_once_stays_so() -> None:
    failures = Failures(1)
    assert failures.settled("a", PARTLY) is None
    assert failures.settled("a", FAILED) is PARTLY
    assert failures.settled("a", FAILED) is None
    assert failures.settled("a", FAILED) is FAILED
    for later in (SAFE, verdict(Outcome.ABSTAIN, Cause.UNDECIDED)):
        assert failures.settled("a", PARTLY) is None
        assert failures.settled("a", later) is PARTLY


def test_a_try_that_does_not_fail_goes_before_one_that_did() -> None:
    failures = Failures(1)
    assert failures.settled("a", PARTLY) is None
    assert failures.settled("a", UNSAFE) is UNSAFE
