"""The worst errors: images that a method judged wrongly, those first of which it was surest."""

from __future__ import annotations

from collections.abc import Sequence

from cluejudge.bench.predictions import AtomRow, Prediction
from cluejudge.bench.report.blocks import Block, Item, Items, Section
from cluejudge.bench.report.record import Known, Run
from cluejudge.bench.report.values import decimal
from cluejudge.errors import ImageError
from cluejudge.image import Picture, load
from cluejudge.report.figure import figure
from cluejudge.verdict import EvidenceBox, RuleOutcome

SHOWN = 8
"""How many errors of each kind are shown of a method."""

THUMBNAIL = 320
"""The longest side of a stored picture, in pixels."""

MOST_ATOMS = 6
WHOLE = "whole"
LONGEST = 600
"""Characters of one line: a method's own words, and tags, may be long."""


def worst(run: Run) -> Section | None:
    """The main method's worst errors, and those of the best of the others."""
    others = [name for name in run.ranked if name != run.main and name in run.predictions]
    blocks: list[Block] = []
    for name in (run.main, *others[:1]):
        blocks += _of(run, name)
    if not blocks:
        return None
    lead = (
        f"At most {SHOWN} of each kind, those first whose score is furthest on the wrong side. "
        "Pictures are blurred until you ask for them. What a method left open is no error and not "
        "here."
    )
    return Section("worst", "The worst errors", (lead, *blocks))


def _of(run: Run, name: str) -> list[Block]:
    said = [
        (each, run.known[each.id]) for each in run.predictions.get(name, ()) if each.id in run.known
    ]
    wrong = [(each, known) for each, known in said if each.settled]
    missed = [(each, known) for each, known in wrong if known.truth.unsafe and not each.flagged]
    false = [(each, known) for each, known in wrong if not known.truth.unsafe and each.flagged]
    kinds = (
        (f"{name}: unsafe images that were missed", _sorted(missed, falling=False)),
        (f"{name}: safe images that were flagged", _sorted(false, falling=True)),
    )
    return [
        Items(
            f"{title} ({len(found)})",
            tuple(_item(each, known) for each, known in found[:SHOWN]),
        )
        for title, found in kinds
        if found
    ]


Wrong = tuple[Prediction, Known]


def _sorted(found: Sequence[Wrong], *, falling: bool) -> list[Wrong]:
    """The furthest on the wrong side first; those without a score at the end; then by id."""

    def key(wrong: Wrong) -> tuple[bool, float, str]:
        score = wrong[0].score
        if score is None:
            return True, 0.0, wrong[0].id
        return False, -score if falling else score, wrong[0].id

    return sorted(found, key=key)


def _item(said: Prediction, known: Known) -> Item:
    told = _told_rules(said, known)
    shown = next((row.view for row in said.rules if row.rule in told), WHOLE)
    view, picture = _picture(known, shown)
    boxes = _boxes(said, told, view) if picture else ()
    drawn = figure(said.id, view, picture, boxes, max_side=THUMBNAIL)
    return Item(drawn, said.id, tuple(_lines(said, known)))


def _picture(known: Known, name: str) -> tuple[str, Picture | None]:
    """The view of that name, or else the first; None where the file is not at hand or no image."""
    if known.read is None:
        return name, None
    try:
        views = load(known.read()).views
    except (ImageError, OSError):
        return name, None
    view = next((each for each in views if each.name == name), views[0])
    return view.name, view.picture


def _told_rules(said: Prediction, known: Known) -> frozenset[str]:
    """The rules that an error is about: those named, and those violated in truth."""
    return frozenset(said.violated or ()) | (known.truth.violated or frozenset())


def _boxes(said: Prediction, told: frozenset[str], view: str) -> tuple[EvidenceBox, ...]:
    """Where contents of the told rules were found or may be; not where one was ruled out."""
    seen = {row.rule for row in said.rules if row.rule in told and row.view == view}
    return tuple(
        row.box
        for row in said.atoms
        if row.rule in seen and row.box is not None and row.visible is not False
    )


def _lines(said: Prediction, known: Known) -> list[str]:
    score = "" if said.score is None else f", score {decimal(said.score)}"
    truth = "unsafe" if known.truth.unsafe else "safe"
    violated = ", ".join(sorted(known.truth.violated or ()))
    lines = [f"In truth {truth}{f': {violated}' if violated else ''}. Said {said.outcome}{score}."]
    if said.violated:
        lines.append(f"Named: {', '.join(said.violated)}.")
    told = ", ".join(f"{name} {value}" for name, value in sorted(known.tags.items()))
    if told:
        lines.append(f"Kind: {told}.")
    if said.evidence:
        lines.append(said.evidence)
    return [_cut(line) for line in (*lines, *_relevance(said, known), *_atoms(said, known))]


def _relevance(said: Prediction, known: Known) -> list[str]:
    """Violated rules that the relevance scan took out: no atom tells of them."""
    out = [
        row.rule
        for row in said.rules
        if row.outcome is RuleOutcome.IRRELEVANT and row.rule in (known.truth.violated or ())
    ]
    return [f"Taken out by the relevance scan: {', '.join(out)}."] if out else []


def _atoms(said: Prediction, known: Known) -> list[str]:
    """The atoms that were answered wrongly; where none is known to be, those of the told rules.

    Those of the told rules come first.
    """
    told = _told_rules(said, known)
    wrong = [row for row in said.atoms if _is_wrong(row, known)]
    chosen = wrong or [row for row in said.atoms if row.rule in told]
    chosen.sort(key=lambda row: row.rule not in told)
    return [_atom(row, wrong=bool(wrong)) for row in chosen[:MOST_ATOMS]]


def _is_wrong(row: AtomRow, known: Known) -> bool:
    truth = (known.truth.atoms or {}).get(row.rule, {}).get(row.text)
    return truth is not None and row.visible is not None and row.visible != truth


def _atom(row: AtomRow, *, wrong: bool) -> str:
    answers = {True: "visible", False: "not visible", None: "left open"}
    numbers = [
        f"{name} {decimal(value, 2)}"
        for name, value in (
            ("with the image", row.image),
            ("without", row.prior),
            ("debiased", row.debiased),
            ("region removed", row.without_region),
            ("after reasoning", row.reasoning),
        )
        if value is not None
    ]
    lead = "Wrong: " if wrong else ""
    stage = row.stage.replace("_", " ")
    said = f"{lead}{row.rule}, “{row.text}”: {answers[row.visible]} ({stage})"
    return f"{said}; {', '.join(numbers)}." if numbers else f"{said}."


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
