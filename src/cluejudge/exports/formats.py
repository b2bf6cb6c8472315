"""The formats by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cluejudge.exports import dsa, fiftyone, label_studio, llavaguard
from cluejudge.exports.rows import Row

Writer = Callable[[Row], dict[str, Any] | None]
"""A decision in one format; None where the format has no way to tell it."""

FORMATS: Mapping[str, Writer] = {
    "label-studio": label_studio.task,
    "fiftyone": fiftyone.sample,
    "llavaguard": llavaguard.rating,
    "dsa": dsa.statement,
}
