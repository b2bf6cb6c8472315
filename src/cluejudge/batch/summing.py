"""Counts the rows of parts: whatever happened on the way, they say what became of a batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from cluejudge.batch.arrow import counts, pa, pq
from cluejudge.batch.distinct import distinct
from cluejudge.batch.parts import parts, scan
from cluejudge.batch.summary import ErrorCount, RuleCount, Spent, Summary
from cluejudge.verdict import Outcome, RuleOutcome, Verdict

EXAMPLES = 5
"""Ids that are told of each error code."""

COLUMNS = (
    "id",
    "outcome",
    "action",
    "error_code",
    "sha256",
    "rules.list.element.rule_id",
    "rules.list.element.outcome",
)


def summed(folder: Path, common: Verdict, scratch: Path, last_run: Spent | None = None) -> Summary:
    """The summary of the parts of a run, each read once; `common` is what their verdicts share.

    `scratch` is a folder for what is too much for the memory, 9 bytes for each row.
    """
    paths = list(parts(folder).values())
    rows = sum(pq.read_metadata(path).num_rows for path in paths)
    found = _Counts()
    different = distinct(found.digests(paths), scratch)
    return Summary(
        images=rows,
        duplicates=found.digested - different,
        outcomes={outcome: found.outcomes[outcome] for outcome in Outcome},
        rules=found.per_rule(),
        actions=dict(found.actions.most_common()),
        errors={
            code: ErrorCount(count=count, examples=tuple(found.examples[code]))
            for code, count in found.errors.most_common()
        },
        constitution=common.constitution,
        constitution_digest=common.constitution_digest,
        model=common.models.get("name", ""),
        last_run=last_run,
    )


class _Counts:
    """What was counted so far."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.actions: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.examples: defaultdict[str, list[str]] = defaultdict(list)
        self.digested = 0
        self._rules: dict[str, Counter[str]] = {}

    def digests(self, paths: Iterable[Path]) -> Iterator[list[str]]:
        """Counts the rows, and gives their digests on."""
        for path in paths:
            for batch in scan(path, COLUMNS):
                self._add(batch)
                digests = batch.column("sha256").drop_null().to_pylist()
                self.digested += len(digests)
                yield digests

    def per_rule(self) -> dict[str, RuleCount]:
        return {
            rule: RuleCount(
                violated=ruled[RuleOutcome.VIOLATED],
                unsure=ruled[RuleOutcome.UNSURE],
                not_judged=ruled[RuleOutcome.NOT_JUDGED],
            )
            for rule, ruled in self._rules.items()
        }

    def _add(self, batch: pa.RecordBatch) -> None:
        self.outcomes.update(counts(batch.column("outcome")))
        self.actions.update(counts(batch.column("action")))
        self._add_errors(batch)
        found = batch.column("rules").flatten()
        pairs = pa.RecordBatch.from_arrays(
            [found.field("rule_id"), found.field("outcome")], ["rule", "outcome"]
        )
        grouped = pa.table(pairs).group_by(["rule", "outcome"], use_threads=False)
        for row in grouped.aggregate([([], "count_all")]).to_pylist():
            self._rules.setdefault(row["rule"], Counter())[row["outcome"]] += row["count_all"]

    def _add_errors(self, batch: pa.RecordBatch) -> None:
        codes = batch.column("error_code")
        if codes.null_count == len(codes):
            return
        for id, code in zip(batch.column("id").to_pylist(), codes.to_pylist(), strict=True):
            if code is not None:
                self.errors[code] += 1
                if len(self.examples[code]) < EXAMPLES:
                    self.examples[code].append(id)
