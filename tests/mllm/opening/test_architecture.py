from __future__ import annotations

from typing import Any

import pytest
import transformers

from cluejudge.embedded.models import DATA
from cluejudge.errors import ModelError
from cluejudge.mllm.opening.architecture import read_config
from cluejudge.mllm.opening.source import Source, find_source


def source(tmp_path: Any, **config: Any) -> Source:
    """A folder with this configuration and nothing else."""
    import json

    (tmp_path / "config.json").write_text(json.dumps(config))
    return find_source(str(tmp_path))


def test_the_model_of_the_package_is_known_by_its_tower() -> None:
    config = read_config(find_source(str(DATA / "checkpoint")))
    assert (config.model_type, config.vision_config.model_type) == ("llava", "cluejudge_tower")


@pytest.mark.parametrize("kind", ["qwen2_vl", "qwen3_vl", "llava_next", "gemma3", "internvl"])
def test_models_that_see_pictures(kind: str, tmp_path: Any) -> None:
    assert read_config(source(tmp_path, model_type=kind)).model_type == kind


@pytest.mark.parametrize(
    ("kind", "said", "hint"),
    [
        ("qwen2", "is a language model, which sees no pictures", "Qwen/Qwen3-VL"),
        ("gemma3_text", "is a language model, which sees no pictures", "Qwen/Qwen3-VL"),
        ("t5", "is a language model, which sees no pictures", "Qwen/Qwen3-VL"),
        ("clip", "is an encoder, which answers no questions", "option encoder"),
        ("owlv2", "is a detector, which answers no questions", "option detector"),
        ("resnet", "is a model of type 'resnet', which cannot be asked about", "Qwen/Qwen3-VL"),
    ],
)
def test_other_models_are_told_what_they_are(
    kind: str, said: str, hint: str, tmp_path: Any
) -> None:
    with pytest.raises(ModelError, match=said) as raised:
        read_config(source(tmp_path, model_type=kind))
    assert hint in raised.value.hint


def test_code_of_its_own_is_never_run(tmp_path: Any) -> None:
    (tmp_path / "configuration_own.py").write_text("raise SystemExit('it was run')")
    own = {"AutoConfig": "configuration_own.OwnConfig"}
    with pytest.raises(ModelError, match="brings its own code, which is never run") as raised:
        read_config(source(tmp_path, model_type="internvl_chat", auto_map=own))
    assert "-hf" in raised.value.hint


def test_code_of_its_own_is_passed_over_where_the_library_has_its_own(tmp_path: Any) -> None:
    own = {"AutoConfig": "configuration_own.OwnConfig"}
    assert read_config(source(tmp_path, model_type="llava", auto_map=own)).model_type == "llava"


def test_a_model_that_the_library_does_not_know(tmp_path: Any) -> None:
    with pytest.raises(ModelError, match="model of type 'qwen9_vl'") as raised:
        read_config(source(tmp_path, model_type="qwen9_vl", transformers_version="9.1.0"))
    assert f"transformers {transformers.__version__} does not know" in str(raised.value)
    assert "it was written by 9.1.0" in str(raised.value)
    assert "pip install --upgrade 'cluejudge[torch]'" in raised.value.hint


def test_a_configuration_that_makes_no_sense(tmp_path: Any) -> None:
    with pytest.raises(ModelError, match=r"configuration of .* cannot be used"):
        read_config(source(tmp_path, model_type="llava", text_config="none"))
