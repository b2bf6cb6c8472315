from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from cluejudge.embedded.models import DATA
from cluejudge.errors import ModelError, UsageError
from cluejudge.mllm.opening import loading, placement
from cluejudge.mllm.opening.loading import load_backbone, make_plan
from cluejudge.mllm.opening.source import find_source
from cluejudge.mllm.options import MllmOptions
from tests.mllm.families import FAMILIES
from tests.mllm.loopback import COMMIT, serving

Checkpoint = Callable[[str], Path]

OWN = str(DATA / "checkpoint")
ON_CPU = MllmOptions(device="cpu")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_loads_from_its_folder(family: str, checkpoint: Checkpoint) -> None:
    folder = str(checkpoint(family))
    backbone = load_backbone(folder, ON_CPU)
    assert isinstance(backbone.model, torch.nn.Module)
    assert not backbone.model.training
    assert not any(one.requires_grad for one in backbone.model.parameters())
    assert backbone.model.config.get_text_config()._attn_implementation == "sdpa"
    assert (backbone.name, backbone.revision) == (folder, find_source(folder).revision)
    assert backbone.device == torch.device("cpu")
    assert backbone.tokenizer is backbone.processor.tokenizer


def test_weights_are_those_of_the_folder() -> None:
    backbone = load_backbone(OWN, ON_CPU)
    saved = load_file(DATA / "checkpoint" / "model.safetensors")
    loaded = backbone.model.state_dict()
    name = next(name for name in saved if name.endswith("layers.0.mlp.up_proj.weight"))
    (same,) = [
        one for key, one in loaded.items() if key.endswith(name.split("language_model.")[-1])
    ]
    assert same.dtype == torch.float32
    assert torch.equal(same, saved[name].float())


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_precision_is_as_asked(dtype: Any) -> None:
    backbone = load_backbone(OWN, MllmOptions(device="cpu", dtype=dtype))
    assert backbone.model.dtype == getattr(torch, dtype)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("no_template", "has no chat template"),
        ("text_only", "is a language model, which sees no pictures"),
    ],
)
def test_models_that_cannot_be_asked(spec: str, said: str, checkpoint: Checkpoint) -> None:
    with pytest.raises(ModelError, match=said):
        load_backbone(str(checkpoint(spec)), ON_CPU)


class TestMemory:
    """Nothing of the weights is read before there is room for them."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def read(*_: object, **__: object) -> None:
            raise AssertionError("weights were read")

        monkeypatch.setattr(loading, "free_bytes", lambda _: 2**24)
        monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", read)

    def test_too_little_is_told_with_both_numbers(self) -> None:
        with pytest.raises(ModelError) as raised:
            load_backbone(OWN, ON_CPU)
        needed = make_plan(OWN, ON_CPU).needed
        assert needed is not None
        assert f"needs about {needed / 2**20:.0f} MiB in float32" in str(raised.value)
        assert "this machine has 16 MiB free" in str(raised.value)
        assert "dtype=bfloat16" in raised.value.hint

    def test_half_the_precision_fits(self) -> None:
        assert not make_plan(OWN, ON_CPU).fits
        assert make_plan(OWN, MllmOptions(device="cpu", dtype="bfloat16")).fits

    def test_where_it_cannot_be_told_it_is_tried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loading, "free_bytes", lambda _: None)
        assert make_plan(OWN, ON_CPU).fits

    def test_a_model_over_several_devices_is_not_measured(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(placement, "find_spec", lambda _: True)
        plan = make_plan(OWN, MllmOptions(device_map="auto"))
        assert plan.free is None
        assert plan.fits

    @pytest.mark.parametrize(
        ("accelerate", "place", "hint"),
        [(True, "cuda:0", "use a smaller"), (False, "this machine", "install accelerate")],
    )
    def test_on_the_way_to_a_gpu_all_memory_counts(
        self, accelerate: bool, place: str, hint: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gpu = torch.device("cuda", 0)
        free = {"cuda": 2**23, "cpu": 2**22}
        monkeypatch.setattr(loading, "device_of", lambda _: gpu)
        monkeypatch.setattr(loading, "dtype_of", lambda *_: torch.float16)
        monkeypatch.setattr(placement, "find_spec", lambda _: accelerate or None)
        monkeypatch.setattr(loading, "free_bytes", lambda device: free[device.type])
        with pytest.raises(ModelError, match=f"and {place} has") as raised:
            load_backbone(OWN, MllmOptions())
        assert raised.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "does not fit into the memory of cpu"),
        (MemoryError(), "does not fit into the memory of cpu"),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory"),
            "does not fit into the memory",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), "there is no room on the disk"),
        (OSError("no file named model.safetensors"), "the weights of .* cannot be loaded"),
        (RuntimeError("size mismatch"), "the weights of .* cannot be loaded: size mismatch"),
    ],
)
def test_what_may_go_wrong_with_the_weights(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(AutoModelForImageTextToText, "from_pretrained", fail)
    with pytest.raises(ModelError, match=said):
        load_backbone(OWN, ON_CPU)


class TestFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(OWN, tmp_path / "model"))

    def test_no_weights(self, folder: Path) -> None:
        (folder / "model.safetensors").unlink()
        with pytest.raises(ModelError, match=r"the weights of .* cannot be loaded"):
            load_backbone(str(folder), ON_CPU)

    def test_weights_that_were_cut_off(self, folder: Path) -> None:
        weights = folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:100_000])
        with pytest.raises(ModelError, match=r"the weights of .* cannot be loaded") as raised:
            load_backbone(str(folder), ON_CPU)
        assert "cut off" in raised.value.hint

    def test_weights_that_are_not_all_there(self, folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        gone = next(name for name in weights if "multi_modal_projector" in name)
        del weights[gone]
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        with pytest.raises(ModelError, match="lacks 1 of its weights, such as") as raised:
            load_backbone(str(folder), ON_CPU)
        assert gone.rsplit(".", 2)[-2] in str(raised.value)

    def test_weights_of_another_shape(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        config["text_config"]["intermediate_size"] *= 2
        (folder / "config.json").write_text(json.dumps(config))
        with pytest.raises(ModelError):
            load_backbone(str(folder), ON_CPU)

    def test_an_option_that_the_model_has_no_use_for(self, folder: Path) -> None:
        with pytest.raises(UsageError, match="option image_tokens=64"):
            load_backbone(str(folder), MllmOptions(device="cpu", image_tokens=64))


class TestHub:
    def test_a_model_of_the_hub_is_that_of_its_commit(
        self, checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        template = "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("transformers.utils.hub._hf_api", None)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
        with serving({"acme/looker": checkpoint("qwen3_vl")}) as address:
            monkeypatch.setattr(constants, "ENDPOINT", address)
            monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + template)
            online = load_backbone("acme/looker", ON_CPU)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        offline = load_backbone("acme/looker", ON_CPU)
        assert (online.name, online.revision) == ("acme/looker", COMMIT)
        assert (offline.name, offline.revision) == ("acme/looker", COMMIT)
        for one, other in zip(online.model.parameters(), offline.model.parameters(), strict=True):
            assert torch.equal(one, other)
