"""What a contact sheet needs to know of the rows of a batch, read from its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cluejudge.batch.arrow import pa
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
_OPEN = {RuleOutcome.UNSURE, RuleOutcome.NOT_JUDGED}

Errors = Mapping[str, list[tuple[str, str]]]


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
        outcomes = batch.column("outcome").to_pylist()
        for place, outcome in enumerate(outcomes):
            if outcome == Outcome.SAFE:
                continue
            row = batch.slice(place, 1).to_pylist()[0]
            if outcome == Outcome.ERROR:
                self._note(row)
                continue
            pick = Pick(shard, start + place, row["sha256"])
            yield Candidate(Outcome(outcome), _names(row), pick)

    def _note(self, row: Mapping[str, Any]) -> None:
        listed = self.errors[row["error_code"] or "unknown"]
        if len(listed) < ERRORS:
            listed.append((row["id"], row["error"] or ""))


def _names(row: Mapping[str, Any]) -> list[str]:
    """The rules it violates, or that are open, or else why it abstained."""
    opened = [found["rule_id"] for found in row["rules"] if found["outcome"] in _OPEN]
    return row["violated"] or opened or [row["cause"] or ""]
