"""A net with random weights, as if it had been trained, and its export."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from training.net import Net

if not all(map(find_spec, ("torch", "transformers", "onnx"))):
    # The extra `train` is not installed.
    collect_ignore = ["test_export.py", "test_folding.py", "test_half.py", "test_restart.py"]


@pytest.fixture(scope="session")
def net() -> Net:
    """Its batch norms have statistics of their own, so that folding has something to do."""
    import torch

    from training.net import Net
    from training.tokenizer import IMAGE, build_tokenizer, token

    torch.manual_seed(0)
    tokenizer = build_tokenizer()
    made = Net(tokenizer.get_vocab_size(), token(tokenizer, IMAGE))
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
    made.eval()
    return made


@pytest.fixture(scope="session")
def exported(net: Net, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from training.export import Facts, export
    from training.tokenizer import build_tokenizer

    folder = tmp_path_factory.mktemp("export") / "data"
    facts = Facts.model_validate(
        {
            "version": "7",
            "thresholds": {"relevance": 0.2, "detector": 0.3, "known": 0.4},
            "training": {"seed": 5},
            "measured": {"recall": 0.9},
        }
    )
    export(net, build_tokenizer(), folder, facts)
    return folder
