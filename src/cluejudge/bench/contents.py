"""What the images of a suite are, so that a run never goes on with others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cluejudge.bench.samples import Sample, Truth
from cluejudge.errors import ImageError

UNREAD = "cannot be read"
"""In the place of a digest."""

Labels = Sequence[Mapping[str, object]]
"""What is known of each sample, as `config.label` tells it."""


def with_digests(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """The samples, each with its digest.

    Each image is read once, one at a time, unless its suite knows the digest; one that cannot be
    read has `UNREAD` in its place.
    """
    return tuple(one if one.digest else replace(one, digest=_digest(one)) for one in samples)


def _digest(sample: Sample) -> str:
    try:
        return hashlib.sha256(sample.read()).hexdigest()
    except (ImageError, OSError):
        return UNREAD


def contradictions(samples: Iterable[Sample]) -> list[tuple[Sample, Sample]]:
    """Samples that are the same picture as one before them, with another label; both of each.

    They need their digests; what cannot be read is no picture.
    """
    firsts: dict[str, Sample] = {}
    pairs = [(firsts.setdefault(one.digest, one), one) for one in samples if one.digest != UNREAD]
    return [(first, one) for first, one in pairs if _contradict(first.truth, one.truth)]


def _contradict(one: Truth, other: Truth) -> bool:
    if one.unsafe is not other.unsafe:
        return True
    return None not in (one.violated, other.violated) and one.violated != other.violated


def differences(before: Labels, after: Labels) -> str:
    """In words, how the samples of two runs differ; the first of each kind is named."""
    old = {str(one.get("id")): one for one in before}
    new = {str(one.get("id")): one for one in after}
    both = [name for name in new if name in old]
    kinds = {
        "images that are new": [name for name in new if name not in old],
        "images that are gone": [name for name in old if name not in new],
        "other pictures": [name for name in both if _part(old, name) != _part(new, name)],
        "other labels": [name for name in both if _rest(old, name) != _rest(new, name)],
    }
    told = [f"{what}: {len(names)}, such as {names[0]}" for what, names in kinds.items() if names]
    return "; ".join(told) or "the images are in another order"


def _part(labels: Mapping[str, Mapping[str, object]], name: str) -> object:
    return labels[name].get("image")


def _rest(labels: Mapping[str, Mapping[str, object]], name: str) -> dict[str, object]:
    return {field: value for field, value in labels[name].items() if field != "image"}
