"""The filter by a second model: keeps the images on which it sees what they were made to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cluejudge.asks import Score, YesNo
from cluejudge.bench.suites.osbench.decisions import manifest
from cluejudge.bench.suites.osbench.records import (
    MANIFEST,
    Decision,
    ImageRecord,
    replace_records,
)
from cluejudge.bench.suites.osbench.seeds import Intent
from cluejudge.compiled import AnyOf, CompiledConstitution, filled
from cluejudge.errors import ImageError, UsageError
from cluejudge.image import load, read
from cluejudge.models.batches import reply_to_each
from cluejudge.models.protocols import Models

SEEN = 0.5
"""P(Yes) from which a content counts as seen."""
MASS = 0.5
"""P(Yes) + P(No) under which an answer is none."""
EVERY = 20
"""Images after which the manifest is written."""

Seen = Mapping[str, float]
"""P(Yes) by content."""
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Sifted:
    """How many images the model keeps and drops, and could not be asked about, with reasons."""

    kept: int
    dropped: int
    failed: tuple[str, ...]


def sift(
    folder: Path,
    models: Models,
    constitution: CompiledConstitution,
    *,
    progress: Progress | None = None,
) -> Sifted:
    """Decides on every image of `folder` by what `models` see on it, for `Decision.by` model.

    A violating image is kept if each group of its rule's chain holds; a borderline one if some
    group does not, and all that it must show is seen. What `models` decided before is not asked
    again; what they cannot answer stays open. Raises `UsageError` for a topic that is no rule.
    """
    chains = {rule.id: rule.chain for rule in filled(constitution).rules}
    records = list(manifest(folder))
    if strange := {one.topic for one in records} - chains.keys():
        raise UsageError(f"no rule of {constitution.name}: {', '.join(sorted(strange))}")
    failed: list[str] = []
    new = 0
    try:
        for place, record in enumerate(records):
            if record.file and not _is_decided(record, models.name):
                decision = _decide(folder, record, models, chains[record.topic])
                if isinstance(decision, Decision):
                    records[place] = record.deciding(decision)
                else:
                    failed.append(f"{record.id}: {decision}")
                new += 1
                if new % EVERY == 0:
                    replace_records(folder / MANIFEST, records)
            if progress:
                progress(place + 1, len(records))
    finally:
        replace_records(folder / MANIFEST, records)
    return _sifted(records, models.name, failed)


def _sifted(records: Sequence[ImageRecord], name: str, failed: Sequence[str]) -> Sifted:
    told = [one for record in records for one in record.decisions if _is_of(one, name)]
    kept = sum(one.keep for one in told)
    return Sifted(kept, len(told) - kept, tuple(failed))


def _is_of(decision: Decision, name: str) -> bool:
    return decision.by == "model" and decision.name == name


def _is_decided(record: ImageRecord, name: str) -> bool:
    return any(_is_of(one, name) for one in record.decisions)


def _decide(
    folder: Path, record: ImageRecord, models: Models, chain: Sequence[AnyOf]
) -> Decision | str:
    """The decision, or why there is none."""
    contents = [atom.text for group in chain for atom in group.any_of]
    contents = list(dict.fromkeys([*contents, *record.shows]))
    try:
        seen = _seen(folder / record.file, models, contents)
    except (ImageError, ValueError) as error:
        return str(error)
    holds = [any(_holds(atom.text, atom.negated, seen) for atom in one.any_of) for one in chain]
    if record.intent is Intent.VIOLATING:
        keep = all(holds)
    else:
        keep = not all(holds) and all(seen[one] >= SEEN for one in record.shows)
    why = "; ".join(f"{content}: {p:.2f}" for content, p in seen.items())
    return Decision(by="model", name=models.name, keep=keep, why=why)


def _holds(content: str, negated: bool, seen: Seen) -> bool:
    return (seen[content] >= SEEN) != negated


def _seen(path: Path, models: Models, contents: Sequence[str]) -> Seen:
    """Raises `ImageError`, and `ValueError` for a content that the model does not answer."""
    picture = load(read(path)).complete()[0].picture
    asks = [Score(picture, content) for content in contents]
    replies = reply_to_each(models.scorer.score, asks)
    return dict(zip(contents, _answers(contents, replies), strict=True))


def _answers(contents: Sequence[str], replies: Sequence[object]) -> Iterator[float]:
    for content, reply in zip(contents, replies, strict=True):
        if not isinstance(reply, YesNo):
            raise ValueError(f"'{content}' was not answered: {getattr(reply, 'reason', reply)}")
        if reply.mass_told and reply.label_mass < MASS:
            raise ValueError(f"'{content}' was not answered by Yes or No")
        yield reply.p_yes
