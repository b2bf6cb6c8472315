"""What an engine must offer, and what all engines open in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from cluejudge.api import Judge
from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.shard import ShardDone, Told
from cluejudge.batch.watch import timed
from cluejudge.models.registry import Key, load_models
from cluejudge.verdict import Verdict


class Engine(Protocol):
    """Has the shards of a run judged by `judge_shards`, here or elsewhere."""

    @property
    def judges(self) -> int:
        """How many processes judge side by side."""
        ...

    def common(self, plan: Plan) -> Verdict:
        """What all verdicts share. Loads the models; raises what making a `Judge` raises."""
        ...

    def run(
        self, plan: Plan, pace: Pace, shards: Sequence[int], told: Callable[[Told], None]
    ) -> Iterator[ShardDone]:
        """Judges `shards`, in any order; each is committed before it is yielded.

        `told` hears of rows in this process. What it raises stops the run and is raised here, as
        is `KeyboardInterrupt`; closing the iterator stops the run too. What was judged by then is
        in the journals.
        """
        ...

    def close(self) -> None:
        """Ends processes and lets go of the models."""
        ...


def make_judge(plan: Plan, key: Key = None) -> Judge:
    """The judge of a plan, its models timed for `judge_shards`. Raises as `Judge` does."""
    models = load_models(plan.model, plan.options, key)
    if plan.first:
        from cluejudge.student.models import behind

        models = behind(plan.first, models)
    return Judge(
        plan.constitution,
        model=timed(models),
        thresholds=plan.thresholds,
        method=plan.method,
        budget=plan.budget,
        limits=plan.limits,
    )
