"""Small runs, and who watches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluejudge.batch.engines.local import LocalEngine
from cluejudge.batch.parts import parts, scan
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.run import Finished, run_batch
from cluejudge.batch.shard import ShardDone, Told
from cluejudge.batch.tally import Tally
from tests.api.colours import SAFE, UNSAFE, picture, png

OTHERS = [png(picture("white", "yellow", side)) for side in range(10, 30)]
FEW = {"a.png": UNSAFE, "b.png": SAFE, "c.png": UNSAFE[:60], "d.png": UNSAFE}


class StopError(Exception):
    """Somebody stops the run."""


@dataclass
class Watch:
    """Notes what it is told; stops the run at the row `stop`."""

    stop: int = 0
    rows: int = 0
    before: Tally = field(default_factory=Tally)
    heard: list[Told] = field(default_factory=list)

    def listed(self, rows: int) -> None:
        self.rows = rows

    def begin(self, rows: int, before: Tally) -> None:
        self.rows, self.before = rows, before

    def told(self, row: Told) -> None:
        self.heard.append(row)
        if len(self.heard) == self.stop:
            raise StopError


class Never(LocalEngine):
    """An engine that must not be asked to judge."""

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        assert not shards
        return iter(())


class Unloaded(Never):
    """Nor to load models."""

    def common(self, plan: Plan) -> Any:
        raise AssertionError("the models were loaded")


def ran(plan: Plan, watch: Watch | None = None, **pace: Any) -> Finished:
    return run_batch(plan, Pace(**pace), LocalEngine(), watch or Watch())


def rows(plan: Plan) -> list[dict[str, Any]]:
    found = (batch for path in parts(plan.output).values() for batch in scan(path))
    return [row for batch in found for row in batch.to_pylist()]


def changed(plan: Plan, **update: Any) -> Plan:
    return plan.model_copy(update=update)
