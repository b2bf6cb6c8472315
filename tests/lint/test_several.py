from __future__ import annotations

import pytest

from tests.lint.found import codes, codes_of, compiled


@pytest.mark.parametrize(
    "text",
    [
        "No guns. No knives.",
        "Do not show guns, and do not show knives.",
        "Do not show guns; never show blood.",
        "Guns must not be visible. Blood may not be visible.",
        "Guns are forbidden, and alcohol is not allowed.",
        "Not allowed:\n- guns\n- knives",
        "Not allowed: 1) guns 2) knives",
        "Not allowed: 1. Guns. 2. Knives.",
        "Do not show guns and also flags.",
        "No guns. In addition, flags must be blue.",
        "The image must not show a gun, and nobody may smoke.",
        "No one should smoke, and nothing may burn.",
    ],
)
def test_several_rules_in_one_are_found(text: str) -> None:
    assert "several-rules" in codes_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "No guns or knives.",
        "A person and a dog are visible, or a cat.",
        "Do not show people who may not drink.",
        "Nothing that lives may be shown burning, unless help is there.",
        "No knives; kitchens are fine.",
        "A person holds a gun; another person lies on the floor.",
        "Do not show somebody being threatened with a weapon. Fencing is fine.",
        "No pictures of a 1.5 litre bottle",
        "No people (in cars) or dogs (in houses).",
        "A child holds a glass, a can or a bottle with an alcoholic drink, or drinks from it.",
    ],
)
def test_one_rule_is_one(text: str) -> None:
    assert "several-rules" not in codes_of(text)


def test_the_text_of_a_compiled_rule_is_one_by_its_chain() -> None:
    found = codes(compiled([{"text": "a gun", "objects": "gun"}], text="No guns. No knives."))

    assert found == []
