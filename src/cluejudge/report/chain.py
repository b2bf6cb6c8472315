"""A rule with its chain: what was found for each precondition, and on what evidence."""

from __future__ import annotations

from cluejudge.report.bars import (
    DIFFERENCE,
    PROBABILITY,
    Tick,
    around_zero,
    bar,
    bounds_note,
    measure,
)
from cluejudge.report.markup import Html, tag
from cluejudge.report.words import (
    MARKS,
    atom_text,
    decision,
    own_reason,
    region_gain,
    relevance_text,
    signed,
    student_text,
)
from cluejudge.settings import Debias
from cluejudge.verdict import AtomFinding, AtomScores, RuleFinding


def rule(finding: RuleFinding, debias: Debias, *, open_: bool) -> Html:
    """One rule, folded to its headline unless `open_`."""
    reason = own_reason(finding)
    return tag(
        "details",
        tag("summary", *_headline(finding)),
        tag("p", finding.text, class_="rule-text"),
        *((tag("p", reason, class_="reason"),) if reason else ()),
        *((_chain(finding, debias),) if finding.groups else ()),
        class_=f"rule rule-{finding.outcome}",
        open=open_,
    )


def _headline(finding: RuleFinding) -> tuple[Html, ...]:
    facts = [f"severity {finding.severity}", f"action {finding.action}"]
    facts += [relevance_text(finding)] if finding.relevance is not None else []
    facts += [student_text(finding)] if finding.student else []
    facts += [finding.view] if finding.view != "whole" else []
    return (
        tag("span", finding.outcome.replace("_", " "), class_=f"tag tag-{finding.outcome}"),
        tag("span", finding.rule_id, class_="rule-id"),
        tag("span", " · ".join(facts), class_="facts"),
    )


def _chain(finding: RuleFinding, debias: Debias) -> Html:
    return tag("ol", *(_group(group, finding, debias) for group in finding.groups), class_="chain")


def _group(group: tuple[AtomFinding, ...], finding: RuleFinding, debias: Debias) -> Html:
    either = (tag("p", "any of these", class_="either"),) if len(group) > 1 else ()
    return tag("li", *either, *(_atom(atom, finding, debias) for atom in group))


def _atom(atom: AtomFinding, finding: RuleFinding, debias: Debias) -> Html:
    return tag(
        "div",
        tag(
            "p",
            tag("span", MARKS[atom.answer], class_="mark", aria_hidden="true"),
            tag("span", atom_text(atom), class_="atom-text"),
            tag("span", decision(atom), class_="decided"),
            class_="atom-line",
        ),
        *_measures(atom.scores, finding.thresholds.reasoning, debias),
        *((tag("p", atom.reason, class_="reason"),) if atom.reason else ()),
        *((tag("blockquote", atom.rationale),) if atom.rationale else ()),
        class_=f"atom answer-{atom.answer}",
    )


def _measures(scores: AtomScores, reasoning: float, debias: Debias) -> tuple[Html, ...]:
    rows = (
        _before(scores),
        _after(scores, debias),
        _region(scores),
        _reasoned(scores, reasoning),
    )
    drawn = [row for row in rows if row is not None]
    return (tag("dl", *drawn),) if drawn else ()


def _before(scores: AtomScores) -> Html | None:
    if scores.image is None:
        return None
    ticks = (Tick(scores.prior, "prior"),) if scores.prior is not None else ()
    note = f"prior {scores.prior:.2f}" if scores.prior is not None else "no prior asked"
    note += "" if scores.exact else ", a bound"
    label = f"Before debiasing: P(Yes) {scores.image:.2f}, {note}"
    return measure(
        "Before", bar(scores.image, PROBABILITY, ticks, label=label), f"{scores.image:.2f}", note
    )


def _after(scores: AtomScores, debias: Debias) -> Html | None:
    value = scores.debiased
    if value is None:
        return None
    in_odds = debias is Debias.LOG_ODDS
    scale = around_zero(value, scores.low, scores.high) if in_odds else DIFFERENCE
    named = (("a₁", scores.low), ("a₂", scores.high))
    ticks = tuple(Tick(at, name) for name, at in named if at is not None)
    unsure = (ticks[0].at, ticks[1].at) if len(ticks) == 2 else None
    note = bounds_note(scores.low, scores.high)
    drawn = bar(
        value, scale, ticks, unsure=unsure, label=f"After debiasing: {signed(value)}, bounds {note}"
    )
    return measure("After", drawn, signed(value), note)


def _region(scores: AtomScores) -> Html | None:
    gain = region_gain(scores)
    if gain is None or scores.without_region is None:
        return None
    bound = scores.region_bound
    ticks = (Tick(bound, "b"),) if bound is not None else ()
    note = f"without it {scores.without_region:.2f}"
    note += f", b {signed(bound)}" if bound is not None else ""
    drawn = bar(gain, DIFFERENCE, ticks, label=f"Region removed: {signed(gain)}, {note}")
    return measure("Region", drawn, signed(gain), note)


def _reasoned(scores: AtomScores, bound: float) -> Html | None:
    if scores.reasoning is None:
        return None
    note = f"bound {bound:.2f}"
    label = f"P(Yes) after reasoning: {scores.reasoning:.2f}, {note}"
    drawn = bar(scores.reasoning, PROBABILITY, (Tick(bound, "bound"),), label=label)
    return measure("Reasoned", drawn, f"{scores.reasoning:.2f}", note)
