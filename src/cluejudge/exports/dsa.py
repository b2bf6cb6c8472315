"""The fields of a statement of reasons under the EU's Digital Services Act.

Attributes, their values and lengths are those that the DSA Transparency Database documents for its
API (transparency.dsa.ec.europa.eu/page/api-documentation, and its public source
github.com/digital-services-act/transparency-database), version 2 of the categories. No statement
may hold personal data: what people and models wrote about an image, its name and the names of keys
and reviewers are left out. What only the platform knows is not there either: the restriction
itself, the dates of the content, the territory, the source of a notice.
"""

from __future__ import annotations

from typing import Any

from cluejudge.exports.rows import Row
from cluejudge.exports.wording import cut, found
from cluejudge.report.words import one_line
from cluejudge.verdict import Outcome, RuleFinding

OTHER = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
CATEGORIES = frozenset(
    f"STATEMENT_CATEGORY_{name}"
    for name in (
        "ANIMAL_WELFARE",
        "CONSUMER_INFORMATION",
        "CYBER_VIOLENCE",
        "CYBER_VIOLENCE_AGAINST_WOMEN",
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "ILLEGAL_OR_HARMFUL_SPEECH",
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "NOT_SPECIFIED_NOTICE",
        "OTHER_VIOLATION_TC",
        "PROTECTION_OF_MINORS",
        "RISK_FOR_PUBLIC_SECURITY",
        "SCAMS_AND_FRAUD",
        "SELF_HARM",
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
        "VIOLENCE",
    )
)
"""The values of `category`. A rule that lists one of them among its categories falls under it."""

GROUND, EXPLANATION, FACTS = 500, 2000, 5000
"""The longest texts that the database takes."""

FULLY = "AUTOMATED_DECISION_FULLY"
PARTIALLY = "AUTOMATED_DECISION_PARTIALLY"
NOT_AUTOMATED = "AUTOMATED_DECISION_NOT_AUTOMATED"


def statement(row: Row) -> dict[str, Any] | None:
    """The fields that a decision answers; None for all that does not stand as unsafe.

    Only a restriction needs a statement, and nothing is restricted that was not decided.
    """
    if row.outcome is not Outcome.UNSAFE:
        return None
    decision, findings = row.decision, row.findings()
    first, *others = _categories(row)
    told: dict[str, Any] = {
        "puid": decision.id,
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": cut(_ground(row), GROUND),
        "incompatible_content_explanation": cut(_explanation(findings), EXPLANATION),
        "content_type": ["CONTENT_TYPE_IMAGE"],
        "category": first,
        "decision_facts": cut(_facts(row, findings), FACTS),
        "application_date": (row.review.at if row.review else decision.at)[:10],
        "automated_detection": "Yes" if _detected(row) else "No",
        "automated_decision": _automated(row),
    }
    return told | ({"category_addition": others} if others else {})


def _ground(row: Row) -> str:
    rules = ", ".join(row.violated)
    return f"constitution {row.decision.constitution}, version {row.decision.version}: {rules}"


def _explanation(findings: tuple[RuleFinding, ...]) -> str:
    return " ".join(f"{each.rule_id}: {one_line(each.text)}" for each in findings)


def _facts(row: Row, findings: tuple[RuleFinding, ...]) -> str:
    said = ["The image was judged against the rules by automated means."]
    for each in findings:
        held = found(each)
        if held and each.rule_id in row.decision.verdict.violated:
            said.append(f"For {each.rule_id} these preconditions were found to hold: {held}.")
    if row.review:
        ours = set(row.decision.verdict.violated) == set(row.violated)
        said.append(f"A person reviewed it and {'agreed' if ours else 'decided otherwise'}.")
    return " ".join(said)


def _categories(row: Row) -> list[str]:
    """At least one, each once, that of the gravest rule first."""
    told = [
        category
        for each in row.findings()
        for category in row.categories.get(each.rule_id, ())
        if category in CATEGORIES
    ]
    return list(dict.fromkeys(told)) or [OTHER]


def _detected(row: Row) -> bool:
    """Whether the judge pointed at the image; what it called safe, a person found."""
    return row.decision.verdict.outcome in {Outcome.UNSAFE, Outcome.ABSTAIN}


def _automated(row: Row) -> str:
    """Who decided: the judge, the judge and a person, or, where it did not say unsafe, a person."""
    if row.review is None:
        return FULLY
    return PARTIALLY if row.decision.verdict.outcome is Outcome.UNSAFE else NOT_AUTOMATED
