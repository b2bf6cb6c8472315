"""How fast a batch was, and where its time went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.batches import Done
from benchmarks.roofline import line

HEAD = (
    "models",
    "engine",
    "workers",
    "images",
    "images a second",
    "in models",
    "outside",
    "outside / in models",
    "waiting for images",
    "with start and end, s",
)


@dataclass(frozen=True, slots=True)
class Speed:
    """One batch. Shares are of the time of all judging processes; `outside` is part of neither."""

    models: str
    engine: str
    workers: int
    images: int
    per_s: float
    in_models: float
    outside: float
    waiting: float
    wall_s: float

    @property
    def overhead(self) -> float:
        """What is spent outside, as a share of the time in the models."""
        return self.outside / self.in_models if self.in_models else 0.0


def speed(models: str, engine: str, workers: int, done: Done) -> Speed:
    """What a batch tells of its time."""
    spent = done.summary["last_run"]
    whole = spent["busy"]
    return Speed(
        models=models,
        engine=engine,
        workers=workers,
        images=spent["judged"],
        per_s=spent["judged"] * spent["judges"] / whole,
        in_models=spent["models"] / whole,
        outside=spent["rest"] / whole,
        waiting=spent["waiting"] / whole,
        wall_s=done.wall_s,
    )


def cells(run: Speed) -> list[str]:
    """A row of the table."""
    return [
        run.models,
        run.engine,
        str(run.workers),
        str(run.images),
        f"{run.per_s:.2f}",
        *(f"{share:.1%}" for share in (run.in_models, run.outside, run.overhead, run.waiting)),
        f"{run.wall_s:.1f}",
    ]


def table(report: Mapping[str, Any]) -> Iterator[str]:
    """The speed of all batches that were measured, in Markdown."""
    yield line(*HEAD)
    yield line(*["---"] * len(HEAD))
    for piece in ("local", "ray", "mllm"):
        for row in report.get(piece, ()):
            yield line(*cells(Speed(**row)))
