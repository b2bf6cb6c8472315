from __future__ import annotations

import pytest

from cluejudge.constitution import Severity
from cluejudge.image import Span
from cluejudge.timeline import Fired, timeline, words
from cluejudge.verdict import Outcome, RuleFinding, RuleOutcome, Verdict, ViewVerdict

SEEN, NOT = RuleOutcome.VIOLATED, RuleOutcome.CLEARED


def span(start: float, end: float) -> Span:
    return Span(start=start, end=end)


def view(name: str, spans: tuple[Span, ...], **rules: RuleOutcome) -> ViewVerdict:
    findings = tuple(
        RuleFinding(rule_id=name, text=name, severity=Severity.HIGH, action="block", outcome=found)
        for name, found in rules.items()
    )
    return ViewVerdict(view=name, outcome=Outcome.UNSAFE, spans=spans, rules=findings)


def verdict(*views: ViewVerdict) -> Verdict:
    return Verdict(image="a.mp4", outcome=Outcome.UNSAFE, views=views)


def test_a_rule_is_violated_from_the_first_to_the_last_view_that_shows_it() -> None:
    judged = verdict(
        view("at 0.00 s", (span(0, 3),), fire=NOT, knife=SEEN),
        view("at 3.00 s", (span(3, 3.5),), fire=SEEN, knife=NOT),
        view("at 3.50 s", (span(3.5, 6.5), span(9, 9.5)), fire=SEEN, knife=NOT),
        view("at 6.50 s", (span(6.5, 9), span(9.5, 12)), fire=NOT, knife=NOT),
    )
    assert timeline(judged) == (
        Fired(rule_id="fire", spans=(span(3, 6.5), span(9, 9.5))),
        Fired(rule_id="knife", spans=(span(0, 3),)),
    )
    assert [words(each) for each in timeline(judged)] == [
        "fire: 3.0-6.5 s, 9.0-9.5 s",
        "knife: 0.0-3.0 s",
    ]


def test_what_has_no_time_is_not_in_it() -> None:
    still = verdict(view("whole", (), fire=SEEN))
    assert timeline(still) == ()
    both = verdict(view("at 0.00 s", (span(0, 1),), fire=NOT), view("cover", (), fire=SEEN))
    assert timeline(both) == ()


def test_an_input_that_was_refused_has_none() -> None:
    assert timeline(Verdict(image="a.mp4", outcome=Outcome.ERROR, code="corrupt")) == ()


@pytest.mark.parametrize("found", [NOT, RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED])
def test_only_violations_are_told(found: RuleOutcome) -> None:
    assert timeline(verdict(view("at 0.00 s", (span(0, 1),), fire=found))) == ()


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ((span(0, 0.1),), "0.0-0.1 s"),
        ((span(3.033, 3.067),), "3.03-3.07 s"),
        ((span(3.001, 3.004), span(65, 3600)), "3.001-3.004 s, 65.0-3600.0 s"),
    ],
)
def test_short_times_are_told_with_more_digits(spans: tuple[Span, ...], told: str) -> None:
    assert words(Fired(rule_id="fire", spans=spans)) == f"fire: {told}"
