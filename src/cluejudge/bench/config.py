"""What a run is a run of: all that its predictions depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from pydantic import Field

import cluejudge
from cluejudge.bench.samples import Sample
from cluejudge.changes import changes, flat
from cluejudge.errors import UsageError
from cluejudge.settings import Budget, Frozen, Limits, Method, Thresholds


class MethodCard(Frozen):
    """One method of a run: what tables call it, and what it is made of."""

    title: str
    card: dict[str, str] = Field(default_factory=dict)


class Config(Frozen):
    """`config.json`.

    `samples` is a digest of the ids, images, truths and tags of all samples, in their order, and
    `count` how many there are. `models` is the card of the models, empty while no method has asked
    them. `methods` grows with each run into the same folder; `not_applicable` says of others why
    not.
    """

    cluejudge: str = cluejudge.__version__
    suite: str
    suite_card: dict[str, str] = Field(default_factory=dict)
    limit: int | None = None
    seed: int = 0
    count: int
    samples: str
    edits: tuple[str, ...] = ()
    constitution: str = ""
    constitution_digest: str = ""
    model: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    models: dict[str, str] = Field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    method: Method = Method()
    budget: Budget = Budget()
    limits: Limits = Limits()
    methods: dict[str, MethodCard] = Field(default_factory=dict)
    not_applicable: dict[str, str] = Field(default_factory=dict)


_APART = {"methods", "not_applicable", "models", "edits", "samples", "suite_card"}


def samples_digest(samples: Iterable[Sample]) -> str:
    """sha256, hex, over the ids, digests, truths and tags of `samples`; no image is read."""
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(json.dumps(label(sample), sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def label(sample: Sample) -> dict[str, object]:
    """What is known of a sample, as JSON can hold it: a line of `samples.jsonl`."""
    truth = sample.truth
    known: dict[str, object] = {"id": sample.id, "unsafe": truth.unsafe}
    if sample.digest:
        known["image"] = sample.digest
    if truth.violated is not None:
        known["violated"] = sorted(truth.violated)
    if truth.atoms is not None:
        known["atoms"] = {rule: dict(atoms) for rule, atoms in truth.atoms.items()}
    if sample.tags:
        known["tags"] = dict(sample.tags)
    return known


def merged(old: Config, new: Config, samples: str = "the images are others") -> Config:
    """The config of a folder that `old` was run into and `new` is to be.

    Raises `UsageError` that says what changed if the predictions of the two do not go together;
    `samples` says it of their samples.
    """
    changed = [*changes(_told(old), _told(new)), *changes(_cards(old, new), _cards(new, old))]
    if old.samples != new.samples:
        changed.append(samples)
    if changed:
        raise UsageError(
            f"this folder holds another run: {'; '.join(changed)}",
            hint="give --out another folder, or the settings of that run",
        )
    left = {name: why for name, why in old.not_applicable.items() if name not in new.methods}
    return new.model_copy(
        update={
            "models": new.models or old.models,
            "methods": old.methods | new.methods,
            "not_applicable": left | new.not_applicable,
            "edits": tuple(dict.fromkeys((*old.edits, *new.edits))),
        }
    )


def _told(config: Config) -> dict[str, str]:
    """All that must be equal, by name."""
    told = flat(config.model_dump(mode="json", exclude=_APART))
    return told | {"suite digest": config.suite_card.get("digest", "absent")}


def _cards(config: Config, other: Config) -> dict[str, str]:
    """The cards of what both runs have: models, if methods of both ask them, and methods."""
    models = config.models if other.models else {}
    told = {f"models.{name}": value for name, value in models.items()}
    for name in config.methods.keys() & other.methods.keys():
        card = config.methods[name].card
        told |= {f"method {name}, {field}": value for field, value in card.items()}
    return told
