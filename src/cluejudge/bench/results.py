"""From the predictions of a finished run to its numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict

from cluejudge.bench.config import Config
from cluejudge.bench.folder import METRICS, RunFolder
from cluejudge.bench.metrics.whole import compute
from cluejudge.bench.predictions import Prediction
from cluejudge.bench.robustness import flips
from cluejudge.errors import UsageError

Predictions = Mapping[str, tuple[Prediction, ...]]


def measure(folder: RunFolder) -> dict[str, object]:
    """Computes all numbers of the run and writes them as `metrics.json`.

    Raises `UsageError` for a run that did not finish, `MissingExtraError` without the extra
    `bench`; the predictions stay in either case.
    """
    config = folder.config()
    said = finished(folder)
    numbers: dict[str, object] = {
        "suite": config.suite,
        **compute(folder.labels(), said, config.seed, bounds=bounds(config)),
        "not_applicable": config.not_applicable,
        "robustness": {
            name: {
                edit: _flips(before, _judged(folder, config, name, edit), edit)
                for edit in config.edits
                if folder.journal(name, edit).exists()
            }
            for name, before in said.items()
        },
    }
    folder.write(METRICS, json.dumps(numbers, indent=2, allow_nan=False) + "\n")
    return numbers


def bounds(config: Config) -> dict[str, float]:
    """The score from which on a method calls an image unsafe, where its card tells a `threshold`.

    A threshold in words is none of the score.
    """
    told = {name: card.card.get("threshold", "") for name, card in config.methods.items()}
    found: dict[str, float] = {}
    for name, said in told.items():
        with suppress(ValueError):
            found[name] = float(said)
    return found


def finished(folder: RunFolder) -> Predictions:
    """What each method said of every image. Raises `UsageError` if one did not judge them all."""
    config = folder.config()
    return {name: _judged(folder, config, name) for name in config.methods}


def _judged(folder: RunFolder, config: Config, name: str, edit: str = "") -> tuple[Prediction, ...]:
    found = folder.edited(name, edit) if edit else folder.predictions(name)
    if len(found) < config.count:
        how = f" edited by {edit}" if edit else ""
        raise UsageError(
            f"{folder.path}: {name} has judged {len(found)} of {config.count} images{how}",
            hint="run the same command again to go on",
        )
    return found


def _flips(
    before: tuple[Prediction, ...], after: tuple[Prediction, ...], edit: str
) -> dict[str, object]:
    return asdict(flips(before, after, edit))
