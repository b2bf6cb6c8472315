"""Parts of verdicts, written and read whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from cluejudge.batch.entries import Entry
from cluejudge.batch.parts import scan, write_rows
from cluejudge.batch.rows import to_row, to_verdict
from cluejudge.verdict import Verdict

NONE = pa.schema([]).empty_table()
"""No carried columns."""


def write_part(
    path: Path, rows: Iterable[tuple[Entry, str, Verdict]], carried: pa.Table, common: Verdict
) -> None:
    """Writes a part: of each row its entry, the sha256 of its bytes (or "") and its verdict."""
    made = (to_row(entry.id, sha256, verdict, common) for entry, sha256, verdict in rows)
    write_rows(path, made, carried, common)


def read_verdicts(path: Path, common: Verdict) -> list[Verdict]:
    """The verdicts of all rows, in their order."""
    return [to_verdict(row, common) for batch in scan(path) for row in batch.to_pylist()]
