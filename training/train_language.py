"""Stage 2: the decoder learns to answer and to reason from the tower's cells.

python -m training.train_language DATA RUN --minutes 60   (needs RUN/vision.pt of stage 1)
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.batches import Batch, Pool
from training.net import Net
from training.packing import IGNORE, IMAGE_START, IMAGE_TOKENS, Packed, pack
from training.questions import Question, draw_question
from training.tokenizer import IMAGE, run_tokenizer, token
from training.train_vision import VisionLoss, save, schedule

BLIND = 0.08
"""Share of sequences without their image: they teach the language prior."""


def read_hidden(net: Net, projected: Tensor, packed: Packed) -> list[Tensor]:
    """Hidden states after each decoder layer (the last one normalised), [batch, length, width]."""
    embeds = net.words(packed.ids)
    before, after = embeds[:, :IMAGE_START], embeds[:, IMAGE_START + IMAGE_TOKENS :]
    embeds = torch.cat([before, projected.to(embeds.dtype), after], dim=1)
    out = net.llava.model.language_model(
        inputs_embeds=embeds,
        attention_mask=packed.sees,
        position_ids=packed.positions,
        use_cache=False,
        output_hidden_states=True,
    )
    return list(out.hidden_states[1:])


def language_loss(net: Net, hidden: list[Tensor], targets: Tensor) -> dict[str, Tensor]:
    """Cross-entropy of the told tokens, at the last layer and, weaker, at the middle ones."""
    told = targets != IGNORE
    aim = targets[told]
    norm = net.llava.model.language_model.norm
    final = net.llava.lm_head(hidden[-1][told]).float()
    middle = [net.llava.lm_head(norm(h[told])).float() for h in hidden[1:-1]]
    return {
        "answer": functional.cross_entropy(final, aim),
        "middle": 0.3 * sum((functional.cross_entropy(m, aim) for m in middle), torch.zeros(())),
    }


def askers(batch: Batch, rng: np.random.Generator) -> list[Callable[[], Question]]:
    """For each picture of a batch, a source of random questions about it."""
    return [
        partial(draw_question, things, places, bool(known), rng)
        for things, places, known in zip(batch.things, batch.places, batch.known, strict=True)
    ]


def optimisers(net: Net, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the decoder's matrices, AdamW for the rest; the tower at a tenth of the rate."""
    matrices = [p for p in net.llava.model.language_model.layers.parameters() if p.ndim == 2]
    tower = list(net.llava.model.vision_tower.parameters())
    taken = {id(p) for p in (*matrices, *tower)}
    rest = [p for p in net.parameters() if id(p) not in taken]
    muon = torch.optim.Muon(
        matrices, lr=rate, weight_decay=0.05, momentum=0.95, adjust_lr_fn="match_rms_adamw"
    )
    adam = torch.optim.AdamW(
        [
            {"params": rest, "scale": 0.5, "weight_decay": 0.01},
            {"params": tower, "scale": 0.25, "weight_decay": 0.05},
        ],
        lr=rate,
        betas=(0.9, 0.98),
    )
    return [muon, adam]


def set_rate(optimisers: Iterable[torch.optim.Optimizer], rate: float) -> None:
    """Give every group its share of `rate`."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate * group.get("scale", 1.0)


class Trainer:
    """The state of stage 2."""

    def __init__(self, args: argparse.Namespace) -> None:
        torch.manual_seed(args.seed)
        self.args = args
        self.tokenizer = run_tokenizer(args.run)
        self.net = Net(self.tokenizer.get_vocab_size(), token(self.tokenizer, IMAGE))
        self.net.llava.model.vision_tower.to(memory_format=torch.channels_last)
        self.loss = VisionLoss(self.net, self.tokenizer)
        self.optimisers = optimisers(self.net, args.rate)
        self.spent, self.step = 0.0, 0
        self._resume()

    def _resume(self) -> None:
        last = self.args.run / "language.pt"
        if not last.exists():
            self.net.load_state_dict(torch.load(self.args.run / "vision.pt")["net"])
            return
        state = torch.load(last)
        self.net.load_state_dict(state["net"])
        if state["optimisers"]:
            for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(saved)
        self.spent, self.step = state["spent"], state["step"]

    def save(self) -> None:
        """Write the checkpoint that `Trainer` resumes from."""
        state = {
            "net": self.net.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            "spent": self.spent,
            "step": self.step,
        }
        save(self.args.run / "language.pt", state)

    def update(self, batch: Batch, rng: np.random.Generator) -> dict[str, float]:
        """One step; the tower joins in once a share of the time is over."""
        thawed = self.spent / self.args.minutes / 60 > self.args.thaw
        packed = pack(
            askers(batch, rng),
            rng.random(len(batch.things)) < BLIND,
            self.args.length,
            self.args.reasonings,
            self.tokenizer,
        )
        with torch.autocast("cpu", torch.bfloat16):
            with torch.set_grad_enabled(thawed):
                cells = self.net.cells(batch.pixels)
            projected = self.net.project(cells)
            hidden = read_hidden(self.net, projected, packed)
            parts = language_loss(self.net, hidden, packed.targets)
            if thawed or self.step % 4 == 0:
                parts |= {k: 0.3 * v for k, v in self.loss.dense(cells, batch).items()}
                parts["relevance"] = 0.3 * self.loss.relevance(cells, batch, rng)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        sum(parts.values(), torch.zeros(())).backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        values = {name: float(value.detach()) for name, value in parts.items()}
        return values | accuracy(self.net, hidden[-1], packed)

    def run(self) -> None:
        """The loop: time-based schedule, log lines as JSON, a checkpoint every two minutes."""
        pool = Pool(self.args.data)
        rng = np.random.default_rng(self.args.seed + 7919 + self.step)
        started, saved = time.time() - self.spent, time.time()
        means: dict[str, float] = {}
        self.net.eval()
        with (self.args.run / "language.jsonl").open("a") as log:
            while (spent := time.time() - started) < self.args.minutes * 60:
                self.spent = spent
                rate = self.args.rate * schedule(spent / self.args.minutes / 60)
                set_rate(self.optimisers, rate)
                for name, value in self.update(pool.draw(self.args.batch, rng), rng).items():
                    means[name] = 0.97 * means.get(name, value) + 0.03 * value
                self.step += 1
                if self.step % 20 == 0:
                    line = {"step": self.step, "seconds": round(spent), "rate": round(rate, 6)}
                    log.write(json.dumps(line | {k: round(v, 4) for k, v in means.items()}) + "\n")
                    log.flush()
                if time.time() - saved > 120:
                    saved = time.time()
                    self.save()
        self.save()


@torch.no_grad()
def accuracy(net: Net, hidden: Tensor, packed: Packed) -> dict[str, float]:
    """How often the one-token answers are right."""
    right = net.llava.lm_head(hidden[packed.answers]).argmax(-1) == packed.targets[packed.answers]
    return {"right": float(right.float().mean())}


def main() -> None:
    """Train for a given time; resume from the last checkpoint of the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--reasonings", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--thaw", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=0)
    Trainer(parser.parse_args()).run()


if __name__ == "__main__":
    main()
