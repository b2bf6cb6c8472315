"""Runs the exported graphs beside the net they were made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cluejudge.embedded.card import DECODER, TEXT, VISION
from cluejudge.embedded.decoder import Decoder
from cluejudge.embedded.packing import lay_out
from cluejudge.embedded.session import Floats, Graph
from training.graphs import Vision
from training.net import Net

WITHIN = 1e-3
"""Of values of a few units; float32 on both sides."""


@torch.no_grad()
def verify(net: Net, folder: Path) -> None:
    """Raise `ValueError` if a graph in `folder` differs from `net` on random inputs."""
    source = torch.Generator().manual_seed(1)
    _verify_vision(net, folder, source)
    ids = torch.randint(6, net.words.num_embeddings, (3, 9), generator=source)
    ids[1, 4:] = 0
    _compare("text", Graph(folder / TEXT)(ids=ids.numpy())[0], net.text_vectors(ids))
    _verify_decoder(net, folder, source)


def _verify_vision(net: Net, folder: Path, source: torch.Generator) -> None:
    pixels = torch.rand(3, 3, 128, 128, generator=source) * 2 - 1
    found = Graph(folder / VISION)(pixels=pixels.numpy())
    for name, one, other in zip(
        ("projected", "boxes", "vector", "known"), found, Vision(net)(pixels), strict=True
    ):
        _compare(name, one, other)


def _verify_decoder(net: Net, folder: Path, source: torch.Generator) -> None:
    """One sequence through transformers, and in two runs with a cache through the graph."""
    cut, length = 12, 20
    decoder = Decoder(Graph(folder / DECODER), net.words.weight.detach().numpy())
    ids = torch.randint(6, net.words.num_embeddings, (1, length), generator=source)
    whole = net.llava(input_ids=ids, use_cache=False).logits[0, [cut - 1, length - 1]]
    first, cache = decoder(lay_out([[ids[0, :cut].tolist()]], 0), decoder.nothing(1))
    second, _ = decoder(lay_out([[ids[0, cut:].tolist()]], cut), cache)
    _compare("decoder", np.concatenate([first, second]), whole)


def _compare(name: str, found: Floats, expected: Tensor) -> None:
    apart = float(np.abs(found - expected.numpy()).max())
    if not apart <= WITHIN:
        raise ValueError(f"the exported {name} differs by {apart:.1e}")
