"""Errors of the hub's client; a hub that gives them is in `test_source.py`."""

from __future__ import annotations

import pytest
from huggingface_hub import constants
from huggingface_hub.errors import LocalEntryNotFoundError

from cluejudge.mllm.opening.hub import hub_error


def led_to(cause: Exception, error: Exception) -> Exception:
    error.__cause__ = cause
    return error


def test_what_has_nothing_to_do_with_the_hub_is_passed_on() -> None:
    error = hub_error("acme/looker", None, PermissionError(13, "Permission denied", "lock"))
    assert "the files of acme/looker cannot be read" in str(error)
    assert "Permission denied" in str(error)
    assert not error.retryable


def test_the_first_of_several_causes_is_told() -> None:
    first = ConnectionError("no route")
    error = hub_error(
        "acme/looker", "v1", led_to(led_to(first, LocalEntryNotFoundError("-")), OSError())
    )
    assert "acme/looker at revision v1 is not in the hub's cache" in str(error)
    assert "the hub cannot be reached: no route" in str(error)
    assert error.retryable


def test_offline_is_a_wish_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    error = hub_error("acme/looker", None, led_to(LocalEntryNotFoundError("-"), OSError()))
    assert "HF_HUB_OFFLINE forbids" in str(error)
    assert not error.retryable
