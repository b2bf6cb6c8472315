from __future__ import annotations

import io
import sys

import pytest
from transformers.utils import logging

from cluejudge.mllm.opening.progress import bars_for_watchers


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> bool:
    """Whether a bar over something is drawn on a stream."""
    with bars_for_watchers():
        list(logging.tqdm(range(3), desc="Loading weights", file=stream))
    return "Loading weights" in stream.getvalue()


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize(("stream", "expected"), [(Terminal, True), (io.StringIO, False)])
def test_bars_are_for_those_who_watch(
    stream: type[io.StringIO], expected: bool, enabled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "_tqdm_active", enabled)
    error = stream()
    monkeypatch.setattr(sys, "stderr", error)
    assert shown(error) is (expected and enabled)
    assert logging.is_progress_bar_enabled() is enabled


def test_they_are_as_before_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_tqdm_active", True)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with pytest.raises(ValueError, match="broken"), bars_for_watchers():
        raise ValueError("broken")
    assert logging.is_progress_bar_enabled()


def test_there_may_be_no_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_tqdm_active", True)
    monkeypatch.setattr(sys, "stderr", None)
    with bars_for_watchers():
        assert not logging.is_progress_bar_enabled()
