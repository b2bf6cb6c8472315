"""The columns of a part, as an arrow schema.

The nested ones are those of a verdict's JSON, made from its own classes: what is added there is
in the parts too.
"""

from __future__ import annotations

import types
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from cluejudge.batch.arrow import pa, pq
from cluejudge.errors import UsageError
from cluejudge.image import ImageRecord
from cluejudge.verdict import Cost, RuleFinding, ViewVerdict

ABOUT = "cluejudge"
"""The key in a part's metadata under which stands, as JSON, what all of its verdicts share."""

_PLAIN = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def part_schema(carried: pa.Schema | None = None) -> pa.Schema:
    """The schema of a part with the `carried` columns of the input behind its own.

    Raises `UsageError` for a carried column that is called like one of a part's own, or that
    parquet cannot hold.
    """
    own = own_schema()
    more = list(carried or ())
    if taken := [field.name for field in more if field.name in own.names]:
        raise UsageError(
            f"the output has a column `{taken[0]}` of its own",
            hint=f"carry it over under another name: input_{taken[0]}={taken[0]}",
        )
    for field in more:
        _check(field)
    return pa.schema([*own, *more])


def _check(field: pa.Field) -> None:
    try:
        pq.ParquetWriter(pa.BufferOutputStream(), pa.schema([field])).close()
    except pa.ArrowException as error:
        raise UsageError(
            f"parquet cannot hold the column `{field.name}`: it is of type {field.type}",
            hint="do not carry it over, or change its type in the input",
        ) from error


@cache
def own_schema() -> pa.Schema:
    """The columns that every part has."""
    word, words = pa.string(), pa.list_(pa.string())
    span = pa.struct([("rule_id", word), ("start", pa.float64()), ("end", pa.float64())])
    record = [(name, arrow_type(one.annotation)) for name, one in ImageRecord.model_fields.items()]
    return pa.schema(
        [
            ("id", word),
            ("outcome", word),
            ("violated", words),
            ("action", word),
            ("error_code", word),
            ("error", word),
            ("cause", word),
            ("reason", word),
            ("rules", pa.list_(arrow_type(RuleFinding))),
            ("timeline", pa.list_(span)),
            *record,
            ("cost", arrow_type(Cost)),
            ("views", pa.list_(arrow_type(ViewVerdict))),
        ]
    )


def arrow_type(kind: Any) -> pa.DataType:
    """The arrow type of a field of that type: every type of a verdict's fields has one."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (kind,) = (one for one in inner if one is not type(None))
        return arrow_type(kind)
    if origin is tuple:
        return pa.list_(arrow_type(inner[0]))
    if kind in _PLAIN:
        return _PLAIN[kind]
    if issubclass(kind, StrEnum):
        return pa.string()
    if issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return pa.struct([(name, arrow_type(field.annotation)) for name, field in fields])
    raise TypeError(f"{kind} has no arrow type")
