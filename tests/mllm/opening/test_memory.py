from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import torch
from transformers import CONFIG_MAPPING, PreTrainedConfig

from cluejudge.embedded.models import DATA
from cluejudge.errors import ModelError
from cluejudge.mllm.opening import memory
from cluejudge.mllm.opening.architecture import read_config
from cluejudge.mllm.opening.memory import free_bytes, in_words, needed_bytes
from cluejudge.mllm.opening.source import find_source

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def config() -> PreTrainedConfig:
    """That of the package's own model: 10.5 MB of weights in half precision."""
    return read_config(find_source(str(DATA / "checkpoint")))


def test_a_model_needs_its_weights_and_some_room(config: PreTrainedConfig) -> None:
    weights = (DATA / "checkpoint" / "model.safetensors").stat().st_size
    half = needed_bytes(config, torch.float16)
    assert half is not None
    assert 1.1 * weights < half < 1.4 * weights
    assert needed_bytes(config, torch.float32) == pytest.approx(2 * half, rel=1e-6)


def test_weights_that_are_shared_count_once() -> None:
    config = CONFIG_MAPPING["gemma3"]()
    assert config.tie_word_embeddings
    model = memory._without_weights(config)
    words = model.get_input_embeddings().weight
    assert words is model.get_output_embeddings().weight
    assert sum(one.numel() for one in model.parameters()) < 3e9  # 2.7e9; 3.3e9 with words twice


def test_quantized_weights_need_less(config: PreTrainedConfig) -> None:
    sizes = [needed_bytes(config, torch.bfloat16, kind) for kind in ("4bit", "8bit", None)]
    assert sizes == sorted(sizes, key=lambda size: size or 0)
    assert len(set(sizes)) == 3


def test_nothing_is_changed_and_nothing_is_made_real(config: PreTrainedConfig) -> None:
    before = deepcopy(config).to_dict()
    needed_bytes(config, torch.float32)
    assert config.to_dict() == before
    assert all(one.is_meta for one in memory._without_weights(config).parameters())


def test_a_checkpoint_that_is_quantized_does_not_tell(config: PreTrainedConfig) -> None:
    quantized = deepcopy(config)
    quantized.quantization_config = {"quant_method": "fp8"}
    assert needed_bytes(quantized, torch.bfloat16) is None


def test_a_configuration_that_makes_no_model(config: PreTrainedConfig) -> None:
    broken = deepcopy(config)
    broken.vision_config.heads = 0
    broken.text_config.num_attention_heads = 0
    with pytest.raises(ModelError, match="no model can be made of the configuration"):
        needed_bytes(broken, torch.float32)


class TestFree:
    @pytest.fixture(autouse=True)
    def system(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The files in which Linux tells of memory, in another place."""
        monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
        monkeypatch.setattr(memory, "_CGROUP", tmp_path)
        (tmp_path / "meminfo").write_text("MemTotal: 900 kB\nMemAvailable:    500 kB\n")
        return tmp_path

    def test_what_programs_may_take(self) -> None:
        assert free_bytes(CPU) == 500 * 1024

    def test_a_container_s_limit_counts(self, system: Path) -> None:
        (system / "memory.current").write_text("1000\n")
        (system / "memory.max").write_text("3000\n")
        (system / "memory.stat").write_text("file 700\ninactive_file 500\n")
        assert free_bytes(CPU) == 2500
        (system / "memory.max").write_text("max\n")
        assert free_bytes(CPU) == 500 * 1024

    def test_elsewhere_all_memory(self, system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (system / "meminfo").unlink()
        monkeypatch.setattr("os.sysconf", {"SC_PHYS_PAGES": 10, "SC_PAGE_SIZE": 7}.__getitem__)
        assert free_bytes(CPU) == 70

    def test_nothing_tells_it(self, system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (system / "meminfo").unlink()
        monkeypatch.delattr("os.sysconf", raising=False)
        assert free_bytes(CPU) is None

    def test_a_gpu_tells_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (7, 9))
        assert free_bytes(torch.device("cuda:0")) == 7


def test_sizes_for_people() -> None:
    assert in_words(3 * 2**29) == "1.5 GiB"
    assert in_words(3 * 2**20) == "3 MiB"
