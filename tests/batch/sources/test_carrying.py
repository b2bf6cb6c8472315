from __future__ import annotations

import pytest

from cluejudge.batch.arrow import pa
from cluejudge.batch.sources.carrying import Carried, carried, checked
from cluejudge.errors import UsageError

COLUMNS = ("image", "id", "text", "a=b")


def names(*carry: str) -> list[tuple[str, str]]:
    return [(one.column, one.name) for one in carried(carry, COLUMNS, ["image"], "it")]


def test_columns_come_under_their_names_or_others() -> None:
    assert names("text", "key=id") == [("text", "text"), ("id", "key")]
    assert names("a=b") == [("a=b", "a=b")]
    assert names("*") == [(one, one) for one in ("id", "text", "a=b")]
    assert names("*", "key=id") == [("id", "key"), ("text", "text"), ("a=b", "a=b")]
    assert names("image") == [("image", "image")]
    assert carried((), COLUMNS, (), "it") == ()
    assert Carried("id", "key") in carried(("key=id",), COLUMNS, (), "it")


@pytest.mark.parametrize(
    ("carry", "said"),
    [
        (("x=id", "x=text"), "carried over as `x`"),
        (("text", "text"), "carried over as `text`"),
        (("=id",), "no name for the output"),
        (("none",), "has no column `none`"),
        (("x=none",), "has no column `none`"),
    ],
)
def test_what_cannot_be_is_told(carry: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        carried(carry, COLUMNS, (), "it")


def test_names_that_the_output_has_are_refused_with_what_to_write() -> None:
    with pytest.raises(UsageError, match="input_id=id"):
        checked(pa.schema([("id", pa.string())]))
