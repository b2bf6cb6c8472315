"""From a verdict to its row, and back.

Nothing is said twice. What all verdicts of a run share is not in a row; `thresholds` of a finding
are null where they are those of the run; and the `rules` of an only view are null where they are
those of the row in the order in which they were asked, as they nearly always are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluejudge.constitution import Severity
from cluejudge.image import ImageRecord
from cluejudge.timeline import timeline
from cluejudge.verdict import Cost, Outcome, RuleFinding, Verdict, ViewVerdict, storable

Row = dict[str, Any]
Rules = tuple[RuleFinding, ...]

SHARED = frozenset(
    {"constitution", "constitution_digest", "models", "thresholds", "method", "budget"}
)
"""The fields of a verdict that are the same in all verdicts of a run."""

_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}


def to_row(id: str, sha256: str, verdict: Verdict, common: Verdict) -> Row:
    """The row of a verdict, without carried columns.

    `sha256` is that of the bytes, empty if there were none; `common` has what all verdicts share.
    Raises `ValueError` for a verdict of another run.
    """
    if any(_differs(getattr(verdict, name), getattr(common, name)) for name in SHARED):
        raise ValueError(f"the verdict on {id} is of another run than its part")
    failed = verdict.outcome is Outcome.ERROR
    record = verdict.record.model_dump() if verdict.record else {"sha256": sha256 or None}
    return {
        "id": storable(id),
        "outcome": verdict.outcome,
        "violated": verdict.violated,
        "action": verdict.action or None,
        "error_code" if failed else "cause": verdict.code or None,
        "error" if failed else "reason": verdict.reason or None,
        "rules": _rules(verdict.rules, common),
        "timeline": _timeline(verdict),
        **record,
        "cost": verdict.cost.model_dump(),
        "views": _views(verdict, common),
    }


def to_verdict(row: Mapping[str, Any], common: Verdict) -> Verdict:
    """The verdict of a row that `to_row` made, as python values; what is absent counts as null."""
    failed = row["outcome"] == Outcome.ERROR
    rules = tuple(_finding(one, common) for one in row["rules"])
    return common.model_copy(
        update={
            "image": row["id"],
            "outcome": Outcome(row["outcome"]),
            "violated": tuple(row["violated"]),
            "action": row.get("action") or "",
            "code": row.get("error_code" if failed else "cause") or "",
            "reason": row.get("error" if failed else "reason") or "",
            "rules": rules,
            "views": tuple(_view(one, rules, common) for one in row["views"]),
            "record": _record(row),
            "cost": Cost.model_validate(row["cost"]),
        }
    )


def _differs(one: object, other: object) -> bool:
    return one is not other and one != other  # nearly always the same object


def _timeline(verdict: Verdict) -> list[Row]:
    return [
        {"rule_id": fired.rule_id, **span.model_dump()}
        for fired in timeline(verdict)
        for span in fired.spans
    ]


def _rules(rules: Rules, common: Verdict) -> list[Row]:
    return [
        rule.model_dump(
            exclude={"thresholds"} if rule.thresholds == common.thresholds else None,
            exclude_none=True,
        )
        for rule in rules
    ]


def _views(verdict: Verdict, common: Verdict) -> list[Row]:
    views = verdict.views
    heads = [view.model_dump(exclude={"rules"}, exclude_none=True) for view in views]
    if len(views) == 1 and views[0].rules == _as_asked(verdict.rules):
        return heads
    return [
        head | {"rules": _rules(view.rules, common)}
        for head, view in zip(heads, views, strict=True)
    ]


def _finding(row: Row, common: Verdict) -> RuleFinding:
    thresholds = row.get("thresholds") or common.thresholds
    return RuleFinding.model_validate(row | {"thresholds": thresholds})


def _view(row: Row, rules: Rules, common: Verdict) -> ViewVerdict:
    own = row.get("rules")
    found = _as_asked(rules) if own is None else tuple(_finding(one, common) for one in own)
    return ViewVerdict.model_validate(row | {"rules": found})


def _as_asked(rules: Rules) -> Rules:
    """In the order in which a judgement asks: the most severe first, then by id."""
    return tuple(sorted(rules, key=lambda rule: (-_GRAVITY[rule.severity], rule.rule_id)))


def _record(row: Mapping[str, Any]) -> ImageRecord | None:
    """What is known of the image; nothing if it could not be decoded."""
    if row.get("format") is None:
        return None
    return ImageRecord.model_validate({name: row[name] for name in ImageRecord.model_fields})
