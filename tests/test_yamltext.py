from __future__ import annotations

import pytest
from hypothesis import given, settings

from cluejudge.yamlfile import read
from cluejudge.yamltext import to_yaml
from tests.constitutions import HARD_TEXTS, few, texts


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_hard_texts_stay_the_same_text(text: str) -> None:
    rule = {"text": text, "objects": [text, "x", text], "chain": [text, {"any_of": [text]}]}

    written = to_yaml({"description": text}, [rule])

    assert read(written).data == {"description": text, "rules": [rule]}


@given(few(texts(200), least=1))
@settings(max_examples=100, deadline=None)
def test_any_text_stays_the_same_text(some: tuple[str, ...]) -> None:
    rules: list[dict[str, object]] = [
        {"objects": list(some), "exceptions": list(some)},
        {"text": some[0]},
    ]

    assert read(to_yaml({"a": 1}, rules)).data == {"a": 1, "rules": rules}


def test_what_is_empty_is_left_out() -> None:
    rule: dict[str, object] = {"a": None, "b": "", "c": [], "d": {"e": None}, "f": False, "g": 0}

    assert read(to_yaml({"a": 1, "h": ()}, [rule])).data == {
        "a": 1,
        "rules": [{"f": False, "g": 0}],
    }


@pytest.mark.parametrize("number", [0.2, -1.0, 1e-05, 1.5e-300, 1e22, 123456789.0])
def test_numbers_are_numbers_to_every_reader(number: float) -> None:
    written = to_yaml({"a": number}, [{"b": 1}])

    assert read(written).data == {"a": number, "rules": [{"b": 1}]}
    assert "." in written.splitlines()[0]


def test_other_values_are_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        to_yaml({"a": object()}, [])
