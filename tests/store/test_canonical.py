"""One spelling for each value, which anyone can work out again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cluejudge.store.canonical import canonical_json, entry_hash

values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_spelled_is_read_back_and_spelled_the_same(value: Any) -> None:
    spelled = canonical_json(value)
    assert json.loads(spelled) == value
    assert canonical_json(json.loads(spelled)) == spelled
    assert spelled.isascii()
    assert "\x00" not in spelled


@given(some.dictionaries(some.text(), some.integers()))
def test_the_order_of_keys_is_all_one(value: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_the_spelling_is_as_it_always_was() -> None:
    value = {"b": [1, 2.5, None, True], "a": {"\u00e9": "\U0001f600\x00"}}
    assert canonical_json(value) == (r'{"a":{"\u00e9":"\ud83d\ude00\u0000"},"b":[1,2.5,null,true]}')


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"score": number})


def test_a_hash_can_be_worked_out_by_hand() -> None:
    text = (
        '{"at":"2026-01-31T09:00:00.000000Z","body":"{}","kind":"look",'
        f'"previous":"{"0" * 64}","seq":1,"subject":"dec_1"}}'
    )
    assert (
        entry_hash(
            seq=1,
            at="2026-01-31T09:00:00.000000Z",
            kind="look",
            subject="dec_1",
            body="{}",
            previous="0" * 64,
        )
        == hashlib.sha256(text.encode()).hexdigest()
    )
