"""One call of the shard function: which rows wait for what, and what becomes of them."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable

from cluejudge.batch.agenda import Agenda
from cluejudge.batch.counted import counted, told_of
from cluejudge.batch.entries import Prepared, Refusal
from cluejudge.batch.failures import Failures
from cluejudge.batch.ledger import Claimed, Elsewhere, Known, Mine
from cluejudge.batch.shardwork import Row, ShardWork
from cluejudge.batch.tally import Tally
from cluejudge.batch.tools import Told, Tools
from cluejudge.errors import ImageError
from cluejudge.image import LoadedImage
from cluejudge.verdict import Verdict

PATIENCE = 60.0
"""Seconds without news of images that are judged elsewhere, until they are judged here too."""

_RECENT = 128
"""Verdicts that are kept for duplicates, beside those on disk."""


class Attempt:
    """The rows of the shards under way, by the digests of their images; for one thread.

    Rows whose bytes are the same wait for one judgement. A row that a model fails on comes again
    when all others of its shard are in, up to `retries` times. `done` are the shards whose parts
    are there, for others to take out.
    """

    def __init__(
        self,
        tools: Tools,
        agenda: Agenda[ShardWork],
        retries: int,
        told: Callable[[Told], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.done: deque[tuple[int, Tally]] = deque()
        self._tools, self._agenda, self._told, self._clock = tools, agenda, told, clock
        self._name = secrets.token_hex(8)
        self._open: dict[int, ShardWork] = {}
        self._waiting: dict[str, list[Row]] = {}
        self._failures = Failures(retries)
        self._recent: OrderedDict[str, Verdict] = OrderedDict()
        self._elsewhere: defaultdict[str, list[Row]] = defaultdict(list)
        self._not_waited_for: set[str] = set()
        self._news = clock()

    @property
    def is_judging(self) -> bool:
        """Whether an image is being judged."""
        return bool(self._waiting)

    @property
    def is_over(self) -> bool:
        """Whether every shard that was opened is done."""
        return not self._open

    def open(self, shard: int) -> None:
        """Begins a shard: its rows that are not in a journal yet go on the agenda."""
        part = self._tools.folder.part(shard)
        if part.exists():  # an attempt that was taken for dead has committed it
            tally = counted(part)
            for told in told_of(shard, tally):
                self._told(told)
            self.done.append((shard, tally))
            return
        work = self._open[shard] = ShardWork.open(shard, self._tools)
        for told in work.old():
            self._told(told)
        if missing := work.missing:
            self._agenda.add(work, missing)
        self._go_on([work])

    def arrived(self, work: ShardWork, prepared: Prepared) -> tuple[str, LoadedImage] | None:
        """Takes in a row that is decoded: the image under its digest, if it is to be judged."""
        row, digest = Row(work, prepared.entry), prepared.sha256
        if isinstance(prepared.image, Refusal):
            error = ImageError(prepared.image.code, prepared.image.reason)
            self._finish([row], digest, self._tools.judge.refusal(row.entry.id, error))
        elif digest in self._waiting:
            self._waiting[digest].append(row)
        elif isinstance(found := self._found(digest, row), Verdict):
            self._finish([row], digest, found)
        elif isinstance(found, Elsewhere):
            self._elsewhere[digest].append(row)
            work.elsewhere += 1
            self._go_on([work])
        else:
            self._waiting[digest] = [row]
            return digest, prepared.image
        return None

    def judged(self, digest: str, verdict: Verdict) -> None:
        """Takes in the verdict on an image: for all rows with its bytes, or to try it again."""
        rows = self._waiting.pop(digest)
        settled = self._failures.settled(digest, verdict)
        if settled is None:
            for row in rows:
                row.work.again.append(row.entry)
            self._go_on(row.work for row in rows)
            return
        first, *others = rows
        self._put(first, digest, settled)
        self._tools.ledger.settle(digest, first.work.shard, first.entry.row)
        for row in others:
            self._put(row, digest, settled)
        self._recent[digest] = settled
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        self._go_on(row.work for row in rows)

    def ask_again(self) -> None:
        """Asks for the verdicts that others were to make, when there is nothing else to do.

        Images that nobody is judging any more are judged here, and so are all when there was no
        news for too long.
        """
        patient = self._clock() - self._news < PATIENCE
        for digest, rows in list(self._elsewhere.items()):
            claimed = self._claim(digest, rows[0])
            if isinstance(claimed, Elsewhere) and patient:
                continue
            del self._elsewhere[digest]
            for row in rows:
                row.work.elsewhere -= 1
            if verdict := self._verdict(claimed):
                self._finish(rows, digest, verdict)
                continue
            self._not_waited_for.add(digest)
            for row in rows:
                self._agenda.add(row.work, [row.entry])

    def end(self) -> None:
        """Lets others have what was claimed, and closes the journals."""
        self._tools.ledger.release(self._name)
        for work in self._open.values():
            work.journal.close()

    def _found(self, digest: str, row: Row) -> Verdict | Claimed:
        if verdict := self._recent.get(digest):
            return verdict
        claimed = self._claim(digest, row)
        return self._verdict(claimed) or claimed

    def _claim(self, digest: str, row: Row) -> Claimed:
        if digest in self._not_waited_for:
            return Mine()
        return self._tools.ledger.claim(digest, row.work.shard, row.entry.row, self._name)

    def _verdict(self, claimed: Claimed) -> Verdict | None:
        """The verdict that is known, if it is."""
        if not isinstance(claimed, Known):
            return None
        own = self._open.get(claimed.shard)
        if own and claimed.row in own.journal.done:
            return own.journal.verdict(claimed.row)
        return self._tools.judged.verdict(claimed.shard, claimed.row)

    def _finish(self, rows: Iterable[Row], digest: str, verdict: Verdict) -> None:
        rows = tuple(rows)
        for row in rows:
            self._put(row, digest, verdict)
        self._go_on(row.work for row in rows)

    def _put(self, row: Row, digest: str, verdict: Verdict) -> None:
        self._told(row.work.add(row.entry, digest, verdict))
        self._news = self._clock()

    def _go_on(self, works: Iterable[ShardWork]) -> None:
        """Commits what is whole, and has tried again what is left where nothing else is."""
        for work in dict.fromkeys(works):
            if not work.left:
                self.done.append((work.shard, work.commit(self._tools)))
                del self._open[work.shard]
            elif work.again and work.left == len(work.again) + work.elsewhere:
                entries, work.again = work.again, []
                self._agenda.add(work, entries, first=True)
