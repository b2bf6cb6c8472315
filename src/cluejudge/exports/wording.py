"""What an export says in words of what was found."""

from __future__ import annotations

from cluejudge.report.words import atom_text, one_line
from cluejudge.verdict import Answer, AtomFinding, RuleFinding, RuleOutcome


def found(finding: RuleFinding) -> str:
    """The preconditions of a rule that hold, with their scores; empty if none was found to.

    Where a student found the rule violated no precondition was asked, and its probability stands
    there instead.
    """
    if finding.student and finding.outcome is RuleOutcome.VIOLATED:
        p = finding.student.p
        return f"all of them together, by a model that learnt from the judge (P {p:.2f})"
    return "; ".join(
        _held(atom) for group in finding.groups for atom in group if atom.answer is Answer.YES
    )


def reasoned(finding: RuleFinding) -> str:
    """What models wrote about the preconditions of a rule that hold."""
    return " ".join(
        one_line(atom.rationale)
        for group in finding.groups
        for atom in group
        if atom.answer is Answer.YES and atom.rationale
    )


def cut(text: str, most: int) -> str:
    """`text` in at most so many characters, with an ellipsis where something was cut off."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _held(atom: AtomFinding) -> str:
    score = atom.scores.reasoning if atom.scores.reasoning is not None else atom.scores.debiased
    told = f" (score {score:+.2f})" if score is not None else ""
    return f"{atom_text(atom)}{told}"
