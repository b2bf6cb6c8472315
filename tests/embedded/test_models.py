from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cluejudge.embedded import models
from cluejudge.embedded.card import CARD, RUN
from cluejudge.errors import ModelError, UsageError
from cluejudge.image import Picture
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from tests.models.contract import ModelsContract
from tests.models.promises import plain


class TestEmbeddedContract(ModelsContract):
    @pytest.fixture
    def models(self, embedded: Models) -> Models:
        return embedded

    @pytest.fixture
    def pictures(self, scenes: list[Picture]) -> list[Picture]:
        """Scenes that the models know, a picture that they do not, one of them twice."""
        return [*scenes, plain(0, 0, 255, 130, 70), scenes[0]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what the runtime reads."""
    for name in (*RUN, CARD):
        shutil.copy(models.DATA / name, tmp_path / name)
    return tmp_path


def test_the_registry_opens_them_from_any_folder(folder: Path, embedded: Models) -> None:
    assert load_models(f"embedded:{folder}").card == embedded.card


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        models.load(str(tmp_path / "nowhere"))


def test_an_empty_folder_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"card\.json: No such file"):
        models.load(str(tmp_path))


def test_labels_that_are_not_those_of_the_card_are_refused(folder: Path) -> None:
    card = folder / CARD
    card.write_text(card.read_text("utf-8").replace('"Yes":', '"yes":'), "utf-8")
    with pytest.raises(ModelError, match="Yes and No"):
        models.load(str(folder))


def test_the_digest_tells_thresholds_apart(folder: Path, embedded: Models) -> None:
    card = folder / CARD
    text = card.read_text("utf-8")
    changed = text.replace('"text_tokens": ', '"text_tokens": 1')
    assert changed != text
    card.write_text(changed, "utf-8")
    assert dict(models.load(str(folder)).card)["digest"] != dict(embedded.card)["digest"]
