"""What a contact sheet needs to know of the rows of a batch, read from its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from cluejudge.batch.arrow import pa, pc
from cluejudge.batch.contact.sample import Candidate, Pick
from cluejudge.batch.parts import scan
from cluejudge.verdict import Outcome, RuleOutcome

ERRORS = 20
"""So many rows are listed of each error code."""

COLUMNS = (
    "id",
    "outcome",
    "violated",
    "error_code",
    "error",
    "cause",
    "sha256",
    "rules.list.element.rule_id",
    "rules.list.element.outcome",
)


class Rows:
    """Goes through the parts once; `errors` are the first rows of each code, as id and reason."""

    def __init__(self, parts: Mapping[int, Path]) -> None:
        self._parts = parts
        self.errors: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)

    def candidates(self) -> Iterator[Candidate]:
        """The rows that are unsafe or abstained, in their order."""
        for shard, path in self._parts.items():
            start = 0
            for batch in scan(path, COLUMNS):
                yield from self._of(shard, start, batch)
                start += batch.num_rows

    def _of(self, shard: int, start: int, batch: pa.RecordBatch) -> Iterator[Candidate]:
        names = _names(batch)
        outcomes, digests = (batch.column(name).to_pylist() for name in ("outcome", "sha256"))
        for place, outcome in enumerate(outcomes):
            if outcome in (Outcome.UNSAFE, Outcome.ABSTAIN):
                pick = Pick(shard, start + place, digests[place])
                yield Candidate(Outcome(outcome), names[place], pick)
            elif outcome == Outcome.ERROR:
                self._note(batch, place)

    def _note(self, batch: pa.RecordBatch, place: int) -> None:
        code, id, why = (
            batch.column(name)[place].as_py() or "" for name in ("error_code", "id", "error")
        )
        if len(self.errors[code]) < ERRORS:
            self.errors[code].append((id, why))


def _names(batch: pa.RecordBatch) -> list[list[str]]:
    """Of each row the rules it violates, or those left open, or else why it abstained.

    Most rows are safe, and have a finding for each rule: those that are open are picked out before
    they become python values.
    """
    rules = batch.column("rules")
    found = rules.flatten()
    is_open = pc.equal(found.field("outcome"), RuleOutcome.UNSURE.value)
    rows = pc.list_parent_indices(rules).filter(is_open).to_pylist()
    opened: defaultdict[int, list[str]] = defaultdict(list)
    for row, rule in zip(rows, found.field("rule_id").filter(is_open).to_pylist(), strict=True):
        opened[row].append(rule)
    violated, causes = (batch.column(name).to_pylist() for name in ("violated", "cause"))
    return [
        rules or opened.get(row) or [cause or ""]
        for row, (rules, cause) in enumerate(zip(violated, causes, strict=True))
    ]
