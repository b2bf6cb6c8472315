"""Label Studio's tasks: the verdict as a prediction, the review as an annotation.

The shape is that of "Import pre-annotated data into Label Studio", labelstud.io/guide/predictions.
"""

from __future__ import annotations

from typing import Any

from cluejudge.exports.places import Place, places
from cluejudge.exports.rows import Row
from cluejudge.image import ImageRecord

IMAGE, OUTCOME, RULES, BOXES = "image", "outcome", "rules", "boxes"
"""The names of the tags that a labelling configuration must have."""


def task(row: Row) -> dict[str, Any]:
    """One task. Its choice is how the image was judged, `abstain` and `error` too."""
    decision, verdict = row.decision, row.decision.verdict
    before = Row(decision)
    told = {
        "data": {
            IMAGE: decision.name,
            "sha256": decision.sha256,
            "decision": decision.id,
            "at": decision.at,
        },
        "predictions": [
            {
                "model_version": f"{decision.constitution} {decision.version}",
                "result": _result(before, verdict.record),
            }
        ],
    }
    if row.review:
        told["annotations"] = [{"result": _result(row, verdict.record)}]
    return told


def _result(row: Row, record: ImageRecord | None) -> list[dict[str, Any]]:
    found = [_choices(OUTCOME, [row.outcome.value])]
    if row.violated:
        found.append(_choices(RULES, list(row.violated)))
    if record:
        there = places(row.decision.verdict, row.findings())
        found.extend(_box(number, place, record) for number, place in enumerate(there, 1))
    return found


def _choices(name: str, chosen: list[str]) -> dict[str, Any]:
    return {
        "id": name,
        "from_name": name,
        "to_name": IMAGE,
        "type": "choices",
        "value": {"choices": chosen},
    }


def _box(number: int, place: Place, record: ImageRecord) -> dict[str, Any]:
    """A region, in percent of the image's size."""
    return {
        "id": f"box-{number}",
        "from_name": BOXES,
        "to_name": IMAGE,
        "type": "rectanglelabels",
        "original_width": record.width,
        "original_height": record.height,
        "image_rotation": 0,
        "score": place.score,
        "value": {
            "x": 100 * place.left,
            "y": 100 * place.top,
            "width": 100 * place.width,
            "height": 100 * place.height,
            "rotation": 0,
            "rectanglelabels": [place.rule_id],
        },
        "meta": {"text": [place.content]},
    }
