"""Verdicts for a reader at a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cluejudge.report.words import (
    MARKS,
    atom_text,
    decision,
    is_told,
    one_line,
    own_reason,
    printable,
    region_gain,
    relevance_text,
    signed,
    student_text,
)
from cluejudge.timeline import timeline, words
from cluejudge.verdict import Answer, AtomFinding, Outcome, RuleFinding, RuleOutcome, Verdict

STYLES = {
    Outcome.UNSAFE: "bold red",
    Outcome.ABSTAIN: "bold yellow",
    Outcome.ERROR: "bold magenta",
    Outcome.SAFE: "bold green",
}
RULE_STYLES = {
    RuleOutcome.VIOLATED: "red",
    RuleOutcome.UNSURE: "yellow",
    RuleOutcome.NOT_JUDGED: "yellow",
}
ANSWER_STYLES = {Answer.YES: "bold", Answer.NO: "dim", Answer.UNSURE: "yellow"}


def verdict(found: Verdict, *, explain: bool = False) -> RenderableType:
    """One input: its outcome, and the rules that led to it; with `explain` all rules."""
    rules = [rule for rule in found.rules if explain or is_told(rule)]
    drawn = (_rule(rule, explain=explain) for rule in rules)
    silent = () if explain else _silent(found)
    return Group(_headline(found), *_notes(found), *_times(found), *drawn, *silent)


def summary(counts: Mapping[Outcome, int]) -> Text:
    """How many inputs came out how, in one line."""
    total = sum(counts.values())
    line = Text("1 image: " if total == 1 else f"{total} images: ")
    known = [outcome for outcome in STYLES if counts.get(outcome)]
    parts = [Text(f"{counts[outcome]} {outcome}", STYLES[outcome]) for outcome in known]
    return line + Text(", ").join(parts)


def _headline(found: Verdict) -> Text:
    outcome = (f"{found.outcome:<8}", STYLES[found.outcome])
    # Whoever looks for a path finds it in one line.
    line = Text.assemble(outcome, one_line(found.image), no_wrap=True, overflow="ignore")
    if found.violated:
        line.append("  " + ", ".join(map(one_line, found.violated)), "red")
    if found.action:
        line.append(f"  action: {one_line(found.action)}")
    if found.reason:
        line.append(f"  {one_line(found.reason)}")
    if found.code:
        line.append(f" ({one_line(found.code)})", "dim")
    return line


def _notes(found: Verdict) -> tuple[Text, ...]:
    """What was noted of the input, such as frames left out: a safe one says so too."""
    notes = "; ".join(map(one_line, found.record.notes)) if found.record else ""
    return (Text(f"  {notes}", "dim"),) if notes else ()


def _times(found: Verdict) -> tuple[Text, ...]:
    """When an animation violates which rule."""
    return tuple(Text(f"  {one_line(words(fired))}", "red") for fired in timeline(found))


def _silent(found: Verdict) -> tuple[Text, ...]:
    """How many rules were not even asked about, so that nobody takes them for cleared."""
    silent = [rule for rule in found.rules if rule.outcome is RuleOutcome.NOT_JUDGED]
    count = sum(not is_told(rule) for rule in silent)
    rules = "1 rule was" if count == 1 else f"{count} rules were"
    return (Text(f"  {rules} not judged", "yellow"),) if count else ()


def _rule(found: RuleFinding, *, explain: bool) -> RenderableType:
    facts = [found.outcome.replace("_", " "), found.severity]
    facts += [relevance_text(found), student_text(found), found.view]
    line = Text(one_line(found.rule_id), RULE_STYLES.get(found.outcome, ""))
    line.append("  " + ", ".join(one_line(fact) for fact in facts if fact and fact != "whole"))
    parts: list[RenderableType] = [line]
    if is_told(found):
        parts.append(Text(one_line(found.text), "dim"))
    if reason := own_reason(found):
        parts.append(Text(one_line(reason), "yellow"))
    if found.groups:
        parts.append(_chain(found))
    if explain:
        parts += [_rationale(atom) for group in found.groups for atom in group if atom.rationale]
    return Padding(Group(*parts), (0, 0, 1 if found.groups else 0, 2))


def _chain(found: RuleFinding) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("precondition", min_width=20)
    table.add_column("before", justify="right", no_wrap=True)
    table.add_column("after", justify="right", no_wrap=True)
    table.add_column("bounds", no_wrap=True)
    table.add_column("decided", min_width=16)
    for number, group in enumerate(found.groups):
        for position, atom in enumerate(group):
            word = "or" if position else "and" if number else ""
            table.add_row(*_atom(word, atom))
    return table


def _atom(word: str, atom: AtomFinding) -> tuple[Text, ...]:
    scores = atom.scores
    style = ANSWER_STYLES[atom.answer]
    before = "" if scores.image is None else f"{scores.image:.2f}"
    after = "" if scores.debiased is None else signed(scores.debiased)
    bounds = [signed(bound) for bound in (scores.low, scores.high) if bound is not None]
    return (
        Text(f"{word:>3} {MARKS[atom.answer]}", style),
        Text(one_line(atom_text(atom)), style),
        Text(before if scores.exact else f"~{before}"),
        Text(after),
        Text(" .. ".join(bounds), "dim"),
        Text(_decided(atom)),
    )


def _decided(atom: AtomFinding) -> str:
    """What decided, with the numbers of the later stages where they ran."""
    scores = atom.scores
    parts = [decision(atom)]
    gain = region_gain(scores)
    if gain is not None:
        bound = "" if scores.region_bound is None else f", bound {signed(scores.region_bound)}"
        parts.append(f"region {signed(gain)}{bound}")
    if scores.reasoning is not None:
        parts.append(f"reasoned {scores.reasoning:.2f}")
    if atom.reason:
        parts.append(one_line(atom.reason))
    return "; ".join(parts)


def _rationale(atom: AtomFinding) -> RenderableType:
    said = Text(f"{one_line(atom_text(atom))}:\n", "dim")
    return said.append(printable(atom.rationale.strip()), "italic")
