from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cluejudge.embedded.card import CARD, RUN, read_card
from cluejudge.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole folder, of files that hold their own names."""
    for name in RUN:
        (tmp_path / name).write_text(name, "utf-8")
    card = {
        "name": "a model",
        "version": "3",
        "thresholds": {"relevance": 0.1, "detector": 0.2, "known": 0.3},
        "prompt": {"instruction": " Look:", "explain": " Why?", "verdict": " So:"},
        "labels": {"yes": {"Yes": 1}, "no": {"No": 2}},
        "image_tokens": 64,
        "text_tokens": 40,
        "content_tokens": 30,
        "reasoning_tokens": 20,
        "words": ["a", "dog"],
        "word_scale": 1.0,
        "word_bias": -1.0,
        "files": {name: hashlib.sha256(name.encode()).hexdigest() for name in RUN},
    }
    (tmp_path / CARD).write_text(json.dumps(card), "utf-8")
    return tmp_path


def change(folder: Path, how: Callable[[dict[str, Any]], object]) -> None:
    card = json.loads((folder / CARD).read_text("utf-8"))
    how(card)
    (folder / CARD).write_text(json.dumps(card), "utf-8")


def test_a_whole_folder_is_read(folder: Path) -> None:
    card = read_card(folder)
    assert (card.name, card.version, card.thresholds.known) == ("a model", "3", 0.3)


@pytest.mark.parametrize("name", RUN)
def test_a_file_that_is_gone_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: No such file"):
        read_card(folder)


@pytest.mark.parametrize("name", RUN)
def test_a_file_that_was_changed_is_named(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match=f"{name} is not the file"):
        read_card(folder)


def test_a_file_that_the_card_does_not_name_is_not_trusted(folder: Path) -> None:
    change(folder, lambda card: card["files"].pop(RUN[0]))
    with pytest.raises(ModelError, match=f"{RUN[0]} is not the file"):
        read_card(folder)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": 1}', "\x00"])
def test_a_card_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / CARD).write_text(text, "utf-8")
    with pytest.raises(ModelError, match="cannot be used"):
        read_card(folder)


def test_what_was_measured_is_no_part_of_what_the_models_are(folder: Path) -> None:
    before = read_card(folder).digest
    change(folder, lambda card: card.update(measured={"recall": 0.9}, training={"seed": 1}))
    assert read_card(folder).digest == before
    change(folder, lambda card: card["thresholds"].update(known=0.4))
    assert read_card(folder).digest != before
