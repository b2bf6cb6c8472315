from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from cluejudge.asks import Score, YesNo
from cluejudge.errors import CluejudgeWarning, ModelError
from cluejudge.image import Picture
from cluejudge.mllm.priors import FILE, VERSION, KeptPriors

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
    with pytest.raises(ModelError, match="delete that file") as told:
        kept(tmp_path)
    assert FILE in str(told.value)


@pytest.mark.parametrize("place", ["image.png", "image.png/folder"])
def test_a_folder_that_cannot_be_made_is_told_and_no_file_of_others_blamed(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "image.png").write_text("")
    with pytest.raises(ModelError, match=f"there can be no folder .*{place}") as told:
        kept(tmp_path / place)
    assert "delete" not in told.value.hint
    assert "cache=none" in told.value.hint


def changed(folder: Path, *statements: str) -> None:
    """Have another program write into the file."""
    with closing(sqlite3.connect(folder / FILE)) as other:
        for statement in statements:
            other.execute(statement)
        other.commit()


@pytest.mark.parametrize("value", ["'many'", "1e999", "x'00'"])
def test_a_value_that_is_no_number_is_told(tmp_path: Path, value: str) -> None:
    ask = [Score(None, "a dog")]
    kept(tmp_path)[1].score(ask)
    changed(tmp_path, f"UPDATE prior SET log_yes = {value}")
    with pytest.raises(ModelError, match=r"no log-probabilities.*delete that file"):
        kept(tmp_path)[1].score(ask)


def test_the_file_tells_its_version(tmp_path: Path) -> None:
    ask = [Score(None, "a dog")]
    kept(tmp_path)[1].score(ask)
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (VERSION,)
    changed(tmp_path, f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(ModelError, match="another version"):
        kept(tmp_path)


def test_a_table_of_other_columns_is_told_at_once(tmp_path: Path) -> None:
    changed(tmp_path, "CREATE TABLE prior (key TEXT, p_yes REAL)")
    with pytest.raises(ModelError, match=r"no such column.*delete that file"):
        kept(tmp_path)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cluejudge.mllm.priors._WAIT", 0.05)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / FILE)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.usefixtures("impatient")
def test_a_file_locked_from_the_start_is_left_alone(tmp_path: Path) -> None:
    ask = [Score(None, "a dog")]
    with locked(tmp_path):
        with pytest.warns(CluejudgeWarning, match="left alone.*locked"):
            counting, scorer = kept(tmp_path)
        assert scorer.score(ask) == scorer.score(ask) == Counting().score(ask)
    assert counting.asked == ask * 2


@pytest.mark.usefixtures("impatient")
def test_a_file_locked_later_is_left_alone_and_warned_of_once(tmp_path: Path) -> None:
    ask = [Score(None, "a dog")]
    counting, scorer = kept(tmp_path)
    answers = scorer.score(ask)
    with locked(tmp_path):
        with pytest.warns(CluejudgeWarning, match="left alone.*locked"):
            assert scorer.score(ask) == answers
        assert scorer.score(ask) == answers
    assert counting.asked == ask * 3
    assert kept(tmp_path)[1].score(ask) == answers


def test_a_file_that_fails_later_is_left_alone(tmp_path: Path) -> None:
    counting, scorer = kept(tmp_path)
    changed(tmp_path, "DROP TABLE prior")
    with pytest.warns(CluejudgeWarning, match="left alone"):
        assert scorer.score([Score(None, "a dog")]) == Counting().score([Score(None, "a dog")])
    assert len(counting.asked) == 1
