"""Writes the contact sheet of a batch, image by image: its pictures are never all in memory."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from cluejudge.batch.contact.cards import Order, card, order, told
from cluejudge.batch.contact.page import Shown, closing, opening
from cluejudge.batch.contact.rows import Rows
from cluejudge.batch.contact.sample import Pick, chosen
from cluejudge.batch.durable import replacing
from cluejudge.batch.entries import Prepared, Refusal
from cluejudge.batch.parts import parts, read_verdict
from cluejudge.batch.summary import Summary
from cluejudge.image import LoadedImage
from cluejudge.verdict import Verdict

NAME = "contact.html"

Again = Callable[[int, Sequence[int]], Iterable[Prepared]]
"""Prepares rows of a shard once more, in any order; those that are gone may be missing."""

CHANGED = "The image has changed since it was judged"
GONE = "The image is no longer there"
UNREADABLE = "The image cannot be read again"


def write_contact(folder: Path, summary: Summary, common: Verdict, again: Again, most: int) -> None:
    """Writes `contact.html` beside the parts of a run: whole, or not at all.

    `summary` is of these parts, `common` what their verdicts share. It shows at most `most` images
    that are unsafe or abstained, each once, and lists errors. An image that cannot be read `again`
    as it was judged has a card without its picture.
    """
    paths = parts(folder)
    rows = Rows(paths)
    picks = chosen(rows.candidates(), most)
    with tempfile.TemporaryFile() as file:
        cards = _Cards(file)
        every = [pick for some in picks.values() for pick in some]
        for pick, image in _images(every, again):
            cards.add(read_verdict(paths[pick.shard], pick.row, common), image, pick)
        shown = Shown(
            sum(pick.copies for pick in every),
            {outcome: len(some) for outcome, some in picks.items()},
            dict(sorted(cards.rules.items())),
            {code: tuple(listed) for code, listed in rows.errors.items()},
        )
        with replacing(folder / NAME) as new, new.open("wb") as target:
            target.write(opening(summary, shown).encode())
            cards.copy(target)
            target.write(closing(summary, shown).encode())


def _images(picks: Iterable[Pick], again: Again) -> Iterator[tuple[Pick, LoadedImage | str]]:
    """Each with its image, or why there is none: shard by shard, in the order of their rows."""
    shards: defaultdict[int, dict[int, Pick]] = defaultdict(dict)
    for pick in picks:
        shards[pick.shard][pick.row] = pick
    for shard, wanted in sorted(shards.items()):
        for prepared in again(shard, sorted(wanted)):
            pick = wanted.pop(prepared.entry.row)
            yield pick, _same(pick, prepared)
        yield from ((pick, GONE) for pick in wanted.values())


def _same(pick: Pick, prepared: Prepared) -> LoadedImage | str:
    """The image, if it is what was judged."""
    if prepared.sha256 and prepared.sha256 != pick.sha256:
        return CHANGED
    if isinstance(prepared.image, Refusal):
        return f"{UNREADABLE}: {prepared.image.reason}"
    return prepared.image


class _Cards:
    """Cards in a file as they come, and what they are sorted by in the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: list[tuple[Order, str, int, int]] = []
        self.rules: Counter[str] = Counter()

    def add(self, verdict: Verdict, image: LoadedImage | str, pick: Pick) -> None:
        """Draws one card."""
        drawn = (card(verdict, image, pick.copies) + "\n").encode()
        self._places.append((order(verdict), pick.sha256, self._file.tell(), len(drawn)))
        self._file.write(drawn)
        self.rules.update(found.rule_id for found in told(verdict))

    def copy(self, target: BinaryIO) -> None:
        """Writes all cards in their order."""
        for _, _, start, length in sorted(self._places):
            self._file.seek(start)
            target.write(self._file.read(length))
