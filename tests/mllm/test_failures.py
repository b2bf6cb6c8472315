from __future__ import annotations

import pytest
import torch

from cluejudge.errors import ModelError
from cluejudge.mllm.failures import brief, cause, failure, lacks_room, no_numbers


def test_what_others_say_in_one_line() -> None:
    assert brief(ValueError("two\n  lines")) == "two lines"
    assert brief(ValueError()) == "ValueError"
    assert brief(ValueError("x" * 500), 10) == "x" * 10 + "..."


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("shapes do not match"), "shapes do not match"),
        (KeyError("pixel_values"), "KeyError: 'pixel_values'"),
        (AssertionError(), "AssertionError"),
        (ModelError("it has no eyes", hint="use another"), "it has no eyes"),
        (torch.OutOfMemoryError("2 GiB"), "out of memory: 2 GiB"),
    ],
)
def test_causes(error: Exception, said: str) -> None:
    assert cause(error) == said


@pytest.mark.parametrize(
    ("error", "room"),
    [
        (MemoryError(), False),
        (torch.OutOfMemoryError("2 GiB"), False),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), False),
        (RuntimeError("shapes do not match"), True),
        (ValueError("out of memory"), True),
    ],
)
def test_want_of_memory_is_known_and_told(error: Exception, room: bool) -> None:
    assert lacks_room(error) is not room
    told = failure("org/name", error)
    assert ("ran out of memory" in str(told)) is not room
    assert str(told).startswith("org/name failed") is room


def test_only_float16_is_told_of_wider_numbers() -> None:
    assert "dtype=bfloat16" in no_numbers("scores", "org/name", torch.float16).hint
    assert "get them again" in no_numbers("scores", "org/name", torch.float32).hint
