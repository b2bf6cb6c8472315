from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.mllm.priors import FILE, KeptPriors

PICTURE = Picture(np.zeros((4, 4, 3), np.uint8))


class Counting:
    """A scorer that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Score] = []

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        self.asked += asks
        return [YesNo(-1.0 - len(ask.content), -0.25) for ask in asks]


def kept(folder: Path, *identity: str) -> tuple[Counting, KeptPriors]:
    counting = Counting()
    return counting, KeptPriors(counting, folder, identity or ("model", "float32"))


def test_a_prior_is_asked_for_once_and_for_all(tmp_path: Path) -> None:
    asks = [Score(None, "a dog"), Score(None, "a cat in a tree")]
    first, scorer = kept(tmp_path)
    answers = scorer.score(asks)
    again, later = kept(tmp_path)
    assert later.score(asks[::-1]) == answers[::-1]
    assert (len(first.asked), len(again.asked)) == (2, 0)


def test_pictures_are_always_asked_about(tmp_path: Path) -> None:
    asks = [Score(PICTURE, "a dog"), Score(None, "a dog")]
    _, scorer = kept(tmp_path)
    answers = scorer.score(asks)
    again, later = kept(tmp_path)
    assert later.score(asks) == answers
    assert again.asked == asks[:1]


def test_one_call_for_all_that_is_missing(tmp_path: Path) -> None:
    counting, scorer = kept(tmp_path)
    scorer.score([Score(None, "a"), Score(PICTURE, "a"), Score(None, "a"), Score(None, "b")])
    assert counting.asked == [
        Score(None, "a"),
        Score(PICTURE, "a"),
        Score(None, "a"),
        Score(None, "b"),
    ]
    assert scorer.score([]) == []


def test_another_model_is_asked_anew(tmp_path: Path) -> None:
    ask = [Score(None, "a dog")]
    kept(tmp_path, "model", "float32")[1].score(ask)
    for identity in (("model", "bfloat16"), ("other", "float32"), ("model", "float32", "x")):
        counting, scorer = kept(tmp_path, *identity)
        scorer.score(ask)
        assert counting.asked == ask


def test_a_spoilt_file_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database at all, but long enough to be looked at" * 40)
    with pytest.raises(ModelError, match="delete the file"):
        kept(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be used"):
        kept(tmp_path / "file" / "folder")
