"""Stage 3: the head that tells the known world from all other pictures, on the finished tower.

python -m training.train_known DATA RUN   (rewrites the head in RUN/language.pt)
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.batches import Pool, jitter
from training.net import Net
from training.tokenizer import IMAGE, run_tokenizer, token
from training.train_vision import save
from training.unknown import unknown_pictures

STEPS = 1500


@torch.no_grad()
def known_features(net: Net, data: Path, count: int, rng: np.random.Generator) -> Tensor:
    """What the head reads of training scenes with at least one thing, [count, features]."""
    pool = Pool(data)
    found: list[Tensor] = []
    while sum(len(part) for part in found) < count:
        batch = pool.draw(64, rng)
        found.append(net.summary(net.cells(batch.pixels))[batch.known])
    return torch.cat(found)[:count]


@torch.no_grad()
def unknown_features(net: Net, count: int, seed: int, rng: np.random.Generator) -> Tensor:
    """What the head reads of unknown pictures, each plain and jittered."""
    pictures = torch.from_numpy(np.stack(unknown_pictures(count, seed)))
    pixels = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
    both = [part for k in range(0, count, 64) for part in (pixels[k : k + 64],) * 2]
    return torch.cat(
        [net.summary(net.cells(jitter(p, rng) if i % 2 else p)) for i, p in enumerate(both)]
    )


def fit(net: Net, known: Tensor, unknown: Tensor) -> float:
    """Train the head on even halves of both; returns the last loss."""
    rate = 2e-3
    optimiser = torch.optim.AdamW(net.known.parameters(), lr=rate, weight_decay=0.05)
    target = torch.cat([torch.ones(128), torch.zeros(128)])
    loss = torch.zeros(())
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - step / STEPS)
        rows = torch.cat([side[torch.randint(len(side), (128,))] for side in (known, unknown)])
        noisy = rows + torch.randn_like(rows) * 0.1
        loss = functional.binary_cross_entropy_with_logits(net.known(noisy).squeeze(-1), target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return float(loss.detach())


def main() -> None:
    """Fit the head anew and write it into the checkpoint of stage 2."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    tokenizer = run_tokenizer(args.run)
    net = Net(tokenizer.get_vocab_size(), token(tokenizer, IMAGE)).eval()
    state = torch.load(args.run / "language.pt", weights_only=True)
    net.load_state_dict(state["net"])
    unknown = unknown_features(net, args.count, args.seed + 11, rng)
    known = known_features(net, args.data, 2 * args.count, rng)
    print(f"loss {fit(net, known, unknown):.4f}")
    save(args.run / "language.pt", state | {"net": net.state_dict()})


if __name__ == "__main__":
    main()
