"""How a method does on the parts of a suite: by style, intent, topic, whatever its images tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cluejudge.bench.metrics import binary
from cluejudge.bench.metrics.judged import Judged, settled
from cluejudge.bench.metrics.numbers import Json, block, number, share

MOST_VALUES = 50


def by_tag(judged: Sequence[Judged]) -> tuple[Json, dict[str, str]]:
    """For each tag and each of its values the rates over the images that have it.

    A tag of more than 50 values names images rather than kinds of them: it is left out, and told
    with this reason beside.
    """
    parts: dict[str, dict[str, list[Judged]]] = defaultdict(lambda: defaultdict(list))
    for one in judged:
        for tag, value in one.tags.items():
            parts[tag][value].append(one)
    told = {tag: values for tag, values in sorted(parts.items()) if len(values) <= MOST_VALUES}
    made: Json = {
        tag: {value: _rates(values[value]) for value in sorted(values)}
        for tag, values in told.items()
    }
    left = {
        tag: f"it has {len(parts[tag])} values, too many to tell apart"
        for tag in sorted(parts.keys() - told.keys())
    }
    return made, left


def _rates(part: Sequence[Judged]) -> Json:
    counts = binary.of_images(part).sum(axis=0)
    rates = {name: float(value) for name, value in binary.rates(counts).items()}
    decided = int(settled(part).sum())
    return {
        "n": len(part),
        "unsafe": int(counts[0] + counts[1]),
        "coverage": number(share(decided, len(part))),
        **block(rates, binary.WHY),
    }
