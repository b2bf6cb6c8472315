from __future__ import annotations

import pyarrow as pa
import pytest

from cluejudge.batch.columns import arrow_type, own_schema, part_schema
from cluejudge.errors import UsageError
from cluejudge.settings import Thresholds
from cluejudge.verdict import AtomFinding, RuleFinding, ViewVerdict


def test_the_columns_that_users_ask_for() -> None:
    schema = own_schema()
    assert schema.names[:4] == ["id", "outcome", "violated", "action"]
    assert schema.field("violated").type == pa.list_(pa.string())
    rule = schema.field("rules").type.value_type
    assert {rule.field(i).name for i in range(rule.num_fields)} == set(RuleFinding.model_fields)
    atom = rule.field("groups").type.value_type.value_type
    assert {atom.field(i).name for i in range(atom.num_fields)} == set(AtomFinding.model_fields)
    assert atom.field("scores").type.field("debiased").type == pa.float64()
    assert atom.field("cropped").type == pa.bool_()
    view = schema.field("views").type.value_type
    assert {view.field(i).name for i in range(view.num_fields)} == set(ViewVerdict.model_fields)
    assert view.field("rules").type.value_type == rule


def test_carried_columns_stand_behind_with_their_types() -> None:
    carried = pa.schema([("label", pa.int8()), ("when", pa.timestamp("ms"))])
    schema = part_schema(carried)
    assert schema.names == [*own_schema().names, "label", "when"]
    assert schema.field("label").type == pa.int8()


@pytest.mark.parametrize("name", ["id", "outcome", "error", "views"])
def test_a_carried_column_called_like_one_of_the_output_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"`{name}` of its own.*input_{name}={name}"):
        part_schema(pa.schema([("label", pa.int8()), (name, pa.string())]))


def test_a_carried_column_that_parquet_cannot_hold_is_refused() -> None:
    with pytest.raises(UsageError, match=r"cannot hold the column `when`.*month_day_nano"):
        part_schema(pa.schema([("when", pa.month_day_nano_interval())]))


def test_a_type_that_no_column_can_have_is_told() -> None:
    assert arrow_type(Thresholds | None) == arrow_type(Thresholds)
    with pytest.raises(TypeError, match="no arrow type"):
        arrow_type(bytes)
