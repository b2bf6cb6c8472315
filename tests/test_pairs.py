from __future__ import annotations

from typing import Self

import pytest
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from cluejudge.errors import UsageError
from cluejudge.pairs import built, gathered, split
from cluejudge.settings import Frozen


class Wishes(Frozen):
    size: int = Field(default=1, ge=1)
    place: str | None = None
    colour: str = "none"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.size == 7:
            raise PydanticCustomError(
                "seven", "Seven is {size} too many", {"size": 7, "hint": "six"}
            )
        return self


def test_a_value_may_hold_anything() -> None:
    assert split("a=b=c", "--set") == ("a", "b=c")
    assert gathered(["a=", "b= 1"], "--set") == {"a": "", "b": " 1"}


@pytest.mark.parametrize(
    ("pairs", "said"),
    [(["size"], "--wish size: there is no value"), (["a=1", "a=1"], "--wish a is given twice")],
)
def test_pairs_that_are_none(pairs: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        gathered(pairs, "--wish")


def test_values_are_read_as_their_fields_are() -> None:
    assert built(Wishes, {}, "wish") == Wishes()
    assert built(Wishes, {"size": "3", "place": "here"}, "wish") == Wishes(size=3, place="here")


def test_none_is_a_value_only_where_there_may_be_none() -> None:
    assert built(Wishes, {"place": "none"}, "wish").place is None
    assert built(Wishes, {"colour": "none"}, "wish").colour == "none"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sise": "1"}, "wish sise: there is no such setting (did you mean size?)"),
        ({"xyz": "1"}, "wish xyz: there is no such setting (known: size, place, colour)"),
        ({"size": "0"}, "wish size=0: input should be greater than or equal to 1"),
        ({"place": "x", "size": "much"}, "wish size=much: input should be a valid integer"),
        ({"size": "7"}, "wish: seven is 7 too many (six)"),
    ],
)
def test_what_is_wrong_is_said_with_its_pair(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        built(Wishes, given, "wish")
    assert said in str(raised.value)
