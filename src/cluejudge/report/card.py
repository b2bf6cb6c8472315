"""One verdict as a card: the picture on one side, the decision and its evidence on the other."""

from __future__ import annotations

from collections.abc import Mapping

from cluejudge.image import Picture
from cluejudge.report.chain import rule
from cluejudge.report.figure import figure
from cluejudge.report.markup import Html, tag
from cluejudge.report.words import is_told, one_line
from cluejudge.settings import Frozen
from cluejudge.timeline import timeline, words
from cluejudge.verdict import Answer, EvidenceBox, RuleFinding, Verdict


def card(verdict: Verdict, pictures: Mapping[str, Picture]) -> Html:
    """A verdict as HTML; `pictures` are its judged pictures by the name of their view."""
    return tag(
        "article",
        tag("div", *_figures(verdict, pictures), class_="figures"),
        tag("div", *_head(verdict), *_rules(verdict), _record(verdict), class_="evidence"),
        class_=f"card {verdict.outcome}",
        data_outcome=verdict.outcome,
    )


def _figures(verdict: Verdict, pictures: Mapping[str, Picture]) -> list[Html]:
    """The views that a shown rule rests on; if there is none, one that came out as the whole."""
    told = dict.fromkeys(found.view for found in verdict.rules if is_told(found))
    alike = [view.view for view in verdict.views if view.outcome is verdict.outcome]
    shown = [view for view in told if view in pictures]
    shown = shown or [view for view in (*alike, *pictures) if view in pictures][:1]
    if not shown:
        return [figure(verdict.image, "whole", None, ())]
    return [
        figure(verdict.image, view, pictures[view], boxes(verdict.rules, view)) for view in shown
    ]


def boxes(rules: tuple[RuleFinding, ...], view: str) -> list[EvidenceBox]:
    """Where the contents are that were found, or may be; not where one was ruled out."""
    return [
        atom.box
        for found in rules
        if found.view == view and is_told(found)
        for group in found.groups
        for atom in group
        if atom.box is not None and atom.answer is not (Answer.YES if atom.negated else Answer.NO)
    ]


def _head(verdict: Verdict) -> tuple[Html, ...]:
    badge = tag("span", verdict.outcome, class_=f"badge badge-{verdict.outcome}")
    head = tag("header", badge, tag("h2", one_line(verdict.image)))
    told = (said(verdict), *(one_line(words(fired)) for fired in timeline(verdict)))
    return (head, *(tag("p", line, class_="said") for line in told if line))


def said(verdict: Verdict) -> str:
    """The decision in one sentence."""
    parts = []
    if verdict.violated:
        action = f"; action: {verdict.action}" if verdict.action else ""
        parts.append(f"Violates {', '.join(verdict.violated)}{action}.")
    if verdict.reason:
        code = f" ({verdict.code})" if verdict.code else ""
        parts.append(f"{verdict.reason}{code}")
    return " ".join(parts)


def _rules(verdict: Verdict) -> list[Html]:
    debias = verdict.method.debias
    shown = [found for found in verdict.rules if is_told(found)]
    others = [found for found in verdict.rules if not is_told(found)]
    parts = [rule(found, debias, open_=True) for found in shown]
    if others:
        title = "Other rules" if shown else "Rules"
        counts = dict.fromkeys(found.outcome for found in others)
        tally = ", ".join(
            f"{sum(found.outcome is outcome for found in others)} {outcome.replace('_', ' ')}"
            for outcome in counts
        )
        folded = tag(
            "details",
            tag("summary", f"{title}: {tally}"),
            *(rule(found, debias, open_=False) for found in others),
            class_="others",
        )
        parts.append(folded)
    return parts


def _record(verdict: Verdict) -> Html:
    rows = [(name, value) for name, value in facts(verdict) if value]
    return tag(
        "details",
        tag("summary", "Record"),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in rows)),
        class_="record",
    )


def facts(verdict: Verdict) -> list[tuple[str, str]]:
    """What the verdict rests on, by name: the file, the constitution, the models, the settings."""
    record = verdict.record
    cost = verdict.cost
    told = [
        ("constitution", verdict.constitution),
        ("constitution digest", verdict.constitution_digest),
        ("models", "; ".join(f"{name}: {value}" for name, value in verdict.models.items())),
        ("cost", f"{cost.asks} asks, {cost.reasonings} reasonings"),
        ("thresholds", _settings(verdict.thresholds)),
        ("method", _settings(verdict.method)),
        ("budget", _settings(verdict.budget)),
    ]
    told += [(f"view: {view.view}", _view(view.outcome, view.reason)) for view in verdict.views]
    if record is not None:
        size = f"{record.format}, {record.width} x {record.height} pixels, {record.bytes:,} bytes"
        frames = f", {record.frames} frames" if record.frames > 1 else ""
        told = [
            ("input", size + frames),
            ("notes", "; ".join(record.notes)),
            ("sha256", record.sha256),
            ("perceptual hash", record.phash),
            *told,
        ]
    return told


def _settings(values: Frozen) -> str:
    """The settings that are not left to the models or unlimited."""
    kept = values.model_dump(mode="json", exclude_none=True)
    return ", ".join(f"{name} {value}" for name, value in kept.items())


def _view(outcome: str, reason: str) -> str:
    return f"{outcome}: {reason}" if reason else outcome
