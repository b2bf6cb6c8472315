"""Writes a trained run as the package ships it: a transformers checkpoint and graphs for ONNX.

python -m training.export RUN/language.pt src/cluejudge/embedded/data [--card facts.json]
"""

from __future__ import annotations

import argparse
import hashlib
import math
import shutil
from pathlib import Path

import numpy as np
import torch
from pydantic import Field, JsonValue
from tokenizers import Tokenizer
from transformers.utils.logging import disable_progress_bar

from cluejudge.embedded.card import (
    CARD,
    DECODER,
    RUN,
    TEXT,
    TOKENIZER,
    VISION,
    WORDS,
    Bounds,
    Card,
    PromptTexts,
)
from cluejudge.embedded.labels import label_tokens
from cluejudge.settings import Frozen
from training.checkpoint import write_checkpoint
from training.folding import fold, largest_difference, round_to_half
from training.graphs import Decoder, TextVectors, Vision
from training.half import write_graph
from training.net import Net
from training.packing import IMAGE_TOKENS
from training.tokenizer import (
    ASSISTANT,
    EXPLAIN,
    IMAGE,
    INSTRUCTION,
    VERDICT,
    content_words,
    run_tokenizer,
    token,
)
from training.verify import verify

NAME = "cluejudge-pictogram"
CHECKPOINT = "checkpoint"
TEXT_TOKENS = 40
FOLDED_WITHIN = 1e-4


class Facts(Frozen):
    """What `--card` adds: the file that the measurements of a run are collected in."""

    version: str = "0"
    thresholds: Bounds | None = None
    training: dict[str, JsonValue] = Field(default_factory=dict)
    measured: dict[str, JsonValue] = Field(default_factory=dict)


def load_net(path: Path, tokenizer: Tokenizer) -> Net:
    """The net of a checkpoint that `training.train_vision` or `train_language` wrote."""
    net = Net(tokenizer.get_vocab_size(), token(tokenizer, IMAGE))
    net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["net"])
    return net.eval()


def shipped(net: Net) -> Net:
    """The net as it ships; `ValueError` if folding its batch norms changes what it computes."""
    folded = fold(net)
    pixels = torch.rand(4, 3, 128, 128, generator=torch.Generator().manual_seed(0)) * 2 - 1
    apart = largest_difference(net, folded, pixels)
    if apart > FOLDED_WITHIN:
        raise ValueError(f"the folded tower differs by {apart:.1e}")
    round_to_half(folded)
    return folded


def export(
    net: Net, tokenizer: Tokenizer, folder: Path, facts: Facts, *, checkpoint: bool = True
) -> Card:
    """Write `net` and everything around it as `folder`, in place of an export that is there.

    The graphs are run beside the net before they take that place: `ValueError` if they differ, or
    if what is there is no export.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / CARD).exists():
        raise ValueError(f"{folder} holds something else; it would be lost")
    net = shipped(net)
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    tokenizer.save(str(part / TOKENIZER))
    np.save(part / WORDS, net.words.weight.detach().numpy().astype(np.float16))
    write_graphs(net, part)
    if checkpoint:
        write_checkpoint(net.llava, tokenizer, part / CHECKPOINT)
    card = make_card(net, tokenizer, part, facts)
    (part / CARD).write_text(card.model_dump_json(indent=2) + "\n", "utf-8")
    verify(net, part)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return card


def write_graphs(net: Net, folder: Path) -> None:
    """Write the three graphs."""
    vision = ("projected", "boxes", "vector", "known")
    write_graph(
        Vision(net),
        {"pixels": torch.zeros(2, 3, 128, 128)},
        vision,
        {name: {0: "batch"} for name in ("pixels", *vision)},
        folder / VISION,
    )
    write_graph(
        TextVectors(net.words, net.text),
        {"ids": torch.ones(2, 5, dtype=torch.int64)},
        ["vectors"],
        {"ids": {0: "texts", 1: "length"}, "vectors": {0: "texts"}},
        folder / TEXT,
    )
    _write_decoder(net, folder / DECODER)


def _write_decoder(net: Net, path: Path) -> None:
    text = net.llava.config.text_config
    rows, old, new, heads = 2, 7, 5, text.num_attention_heads
    cache = (text.num_hidden_layers, 2, rows, heads, old, text.hidden_size // heads)
    write_graph(
        Decoder(net.llava),
        {
            "embeds": torch.zeros(rows, new, text.hidden_size),
            "positions": torch.zeros(rows, new, dtype=torch.int64),
            "sees": torch.ones(rows, 1, new, old + new, dtype=torch.bool),
            "past": torch.zeros(cache),
            "rows": torch.tensor([4, 9]),
        },
        ["logits", "new"],
        {
            "embeds": {0: "batch", 1: "length"},
            "positions": {0: "batch", 1: "length"},
            "sees": {0: "batch", 2: "length", 3: "all"},
            "past": {2: "batch", 4: "past"},
            "rows": {0: "rows"},
            "logits": {0: "rows"},
            "new": {2: "batch", 4: "length"},
        },
        path,
    )


def make_card(net: Net, tokenizer: Tokenizer, folder: Path, facts: Facts) -> Card:
    """The card of what is in `folder`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        path.chmod(0o644)  # safetensors lets only the owner read
    return Card(
        name=NAME,
        version=facts.version,
        thresholds=facts.thresholds or untuned(net),
        prompt=PromptTexts(instruction=INSTRUCTION, explain=EXPLAIN, verdict=VERDICT),
        labels=label_tokens(tokenizer, (ASSISTANT, VERDICT)),
        image_tokens=IMAGE_TOKENS,
        text_tokens=TEXT_TOKENS,
        content_tokens=128,
        reasoning_tokens=64,
        words=content_words(),
        word_scale=net.word_scale.item(),
        word_bias=net.word_bias.item(),
        files={path.relative_to(folder).as_posix(): _sha256(path) for path in files},
        training=facts.training,
        measured=facts.measured,
    )


def untuned(net: Net) -> Bounds:
    """Thresholds by the heads' own calibration: relevant from one in ten on, the rest by half."""
    logit = math.log(0.1 / 0.9)
    cosine = (logit - net.relevance_bias.item()) / math.exp(net.relevance_scale.item())
    return Bounds(relevance=max(-1.0, min(1.0, cosine)), detector=0.5, known=0.5)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Export a run and print what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="RUN/language.pt")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--card", type=Path, help="JSON with version, thresholds, measurements")
    parser.add_argument("--no-checkpoint", action="store_true", help="only what the runtime reads")
    args = parser.parse_args()
    facts = Facts.model_validate_json(args.card.read_bytes()) if args.card else Facts()
    disable_progress_bar()
    tokenizer = run_tokenizer(args.run.parent)
    net = load_net(args.run, tokenizer)
    card = export(net, tokenizer, args.folder, facts, checkpoint=not args.no_checkpoint)
    sizes = {path: (args.folder / path).stat().st_size for path in card.files}
    for path, size in sizes.items():
        print(f"{size:>10,} {path}")
    run = sum(sizes[name] for name in RUN)
    print(f"{run:>10,} for the runtime, {sum(sizes.values()):,} in all; {card.thresholds!r}")


if __name__ == "__main__":
    main()
