"""What is raised while an encoder or a detector runs; their opening is tested with each of them."""

from __future__ import annotations

import pytest
import torch

from cluejudge.errors import CluejudgeWarning, ModelError, UsageError
from cluejudge.mllm.opening.pretrained import running

NO_CPU_MEMORY = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("shapes do not fit"), "acme failed: shapes do not fit"),
        (KeyError("pixel_values"), "acme failed: KeyError: 'pixel_values'"),
        (AttributeError("no do_pad"), "acme failed: no do_pad"),
        (AssertionError(), "acme failed: AssertionError"),
        (OverflowError("math range error"), "acme failed: math range error"),
        (MemoryError(), "acme ran out of memory"),
        (torch.OutOfMemoryError("no room"), "acme ran out of memory: no room"),
        (NO_CPU_MEMORY, "acme ran out of memory: DefaultCPUAllocator"),
    ],
)
def test_whatever_it_raises_is_a_models_error(error: Exception, said: str) -> None:
    with pytest.raises(ModelError) as raised, running("acme"):
        raise error
    assert str(raised.value).startswith(said)
    assert ("device=cpu" in raised.value.hint) == ("out of memory" in said)


@pytest.mark.parametrize(
    "error",
    [UsageError("not so"), ModelError("fails", retryable=True), CluejudgeWarning("a doubt")],
)
def test_what_is_our_own_is_passed_on(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, running("acme"):
        raise error
    assert raised.value is error
