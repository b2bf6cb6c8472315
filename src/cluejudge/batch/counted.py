"""What became of the rows of a part, counted without reading their evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cluejudge.batch.arrow import counts
from cluejudge.batch.parts import scan
from cluejudge.batch.tally import Tally
from cluejudge.batch.tools import Told
from cluejudge.verdict import Outcome


def counted(part: Path) -> Tally:
    """The tally of a part. Raises `UsageError` for one that is broken."""
    outcomes: Counter[str] = Counter()
    violated: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for batch in scan(part, ["outcome", "violated", "error_code"]):
        outcomes.update(counts(batch.column("outcome")))
        violated.update(counts(batch.column("violated").flatten()))
        errors.update(counts(batch.column("error_code")))
    return Tally({Outcome(name): count for name, count in outcomes.items()}, violated, errors)


def told_of(shard: int, tally: Tally) -> Iterator[Told]:
    """What is told of the rows of a shard that was judged before."""
    for outcome, count in tally.outcomes.items():
        if outcome is not Outcome.ERROR:
            yield from [Told(shard, outcome, fresh=False)] * count
    for code, count in tally.errors.items():
        yield from [Told(shard, Outcome.ERROR, code, fresh=False)] * count
