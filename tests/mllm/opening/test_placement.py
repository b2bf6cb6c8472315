from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from cluejudge.errors import ModelError
from cluejudge.mllm.cpu import capabilities
from cluejudge.mllm.opening import placement
from cluejudge.mllm.opening.placement import device_of, dtype_of, loading_arguments
from cluejudge.mllm.options import MllmOptions

CPU, GPU, APPLE = torch.device("cpu"), torch.device("cuda", 0), torch.device("mps")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes this machine one with so many GPUs of CUDA, and of Apple."""

    def make(cuda: int = 0, mps: bool = False, capability: int = 9) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (capability, 0))
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return make


def installed(monkeypatch: pytest.MonkeyPatch, *libraries: str) -> None:
    monkeypatch.setattr(placement, "find_spec", lambda name: name if name in libraries else None)


def config(dtype: Any = None, text: Any = None) -> Any:
    """As much of a configuration as tells of precision."""
    return SimpleNamespace(dtype=dtype, get_text_config=lambda decoder: SimpleNamespace(dtype=text))


@pytest.mark.parametrize(
    ("cuda", "mps", "wanted", "found"),
    [
        (0, False, "auto", CPU),
        (2, False, "auto", GPU),
        (0, True, "auto", APPLE),
        (2, True, "cpu", CPU),
        (2, False, "cuda", GPU),
        (2, False, "cuda:1", torch.device("cuda", 1)),
        (0, True, "mps", APPLE),
    ],
)
def test_devices(machine: Any, cuda: int, mps: bool, wanted: str, found: torch.device) -> None:
    machine(cuda, mps)
    assert device_of(MllmOptions(device=wanted)) == found


@pytest.mark.parametrize(
    ("cuda", "wanted", "said"),
    [
        (0, "cuda", "there is no CUDA device that torch"),
        (2, "cuda:2", "there is no cuda:2: the last device is cuda:1"),
        (2, "mps", "there is no Apple GPU"),
    ],
)
def test_devices_that_are_not_there(machine: Any, cuda: int, wanted: str, said: str) -> None:
    machine(cuda)
    with pytest.raises(ModelError, match=said):
        device_of(MllmOptions(device=wanted))


@pytest.mark.parametrize(
    ("able", "own", "text", "found"),
    [
        ({"avx512_bf16": True}, torch.bfloat16, None, torch.bfloat16),
        ({"amx_bf16": True}, None, torch.bfloat16, torch.bfloat16),
        ({"avx512_bf16": True}, torch.float32, None, torch.float32),
        ({"avx512_bf16": True}, "float16", None, torch.float32),
        ({"avx512_bf16": True}, None, None, torch.float32),
        ({"avx512_f": True, "avx512_bf16": False}, torch.bfloat16, None, torch.float32),
        ({}, torch.bfloat16, None, torch.float32),
    ],
)
def test_precision_on_processors(
    able: dict[str, bool],
    own: Any,
    text: Any,
    found: torch.dtype,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(capabilities, "capabilities", lambda: able)
    assert dtype_of(MllmOptions(), config(own, text), CPU) == found
    assert dtype_of(MllmOptions(dtype="float32"), config(own, text), CPU) == torch.float32


@pytest.mark.parametrize(
    ("device", "own", "text", "found"),
    [
        (GPU, torch.bfloat16, None, torch.bfloat16),
        (GPU, "float16", None, torch.float16),
        (GPU, torch.float32, None, torch.float32),
        (GPU, None, torch.float16, torch.float16),
        (GPU, None, None, torch.bfloat16),
        (APPLE, torch.bfloat16, None, torch.bfloat16),
    ],
)
def test_precision(
    machine: Any, device: torch.device, own: Any, text: Any, found: torch.dtype
) -> None:
    machine(1)
    assert dtype_of(MllmOptions(), config(own, text), device) == found


def test_an_old_gpu_gets_the_half_precision_it_has(machine: Any) -> None:
    machine(1, capability=7)
    assert dtype_of(MllmOptions(), config(torch.bfloat16), GPU) == torch.float16
    assert dtype_of(MllmOptions(dtype="bfloat16"), config(), GPU) == torch.bfloat16


def test_a_single_device_is_given_to_the_loader_where_it_can_use_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch, "accelerate")
    assert loading_arguments(MllmOptions(), CPU) == {}
    assert loading_arguments(MllmOptions(), GPU) == {"device_map": {"": GPU}}
    assert loading_arguments(MllmOptions(device_map="auto"), GPU) == {"device_map": "auto"}
    installed(monkeypatch)
    assert loading_arguments(MllmOptions(), GPU) == {}


@pytest.mark.parametrize(("bits", "four"), [("4bit", True), ("8bit", False)])
def test_quantization(bits: Any, four: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "accelerate", "bitsandbytes")
    how = loading_arguments(MllmOptions(quantization=bits), GPU)
    assert how["device_map"] == {"": GPU}
    told = how["quantization_config"]
    assert (told.load_in_4bit, told.load_in_8bit) == (four, not four)
    spread = loading_arguments(MllmOptions(quantization=bits, device_map="auto"), GPU)
    assert spread["device_map"] == "auto"


@pytest.mark.parametrize(
    ("options", "said", "command"),
    [
        (
            MllmOptions(quantization="4bit"),
            "option quantization=4bit needs accelerate and bitsandbytes",
            "pip install accelerate bitsandbytes",
        ),
        (
            MllmOptions(device_map="auto"),
            "option device_map=auto needs accelerate",
            "pip install accelerate",
        ),
    ],
)
def test_libraries_that_are_not_installed(
    options: MllmOptions, said: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch)
    with pytest.raises(ModelError, match=said) as raised:
        loading_arguments(options, GPU)
    assert raised.value.hint == command
