"""A head that does not answer is told of, once, and never takes the run along."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator

import pytest

from cluejudge.batch.engines.ray.head import Head
from cluejudge.errors import CluejudgeWarning


class Asked:
    """A head that answers, blocks or fails, and a clock."""

    def __init__(self) -> None:
        self.now, self.count = 0.0, 0
        self.error: Exception | None = None
        self.answers, self.blocks = threading.Event(), threading.Event()
        self.answers.set()

    def __call__(self) -> None:
        self.count += 1
        if not self.answers.is_set():
            self.blocks.set()
        self.answers.wait(10)
        if self.error:
            raise self.error

    def go(self, error: Exception | None) -> None:
        """Fails with `error` from now on, or blocks."""
        self.error = error
        if error:
            self.twice()
        else:
            self.answers.clear()
            assert self.blocks.wait(10)

    def come_back(self) -> None:
        """Answers again."""
        self.error = None
        self.answers.set()
        self.twice()
        self.blocks.clear()

    def twice(self) -> None:
        """Waits until it was asked anew, and has answered."""
        wanted, patience = self.count + 2, time.monotonic() + 10
        while self.count < wanted and time.monotonic() < patience:
            time.sleep(0.001)


@pytest.fixture
def asked() -> Iterator[Asked]:
    asked = Asked()
    yield asked
    asked.answers.set()


def head_of(asked: Asked) -> Head:
    return Head(asked, patience=30.0, pause=0.001, clock=lambda: asked.now)


def said(head: Head) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CluejudgeWarning)
        head.check()
    return [str(one.message) for one in caught]


def test_nothing_is_said_of_one_that_answers(asked: Asked) -> None:
    with head_of(asked) as head:
        asked.now = 100.0
        asked.twice()
        assert said(head) == []


@pytest.mark.parametrize("error", [None, ConnectionError("gone")])
def test_a_silent_one_is_told_of_once_until_it_answers(
    error: Exception | None, asked: Asked
) -> None:
    with head_of(asked) as head:
        asked.go(error)
        asked.now = 29.0
        assert said(head) == []
        asked.now = 31.0
        (warning,) = said(head)
        assert "has not answered for 31 seconds" in warning
        assert "the same command goes on" in warning
        assert said(head) == []
        asked.come_back()
        assert said(head) == []
        asked.go(error)
        asked.now = 100.0
        assert len(said(head)) == 1


def test_nobody_asks_after_the_end(asked: Asked) -> None:
    with head_of(asked):
        asked.twice()
    count = asked.count
    time.sleep(0.02)
    assert asked.count == count
