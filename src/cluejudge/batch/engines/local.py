"""Shards judged in this process, one set of models, many processes that decode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from cluejudge.api import Judge
from cluejudge.batch.engines.base import make_judge
from cluejudge.batch.folder import RunFolder
from cluejudge.batch.ledger import rebuilt
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.shard import ShardDone, Told, judge_shards, opened
from cluejudge.models.registry import Key
from cluejudge.verdict import Verdict


class LocalEngine:
    """Keeps `engines.base.Engine`; `key` is for models behind a server."""

    def __init__(self, key: Key = None) -> None:
        self._key = key
        self._judge: tuple[Plan, Judge] | None = None

    @property
    def judges(self) -> int:
        """One: this process."""
        return 1

    def common(self, plan: Plan) -> Verdict:
        """See `Engine`. The models are kept until `close`."""
        return self._of(plan).common

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        """See `Engine`."""
        if not shards:
            return
        with (
            closing(rebuilt(RunFolder(plan.output))) as ledger,
            opened(plan, pace, self._of(plan), ledger) as tools,
        ):
            yield from judge_shards(plan, pace, shards, tools, told)

    def close(self) -> None:
        """See `Engine`."""
        self._judge = None

    def _of(self, plan: Plan) -> Judge:
        if self._judge is None or self._judge[0] != plan:
            self._judge = plan, make_judge(plan, self._key)
        return self._judge[1]
