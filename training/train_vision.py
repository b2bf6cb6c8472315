"""Stage 1: the tower, by dense supervision; with it words, boxes, relevance and the known world.

python -m training.train_vision DATA RUN --minutes 30
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from cluejudge.scenes.rules import RULES
from training.batches import Batch, Pool
from training.labels import ALIGNED, INDEX
from training.net import Net
from training.texts import Statement, free_statement, rule_statement
from training.tokenizer import IMAGE, aligned_words, encode, pad_to, run_tokenizer, token

ALIGNED_COLUMNS = [INDEX[name] for name in ALIGNED]


class VisionLoss:
    """The losses of stage 1, each scaled to about one at the start."""

    def __init__(self, net: Net, tokenizer: Tokenizer) -> None:
        self.net = net
        self.tokenizer = tokenizer
        self.word_ids = [torch.tensor(ids) for ids in aligned_words(self.tokenizer)]

    def word_vectors(self) -> Tensor:
        """The mean embedding of each aligned word, [words, width]."""
        weight = self.net.words.weight
        return torch.stack([weight[ids].mean(0) for ids in self.word_ids])

    def dense(self, cells: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Labels, words and boxes of the cells."""
        net = self.net
        labels = batch.labels.float()
        probe = functional.binary_cross_entropy_with_logits(
            net.probe(cells).float(), labels, reduction="none"
        )
        logits = net.word_logits(net.project(cells).float(), self.word_vectors())
        words = functional.binary_cross_entropy_with_logits(
            logits, labels[..., ALIGNED_COLUMNS], reduction="none"
        )
        owned = ~batch.boxes[..., 0].isnan()
        box = box_loss(net.boxes(cells).float()[owned], batch.boxes[owned])
        known = functional.binary_cross_entropy_with_logits(
            net.known_logit(cells.detach()).float(), batch.known.float()
        )
        return {
            "probe": probe.sum(-1).mean() * 0.5,
            "words": words.sum(-1).mean() * 0.5,
            "box": box,
            "known": known * 0.3,
        }

    def relevance(self, cells: Tensor, batch: Batch, rng: np.random.Generator) -> Tensor:
        """Each picture against the rules and against free statements."""
        statements = [rule_statement(rule, rng) for rule in RULES]
        statements += [
            free_statement(batch.things[int(rng.integers(len(batch.things)))], rng)
            for _ in range(20)
        ]
        truth = relevance_truth(statements, batch)
        ids = pad_to([encode(self.tokenizer, f" {s.text}")[:40] for s in statements], 0, 40)
        texts = self.net.text_vectors(torch.from_numpy(ids)).float()
        pictures = self.net.pool(cells).float()
        logits = pictures @ texts.T * self.net.relevance_scale.exp() + self.net.relevance_bias
        return functional.binary_cross_entropy_with_logits(
            logits, truth, pos_weight=torch.tensor(3.0)
        )


def relevance_truth(statements: list[Statement], batch: Batch) -> Tensor:
    """Which pictures each statement is relevant to, [pictures, statements] of 0 and 1."""
    return torch.tensor([[float(s.relevant(t)) for s in statements] for t in batch.things])


def box_loss(found: Tensor, true: Tensor) -> Tensor:
    """L1 and generalised IoU between boxes [n, 4]."""
    if not len(true):
        return found.sum() * 0
    low = torch.minimum(found[:, 2:], true[:, 2:])
    high = torch.maximum(found[:, :2], true[:, :2])
    overlap = (low - high).clamp(min=0).prod(1)
    found_area = (found[:, 2:] - found[:, :2]).clamp(min=0).prod(1)
    union = found_area + (true[:, 2:] - true[:, :2]).prod(1) - overlap
    hull_low = torch.minimum(found[:, :2], true[:, :2])
    hull = (torch.maximum(found[:, 2:], true[:, 2:]) - hull_low).clamp(min=1e-4).prod(1)
    giou = overlap / union.clamp(min=1e-4) - (hull - union) / hull
    return (1 - giou).mean() + 3 * (found - true).abs().mean()


def schedule(done: float, warm: float = 0.03) -> float:
    """Warm-up, then a cosine down to a fiftieth; `done` is the share of the time that is over."""
    if done < warm:
        return done / warm
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warm) / (1 - warm))))


def save(path: Path, state: dict[str, object]) -> None:
    """Write under a temporary name, then rename."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.rename(path)


def main() -> None:
    """Train for a given time; resume from the last checkpoint of the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    tokenizer = run_tokenizer(args.run)
    net = Net(tokenizer.get_vocab_size(), token(tokenizer, IMAGE))
    net.llava.model.vision_tower.to(memory_format=torch.channels_last)
    train(net, tokenizer, args)


def _groups(net: Net) -> list[dict[str, object]]:
    decay = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    return [{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]


def train(net: Net, tokenizer: Tokenizer, args: argparse.Namespace) -> None:
    """The loop: time-based schedule, log lines as JSON, a checkpoint every two minutes."""
    for p in net.llava.model.language_model.layers.parameters():
        p.requires_grad_(False)
    loss = VisionLoss(net, tokenizer)
    optimiser = torch.optim.AdamW(_groups(net), lr=args.rate, betas=(0.9, 0.98))
    spent, step, last = 0.0, 0, args.run / "vision.pt"
    if last.exists():
        state = torch.load(last)
        net.load_state_dict(state["net"])
        if state["optimiser"]:
            optimiser.load_state_dict(state["optimiser"])
        spent, step = state["spent"], state["step"]
    pool, rng = Pool(args.data), np.random.default_rng(args.seed + step)
    started, saved = time.time() - spent, time.time()
    means: dict[str, float] = {}
    with (args.run / "vision.jsonl").open("a") as log:
        while (spent := time.time() - started) < args.minutes * 60:
            rate = args.rate * schedule(spent / args.minutes / 60)
            for group in optimiser.param_groups:
                group["lr"] = rate
            batch = pool.draw(args.batch, rng)
            parts = _step(net, loss, optimiser, batch, rng)
            step += 1
            for name, value in parts.items():
                means[name] = 0.98 * means.get(name, value) + 0.02 * value
            if step % 20 == 0:
                line = {"step": step, "seconds": round(spent), "rate": rate, "pool": len(pool)}
                log.write(json.dumps(line | {k: round(v, 4) for k, v in means.items()}) + "\n")
                log.flush()
                pool.refresh()
            if time.time() - saved > 120:
                saved = time.time()
                state = {"net": net.state_dict(), "optimiser": optimiser.state_dict()}
                save(last, state | {"spent": spent, "step": step})
        save(
            last,
            {
                "net": net.state_dict(),
                "optimiser": optimiser.state_dict(),
                "spent": spent,
                "step": step,
            },
        )


def _step(
    net: Net,
    loss: VisionLoss,
    optimiser: torch.optim.Optimizer,
    batch: Batch,
    rng: np.random.Generator,
) -> dict[str, float]:
    net.train()
    with torch.autocast("cpu", torch.bfloat16):
        cells = net.cells(batch.pixels)
        parts = loss.dense(cells, batch)
        parts["relevance"] = loss.relevance(cells, batch, rng)
    optimiser.zero_grad()
    sum(parts.values(), torch.zeros(())).backward()
    nn.utils.clip_grad_norm_(net.parameters(), 2.0)
    optimiser.step()
    return {name: float(value.detach()) for name, value in parts.items()}


if __name__ == "__main__":
    main()
