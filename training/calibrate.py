"""Thresholds of the embedded models, from scenes of the validation split, and the facts of a card.

python -m training.calibrate FOLDER facts.json [--log RUN/language.jsonl]

FOLDER is an export without tuned thresholds; facts.json is what `training.export --card` takes.
No held-out style and no test scene is looked at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scenes import TestScene, test_scenes
from cluejudge.asks import Locate
from cluejudge.builtin import find_constitution
from cluejudge.image import Picture
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from cluejudge.scenes.plan import BIASES
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.world import HELD_OUT_STYLE, TERMS, TRAINED_STYLES
from training.questions import COMMON, RARE
from training.unknown import unknown_pictures

STRANGE = 0.03
"""Share of validation scenes that may abstain as unknown, so that strangers do."""
KEPT = 0.999
"""Share of the violated rules of validation scenes that the relevance scan must keep."""


def relevance(models: Models, scenes: Sequence[TestScene]) -> float:
    """The largest cosine at which `KEPT` of the violated rules stay."""
    assert models.encoder is not None
    rules = find_constitution("pictogram").rules
    cosines = (
        models.encoder.embed_images([scene.picture for scene in scenes])
        @ models.encoder.embed_texts([rule.text for rule in rules]).T
    )
    violated = np.array([[RULES[r.id].violated(s.things) for r in rules] for s in scenes])
    return float(np.quantile(cosines[violated], 1 - KEPT))


def detector(models: Models, scenes: Sequence[TestScene]) -> float:
    """The confidence with the best F1 of "a word has a box" against "the thing is there"."""
    assert models.detector is not None
    terms = tuple(TERMS.values())
    words = tuple(term.noun for term in terms)
    best, truth = [], []
    for scene in scenes:
        found = models.detector.locate([Locate(scene.picture, words)])[0]
        concepts = {thing.concept for thing in scene.things}
        for term in terms:
            scores = [one.score for one in found if one.word == term.noun]
            best.append(max(scores, default=0.0))
            truth.append(bool(concepts & set(term.members)))
    return best_f1(np.array(best), np.array(truth))


def best_f1(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """The bound on `scores` with the best F1."""
    bounds = np.linspace(0.05, 0.95, 91)
    f1 = [2 * (truth & (scores >= b)).sum() / (truth.sum() + (scores >= b).sum()) for b in bounds]
    return float(bounds[int(np.argmax(f1))])


def known(models: Models, scenes: Sequence[TestScene]) -> float:
    """What all but `STRANGE` of the scenes score: a stranger must look like most of them."""
    assert models.recogniser is not None
    strange = [Picture(pixels) for pixels in unknown_pictures(400, seed=5)]
    bound = float(np.quantile(models.recogniser.familiarity([s.picture for s in scenes]), STRANGE))
    passed = np.mean(np.array(models.recogniser.familiarity(strange)) >= bound)
    print(
        f"known from {bound:.4f} on: {1 - STRANGE:.3f} of scenes, {passed:.3f} of unknown pictures"
    )
    return bound


def training_facts(log: Path | None) -> dict[str, object]:
    """What the model card declares of the training."""
    last = json.loads(log.read_text().splitlines()[-1]) if log else {}
    return {
        "data": "pictogram scenes drawn by this package; no photograph has a label",
        "styles": list(TRAINED_STYLES),
        "held_out_style": HELD_OUT_STYLE,
        "co_occurrences": [asdict(bias) for bias in BIASES],
        "dropped_where_yes": RARE,
        "dropped_where_no": COMMON,
        "last_log_line": last,
    }


def main() -> None:
    """Write the facts and print the thresholds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--scenes", type=int, default=500)
    parser.add_argument("--version", default="1")
    args = parser.parse_args()
    models = load_models(f"embedded:{args.folder}")
    scenes = list(test_scenes(args.scenes, "val", held_out=False))
    thresholds = {
        "relevance": round(relevance(models, scenes), 4),
        "detector": round(detector(models, scenes), 2),
        "known": round(known(models, scenes), 4),
    }
    print(json.dumps(thresholds))
    facts = {
        "version": args.version,
        "thresholds": thresholds,
        "training": training_facts(args.log),
    }
    args.facts.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
