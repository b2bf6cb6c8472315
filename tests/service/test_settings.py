from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from cluejudge.service.settings import ServiceSettings, is_loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST."]
)
def test_names_of_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.1", "example.com", "localhost.example.com", "", "127.1", "0"]
)
def test_names_that_others_may_reach_or_mean(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"in_flight": 4, "queue": 4}, "max_images"),
        ({"max_body": 10, "max_held": 9}, "max_held"),
        ({"moderation_unsure": "pass"}, "moderation_unsure"),
        ({"deadline_s": 0}, "deadline_s"),
    ],
)
def test_settings_that_fit_nothing_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ServiceSettings(constitution="colours", **wrong)
