"""How findings are put into words, for the terminal and for the report alike."""

from __future__ import annotations

from cluejudge.verdict import Answer, AtomFinding, AtomScores, RuleFinding, RuleOutcome, Stage

MARKS = {Answer.YES: "✓", Answer.NO: "✗", Answer.UNSURE: "?"}

ANSWERS = {Answer.YES: "holds", Answer.NO: "does not hold", Answer.UNSURE: "unsure"}

STAGES = {
    Stage.PRIOR: "by debiased score",
    Stage.REGION: "by region removed",
    Stage.REASONING: "by reasoning",
    Stage.DEFAULT: "by default",
    Stage.NOT_NEEDED: "not needed",
    Stage.LABEL_MASS: "neither yes nor no",
    Stage.BUDGET: "budget used up",
    Stage.FAILED: "model failed",
    Stage.REFUSED: "model declined",
    Stage.UNDECIDED: "no stage decided",
}


def is_told(finding: RuleFinding) -> bool:
    """Whether every output shows this rule with its chain; the others are for those who ask.

    Told are rules that are violated, and those that were asked about and came to no answer.
    """
    return finding.outcome in {RuleOutcome.VIOLATED, RuleOutcome.UNSURE} or (
        finding.outcome is RuleOutcome.NOT_JUDGED and bool(finding.groups)
    )


def own_reason(finding: RuleFinding) -> str:
    """Why a rule was not decided, unless one of its atoms says the same."""
    said = {atom.reason for group in finding.groups for atom in group}
    return "" if finding.reason in said else finding.reason


def printable(value: str) -> str:
    """`value` with every invisible character but line feed and space spelled out.

    Names and texts come from files and models: escape sequences, text that runs backwards and
    broken file names must neither act on a terminal nor mislead a reader.
    """
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in value
    )


def one_line(value: str) -> str:
    """`printable`, with all white space run together."""
    return printable(" ".join(value.split()))


def atom_text(finding: AtomFinding) -> str:
    """The content, marked where the atom holds if it is *not* visible."""
    return f"not visible: {finding.text}" if finding.negated else finding.text


def decision(finding: AtomFinding) -> str:
    """Whether the atom holds, and what decided it or why nothing did."""
    if finding.decided_by is Stage.NOT_NEEDED:
        return STAGES[Stage.NOT_NEEDED]
    crop = ", on the crop of a small object" if finding.cropped else ""
    return f"{ANSWERS[finding.answer]}, {STAGES[finding.decided_by]}{crop}"


def region_gain(scores: AtomScores) -> float | None:
    """How far the score falls when the region is removed, in [-1, 1]."""
    whole = scores.image if scores.full_image is None else scores.full_image
    if whole is None or scores.without_region is None:
        return None
    return whole - scores.without_region


def relevance_text(finding: RuleFinding) -> str:
    """The relevance scan in words; empty if it did not run."""
    if finding.relevance is None:
        return ""
    if finding.relevance_bound is None:
        return f"relevance {finding.relevance:.2f}"
    sign = "≥" if finding.relevance >= finding.relevance_bound else "<"
    return f"relevance {finding.relevance:.2f} {sign} {finding.relevance_bound:.2f}"


def student_text(finding: RuleFinding) -> str:
    """What a student said of the rule, with the bounds it went by; empty if none did."""
    said = finding.student
    if said is None:
        return ""
    low = "never cleared" if said.low is None else f"cleared up to {said.low:.2g}"
    high = "never called violated" if said.high is None else f"violated from {said.high:.2g}"
    return f"by the student: P(violated) {said.p:.2g}, {low}, {high}"


def signed(value: float) -> str:
    """Two decimals and always a sign, so that a difference is read as one."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
