"""How long one image takes: bytes to verdict, the whole pictogram constitution, all included.

python -m benchmarks.speed [--images 200] [--folder DATA] [--threads N]

Scenes of the test split, as PNG files in memory, one after another. Rule texts and priors are
remembered from the images before, as in any run of more than one image.
"""

from __future__ import annotations

import argparse
import io
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scenes import test_scenes
from cluejudge import Judge
from cluejudge.embedded import models
from cluejudge.embedded.session import Bools, Floats, Graph, Ints, processors
from cluejudge.image import load, read
from cluejudge.models.protocols import Models
from cluejudge.verdict import Verdict

WARM = 5
ROLES = ("scorer", "reasoner", "encoder", "detector", "recogniser")


@dataclass
class Stopwatch:
    """Seconds by stage; a stage within another counts for itself only."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _open: list[str] = field(default_factory=list)
    _since: float = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what runs inside."""
        self._lap()
        self._open.append(name)
        try:
            yield
        finally:
            self._lap()
            self._open.pop()

    def role(self) -> str:
        """The stage that is under way."""
        return self._open[-1]

    def _lap(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now


class TimedGraph(Graph):
    """A graph whose runs are a stage of their own, named after who asked."""

    def __init__(self, path: Path, *, watch: Stopwatch, threads: int | None) -> None:
        super().__init__(path, threads=threads)
        self._name = path.stem
        self._watch = watch

    def __call__(self, **inputs: Floats | Ints | Bools) -> list[Floats]:
        """As of the graph."""
        name = self._name
        if name == "decoder":
            name = f"decoder, {self._watch.role()}"
        with self._watch.stage(name):
            return super().__call__(**inputs)


class TimedRole:
    """One of the models; whatever is called on it is timed as the role's stage."""

    def __init__(self, role: str, inner: Any, watch: Stopwatch) -> None:
        self._role = role
        self._inner = inner
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return partial(self._call, value) if callable(value) else value

    def _call(self, method: Any, *arguments: Any) -> Any:
        with self._watch.stage(self._role):
            return method(*arguments)


def timed_models(folder: Path, threads: int | None, watch: Stopwatch) -> Models:
    """The embedded models with a stopwatch on every role and graph."""
    graph = partial(TimedGraph, watch=watch, threads=threads)
    return watched(models.assembled(models.open_parts(folder, graph)), watch)


def watched(whole: Models, watch: Stopwatch) -> Models:
    """The models, each role that they have timed as a stage."""
    timed: dict[str, Any] = {
        role: TimedRole(role, inner, watch)
        for role in ROLES
        if (inner := getattr(whole, role)) is not None
    }
    return replace(whole, **timed)


def files(count: int) -> list[bytes]:
    """Scenes as PNG files."""
    found = []
    for scene in test_scenes(count, "test", held_out=False):
        file = io.BytesIO()
        scene.picture.pil().save(file, "PNG")
        found.append(file.getvalue())
    return found


def measure(
    judge: Judge, images: Sequence[bytes], watch: Stopwatch
) -> tuple[list[float], list[Verdict]]:
    """Seconds an image, and the verdicts."""
    seconds, verdicts = [], []
    for image in images:
        started = time.perf_counter()
        with watch.stage("judge"):
            verdicts.append(judge.judge(image))
        seconds.append(time.perf_counter() - started)
        with watch.stage("intake"):
            load(read(image))
    return seconds, verdicts


def machine(packages: Sequence[str] = ("onnxruntime", "numpy", "pillow")) -> str:
    """What it ran on, and the versions of packages."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{model or platform.processor()}, Python {platform.python_version()}, {versions}"


def stages(watch: Stopwatch, count: int) -> dict[str, float]:
    """Milliseconds an image by stage. Intake was measured by itself, and runs within the judge."""
    spent = {name: 1000 * seconds / count for name, seconds in watch.seconds.items()}
    spent["judge"] -= spent["intake"]
    return dict(sorted(spent.items(), key=lambda item: -item[1]))


def main() -> None:
    """Print the median, the tail and the stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=models.DATA)
    parser.add_argument("--threads", type=int, help="of a graph; all processors if not given")
    args = parser.parse_args()
    images = files(args.images)
    watch = Stopwatch()
    started = time.perf_counter()
    judge = Judge("pictogram", model=timed_models(args.folder, args.threads, watch))
    loaded = time.perf_counter() - started
    first, _ = measure(judge, images[:1], watch)
    measure(judge, images[:WARM], watch)
    watch.seconds.clear()
    # Other pictures: what is remembered of the first ones must not count.
    seconds, verdicts = measure(judge, images[WARM:], watch)
    print(f"{machine()}, {processors()} processors, threads {args.threads or 'all'}")
    print(f"loading {loaded:.2f} s, first image {1000 * first[0]:.0f} ms")
    times = 1000 * np.array(seconds)
    middle, tail = np.percentile(times, [50, 90])
    print(f"median {middle:.0f} ms, p90 {tail:.0f} ms, mean {times.mean():.0f} ms of {len(times)}")
    for name, spent in stages(watch, len(times)).items():
        print(f"  {name:24} {spent:7.1f} ms  {spent / times.mean():6.1%}")
    outcomes = Counter(str(verdict.outcome) for verdict in verdicts)
    asks = np.mean([verdict.cost.asks for verdict in verdicts])
    print(f"{asks:.1f} asks an image; {dict(outcomes)}")


if __name__ == "__main__":
    main()
