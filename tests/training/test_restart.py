from __future__ import annotations

from pathlib import Path

import torch

from training.folding import fold, largest_difference, round_to_half
from training.net import Net
from training.restart import keep, start
from training.train_vision import save


def test_training_starts_again_from_what_was_exported(
    net: Net, exported: Path, tmp_path: Path
) -> None:
    heads = tmp_path / "heads.safetensors"
    save(tmp_path / "old.pt", {"net": net.state_dict()})
    keep(tmp_path / "old.pt", heads)
    start(tmp_path / "new", exported / "checkpoint", heads)
    again = Net(net.words.num_embeddings, net.llava.config.image_token_id)
    state = torch.load(tmp_path / "new" / "language.pt", weights_only=True)
    again.load_state_dict(state["net"])
    shipped = fold(net)
    round_to_half(shipped)
    pixels = torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert largest_difference(again, shipped, pixels) < 1e-4
    for mine, theirs in zip(again.known.parameters(), shipped.known.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert not state["optimisers"]
    assert state["step"] == 0
