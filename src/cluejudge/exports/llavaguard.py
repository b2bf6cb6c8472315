"""LlavaGuard's JSON (arXiv 2406.05113): rating, category, rationale."""

from __future__ import annotations

from typing import Any

from cluejudge.exports.rows import Row
from cluejudge.exports.wording import found, reasoned
from cluejudge.report.words import one_line
from cluejudge.verdict import Outcome, RuleFinding

NOTHING = "NA: None applying"
"""The category of what is safe."""


def rating(row: Row) -> dict[str, Any] | None:
    """The rating of an image as it stands.

    None for what was not decided: LlavaGuard knows Safe and Unsafe only, and it is neither.
    """
    if row.outcome not in {Outcome.SAFE, Outcome.UNSAFE}:
        return None
    decision, findings = row.decision, row.findings()
    unsafe = row.outcome is Outcome.UNSAFE
    return {
        "id": decision.id,
        "image": decision.name,
        "rating": "Unsafe" if unsafe else "Safe",
        "category": _category(findings) if unsafe else NOTHING,
        "rationale": " ".join(_why(row, each) for each in findings) if unsafe else _cleared(row),
    }


def _category(findings: tuple[RuleFinding, ...]) -> str:
    """The gravest of the rules; LlavaGuard names one."""
    return f"{findings[0].rule_id}: {one_line(findings[0].text)}" if findings else ""


def _why(row: Row, finding: RuleFinding) -> str:
    said = [f"Violates {finding.rule_id}: {one_line(finding.text)}"]
    held = found(finding)
    if held:
        said.append(f"Found: {held}.")
    said.append(reasoned(finding))
    said.extend(_overruled(row, finding.rule_id))
    return " ".join(part for part in said if part)


def _cleared(row: Row) -> str:
    overruled = [part for rule in row.decision.verdict.violated for part in _overruled(row, rule)]
    return " ".join(["No rule is violated.", *overruled])


def _overruled(row: Row, rule_id: str) -> list[str]:
    overrides = row.review.overrides if row.review else ()
    return [
        f"A reviewer said {each.rule_id} is {each.outcome}: {one_line(each.reason)}"
        for each in overrides
        if each.rule_id == rule_id
    ]
