"""FiftyOne's samples: classifications, and detections as relative boxes.

Labels have the fields of `fiftyone.core.labels`, docs.voxel51.com/api/fiftyone.core.labels.html.
"""

from __future__ import annotations

from typing import Any

from cluejudge.exports.places import Place, places
from cluejudge.exports.rows import Row


def sample(row: Row) -> dict[str, Any]:
    """One sample: `verdict` is what the judge said, `outcome` how it stands after reviews."""
    decision, verdict = row.decision, row.decision.verdict
    record = verdict.record
    told: dict[str, Any] = {
        "filepath": decision.name,
        "tags": ["reviewed"] if row.review else [],
        "decision": decision.id,
        "sha256": decision.sha256,
        "constitution": decision.constitution,
        "version": decision.version,
        "verdict": _classification(verdict.outcome.value),
        "outcome": _classification(row.outcome.value),
        "violated": {
            "_cls": "Classifications",
            "classifications": [_classification(rule) for rule in row.violated],
        },
        "boxes": {
            "_cls": "Detections",
            "detections": [_detection(place) for place in places(verdict, row.findings())],
        },
    }
    if record:
        size = {"width": record.width, "height": record.height}
        told["metadata"] = {"_cls": "ImageMetadata", "size_bytes": record.bytes, **size}
    return told


def _classification(label: str) -> dict[str, Any]:
    return {"_cls": "Classification", "label": label}


def _detection(place: Place) -> dict[str, Any]:
    return {
        "_cls": "Detection",
        "label": place.rule_id,
        "bounding_box": [place.left, place.top, place.width, place.height],
        "confidence": place.score,
        "content": place.content,
    }
