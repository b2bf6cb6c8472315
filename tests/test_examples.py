from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.compiled import load_compiled
from cluejudge.constitution import load_constitution
from cluejudge.remarks import remarks

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = [path.name.removesuffix(".compiled.yaml") for path in EXAMPLES.glob("*.compiled.yaml")]


def test_there_are_examples() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_compiled_example_is_made_of_its_constitution(name: str) -> None:
    plain = load_constitution(EXAMPLES / f"{name}.yaml")
    compiled = load_compiled(EXAMPLES / f"{name}.compiled.yaml")

    assert (compiled.name, compiled.version) == (plain.name, plain.version)
    assert [(r.id, r.source, r.severity, r.action, r.exceptions) for r in compiled.rules] == [
        (r.id, r.text, r.severity, r.action, r.exceptions) for r in plain.rules
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_free_of_remarks(name: str) -> None:
    assert remarks(load_compiled(EXAMPLES / f"{name}.compiled.yaml")) == ()
