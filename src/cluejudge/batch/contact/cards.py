"""One image of a contact sheet: what it violates, how sure that is, when, and a small picture."""

from __future__ import annotations

from collections.abc import Mapping

from cluejudge.constitution import Severity
from cluejudge.image import LoadedImage, Picture
from cluejudge.report.card import boxes
from cluejudge.report.figure import figure
from cluejudge.report.markup import Html, tag
from cluejudge.report.words import is_told, one_line
from cluejudge.timeline import timeline, times
from cluejudge.verdict import AtomFinding, Outcome, RuleFinding, RuleOutcome, Stage, Verdict

STORED = 256
"""The longest side of a stored picture, in pixels."""
SHOWN = (240.0, 240.0)
LONGEST = 200
_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}

Order = tuple[bool, int, str]


def card(verdict: Verdict, image: LoadedImage | str, copies: int) -> Html:
    """A verdict with its image, or why that cannot be shown; `copies` rows have the same bytes."""
    findings = told(verdict)
    seen = {fired.rule_id: times(fired.spans) for fired in timeline(verdict)}
    shown = _figure(verdict, image) if isinstance(image, LoadedImage) else _absent(image)
    return tag(
        "article",
        shown,
        tag(
            "header",
            tag("span", verdict.outcome, class_=f"badge badge-{verdict.outcome}"),
            tag("h2", one_line(verdict.image)),
        ),
        *((tag("ul", *(_rule(one, seen) for one in findings)),) if findings else ()),
        *(tag("p", line) for line in _lines(verdict)),
        *((tag("p", _copies(copies), class_="quiet"),) if copies > 1 else ()),
        class_=f"card {verdict.outcome}",
        data_outcome=verdict.outcome,
        data_rules=" ".join(found.rule_id for found in findings),
    )


def told(verdict: Verdict) -> list[RuleFinding]:
    """The violated rules, or those without an answer where none is violated; the gravest first."""
    found = [rule for rule in verdict.rules if rule.outcome is RuleOutcome.VIOLATED]
    found = found or [rule for rule in verdict.rules if is_told(rule)]
    return sorted(found, key=lambda rule: (-_GRAVITY[rule.severity], rule.rule_id))


def order(verdict: Verdict) -> Order:
    """What cards are sorted by: unsafe ones first, then by the gravest rule that is told."""
    findings = told(verdict)
    gravest = (-_GRAVITY[findings[0].severity], findings[0].rule_id) if findings else (1, "")
    return verdict.outcome is not Outcome.UNSAFE, *gravest


def _figure(verdict: Verdict, image: LoadedImage) -> Html:
    """The view that the gravest rule rests on, with the boxes of all that rest on it."""
    view, picture = _view(verdict, image)
    drawn = boxes(verdict.rules, view)
    return figure(verdict.image, view, picture, drawn, max_side=STORED, shown=SHOWN)


def _view(verdict: Verdict, image: LoadedImage) -> tuple[str, Picture]:
    pictures = {view.name: view.picture for view in image.views}
    wanted = [rule.view for rule in told(verdict)]
    wanted += [view.view for view in verdict.views if view.outcome is verdict.outcome]
    name = next(name for name in (*wanted, *pictures) if name in pictures)
    return name, pictures[name]


def _absent(why: str) -> Html:
    return tag("figure", tag("div", one_line(why), class_="no-picture"), class_="empty")


def _rule(finding: RuleFinding, seen: Mapping[str, str]) -> Html:
    """The rule, how sure that is, and when it is violated."""
    when = seen.get(finding.rule_id, "")
    return tag(
        "li",
        tag("b", one_line(finding.rule_id)),
        " ",
        _score(finding),
        *((" ", tag("span", when, class_="quiet")) if when else ()),
    )


def _score(finding: RuleFinding) -> str:
    """P(violated) of a student, or P(Yes) of the precondition that holds least."""
    if finding.student is not None:
        return f"{finding.student.p:.2f}"
    groups = [[_holds(atom) for atom in group] for group in finding.groups]
    known = [[value for value in group if value is not None] for group in groups]
    least = min((max(group) for group in known if group), default=None)
    return "" if least is None else f"{least:.2f}"


def _holds(atom: AtomFinding) -> float | None:
    """P that the atom holds, by its reasoning where that decided."""
    scores = atom.scores
    reasoned = atom.decided_by is Stage.REASONING and scores.reasoning is not None
    p = scores.reasoning if reasoned else scores.image
    return 1 - p if p is not None and atom.negated else p


def _lines(verdict: Verdict) -> list[str]:
    """Why nothing was decided."""
    return [_cut(one_line(verdict.reason))] if verdict.outcome is Outcome.ABSTAIN else []


def _copies(copies: int) -> str:
    return f"{copies} rows have these bytes"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
