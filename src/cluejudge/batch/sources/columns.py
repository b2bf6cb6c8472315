"""Cells of tables whose texts are not UTF-8 now and then: parquet is not asked what it holds."""

from __future__ import annotations

from cluejudge.batch.arrow import pa
from cluejudge.batch.sources.places import label
from cluejudge.batch.sources.remote import faults
from cluejudge.batch.sources.types import is_text


def cells(column: pa.Array) -> list[object]:
    """What stands in a column; bytes of texts that are not UTF-8 as Python's surrogates.

    Raises `OSError` where such texts are deeper inside.
    """
    if not is_text(column.type) or _is_sound(column):
        with faults():
            return list(column.to_pylist())
    values = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    found = values.cast(pa.binary()).to_pylist()
    return [None if one is None else one.decode("utf-8", "surrogateescape") for one in found]


def sound(column: pa.Array) -> pa.Array:
    """The same column with nothing but UTF-8 in its texts; other bytes are spelled out.

    Raises `pa.ArrowInvalid` where such texts are deeper inside.
    """
    if _is_sound(column):
        return column
    if not is_text(column.type):
        column.validate(full=True)
    return pa.array([None if one is None else label(str(one)) for one in cells(column)]).cast(
        column.type
    )


def _is_sound(column: pa.Array) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
