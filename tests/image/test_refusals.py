from __future__ import annotations

import re
from pathlib import Path

import pytest

from cluejudge.image import Code
from cluejudge.image.refusals import refuse
from cluejudge.settings import Limits

PAGE = Path(__file__).parents[2] / "docs" / "images.md"


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_hint(code: Code) -> None:
    error = refuse(code, "the picture is odd")
    assert error.code == code.value
    assert error.hint
    assert str(error) == f"the picture is odd ({error.hint})"
    assert not error.retryable


def test_the_page_lists_every_code_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("## What is refused")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [code.value for code in Code]


def test_the_page_gives_the_limits_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("## Limits")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE))
    values = {name: value.replace(" ", "") for name, value in rows.items()}
    values["max_bytes"] = str(int(values["max_bytes"].removesuffix("MiB")) * 2**20)
    assert {name: float(value) for name, value in values.items()} == Limits().model_dump()
