"""Batches from shards: pixels with augmentation, dense labels, things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cluejudge.scenes.facts import Thing
from training.data import Shard, load_shard
from training.labels import GRID


@dataclass(frozen=True, slots=True)
class Batch:
    """`pixels` [batch, 3, 128, 128] in -1..1; labels [batch, 64, labels]; boxes [batch, 64, 4]."""

    pixels: Tensor
    labels: Tensor
    boxes: Tensor
    known: Tensor
    things: tuple[tuple[Thing, ...], ...]
    places: tuple[tuple[tuple[float, float], ...], ...]


class Pool:
    """All samples of a folder of shards, in memory; `refresh` takes in new ones."""

    def __init__(self, folder: Path, limit: int = 60) -> None:
        self._folder = folder
        self._limit = limit
        self._names: set[str] = set()
        self._shards: list[Shard] = []
        self.refresh()

    def refresh(self) -> None:
        """Load the shards that have come since."""
        for path in sorted(self._folder.glob("shard-*.pkl")):
            if path.name not in self._names and len(self._shards) < self._limit:
                self._names.add(path.name)
                self._shards.append(load_shard(path))

    def __len__(self) -> int:
        return sum(len(shard.known) for shard in self._shards)

    def draw(self, count: int, rng: np.random.Generator, *, augment: bool = True) -> Batch:
        """A random batch."""
        chosen = [
            (shard, int(rng.integers(len(shard.known))))
            for shard in (self._shards[int(i)] for i in rng.integers(len(self._shards), size=count))
        ]
        return collate(chosen, rng, augment=augment)


def collate(
    chosen: Sequence[tuple[Shard, int]], rng: np.random.Generator, *, augment: bool
) -> Batch:
    """Samples as tensors, half of them mirrored when augmenting."""
    images = np.stack([shard.images[i] for shard, i in chosen])
    labels = np.stack([shard.labels[i] for shard, i in chosen])
    boxes = np.stack([shard.boxes[i] for shard, i in chosen]).astype(np.float32)
    places = [shard.centres[i] for shard, i in chosen]
    if augment:
        for k in np.flatnonzero(rng.random(len(chosen)) < 0.5):
            images[k] = images[k, :, ::-1]
            labels[k] = labels[k].reshape(GRID, GRID, -1)[:, ::-1].reshape(labels[k].shape)
            turned = boxes[k].reshape(GRID, GRID, 4)[:, ::-1].reshape(-1, 4)
            boxes[k] = np.stack([1 - turned[:, 2], turned[:, 1], 1 - turned[:, 0], turned[:, 3]], 1)
            places[k] = tuple((1 - x, y) for x, y in places[k])
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    if augment:
        pixels = jitter(pixels, rng)
    return Batch(
        pixels.contiguous(memory_format=torch.channels_last),
        torch.from_numpy(labels),
        torch.from_numpy(boxes),
        torch.from_numpy(np.array([shard.known[i] for shard, i in chosen])),
        tuple(shard.things[i] for shard, i in chosen),
        tuple(places),
    )


def jitter(pixels: Tensor, rng: np.random.Generator) -> Tensor:
    """Contrast, brightness, colour casts, grey, swapped channels, noise and softness."""
    count = pixels.shape[0]

    def roll(chance: float) -> Tensor:
        return torch.from_numpy(rng.random(count) < chance).view(-1, 1, 1, 1)

    def spread(low: float, high: float, channels: int = 1) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, channels, 1, 1))).float()

    pixels = pixels * spread(0.7, 1.2) + spread(-0.2, 0.2)
    pixels = torch.where(roll(0.3), pixels * spread(0.6, 1.3, 3) + spread(-0.2, 0.2, 3), pixels)
    pixels = torch.where(roll(0.07), pixels.mean(1, keepdim=True).expand_as(pixels), pixels)
    pixels = torch.where(roll(0.05), pixels[:, torch.from_numpy(rng.permutation(3))], pixels)
    soft = torch.nn.functional.avg_pool2d(pixels, 3, 1, 1, count_include_pad=False)
    pixels = torch.where(roll(0.2), soft, pixels)
    noise = torch.randn_like(pixels) * 0.08
    return torch.where(roll(0.2), pixels + noise, pixels).clamp(-1, 1)
