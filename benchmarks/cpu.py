"""What it gives on a processor to compute in bfloat16, and to suit the model to the processor.

    python benchmarks/cpu.py [--runs 5] [--json FILE]

A Qwen3-VL of 250M with random weights, in float32 and in bfloat16 as transformers computes it, and
in bfloat16 as cluejudge has it: attention by products, weights laid out once (`mllm/cpu/`). Each is
asked 40 packed questions about a picture of 1024 image tokens, and writes a reasoning behind one of
256, alone and four at once; what has been read of a picture is not counted as writing. In each run
all come one after the other; the medians of the runs are told, and how far P(Yes) is from float32.

On a processor that does not multiply bfloat16 the last two are the same, and slow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from transformers import AutoModelForImageTextToText
from transformers.utils import logging

from benchmarks import output
from benchmarks.checkpoint import save_checkpoint
from benchmarks.contents import CONTENTS, draw
from benchmarks.roofline import line
from benchmarks.shapes import SMALL, TINY, Shape
from benchmarks.speed import machine
from benchmarks.ways import picture_in
from cluejudge.asks import Reason, Score
from cluejudge.image import Picture
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.inference.generation import Generator
from cluejudge.mllm.models import make_kit
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.reasoner import MllmReasoner
from cluejudge.mllm.scorer import MllmScorer
from cluejudge.mllm.strategies import Packed

READ, WRITTEN = 1024, 256
WORDS = 40
AT_ONCE = (1, 4)


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of one way to compute; `off` is the largest distance of P(Yes) from float32."""

    model: str
    way: str
    questions_s: float
    token_s: float
    token_of_four_s: float
    off: float
    runs: int


class Way:
    """One way to compute."""

    def __init__(self, name: str, backbone: Backbone) -> None:
        self.name = name
        self._kit = make_kit(backbone, MllmOptions())
        self._scorer = MllmScorer(self._kit, Packed)
        self._reasoner = MllmReasoner(self._kit, Generator(backbone, ragged=True))

    def ask(self, picture: Picture) -> tuple[float, list[float]]:
        """Seconds for all contents, and P(Yes) of each."""
        started = time.perf_counter()
        answers = self._scorer.score([Score(picture, content) for content in CONTENTS])
        return time.perf_counter() - started, [answer.p_yes for answer in answers]

    def write(self, picture: Picture, at_once: int) -> float:
        """Seconds for a token of each of so many reasonings; the picture must have been read."""
        asks = [Reason(picture, content, WORDS) for content in CONTENTS[:at_once]]
        started = time.perf_counter()
        written = self._reasoner.reason(asks)
        return (time.perf_counter() - started) / max(one.tokens for one in written)


def open_ways(folder: Path) -> list[Way]:
    """The three ways over the model in a folder."""
    options = MllmOptions(device="cpu", dtype="bfloat16")
    suited = load_backbone(str(folder), options)
    plain = [
        (f"{name}, as transformers computes it", replace(suited, model=_plain(folder, dtype)))
        for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16))
    ]
    return [Way(name, one) for name, one in [*plain, ("bfloat16, suited", suited)]]


def _plain(folder: Path, dtype: torch.dtype) -> torch.nn.Module:
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=dtype)
    return model.requires_grad_(False).eval()


def compare(shape: Shape, ways: Sequence[Way], folder: Path, runs: int) -> Iterator[Row]:
    """Time all ways; the first run only warms them up."""
    asked: dict[str, list[float]] = {way.name: [] for way in ways}
    token: dict[tuple[str, int], list[float]] = {}
    off = dict.fromkeys(asked, 0.0)
    for run in range(runs + 1):
        large, small = (picture_in(draw(size, run, folder)) for size in (READ, WRITTEN))
        true: list[float] = []
        for way in ways:
            seconds, found = way.ask(large)
            asked[way.name].append(seconds)
            true = true or found
            apart = max(abs(one - other) for one, other in zip(found, true, strict=True))
            off[way.name] = max(off[way.name], apart)
            way.ask(small)
            for count in AT_ONCE:
                token.setdefault((way.name, count), []).append(way.write(small, count))
    for name, seconds_of in asked.items():
        alone, four = (median(token[name, count][1:]) for count in AT_ONCE)
        yield Row(shape.name, name, median(seconds_of[1:]), alone, four, off[name], runs)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tiny", action="store_true", help="only to see that it runs: a toy model")
    args = output.parse(parser, arguments)
    logging.disable_progress_bar()
    shape = TINY if args.tiny else SMALL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_checkpoint(shape, folder / "model")
        found = list(compare(shape, open_ways(folder / "model"), folder, args.runs))
    print(f"{machine(('torch', 'transformers'))}, {torch.get_num_threads()} threads")
    print(line("way", "40 questions, s", "a token, ms", "a token of four texts, ms", "max dP"))
    print(line(*["---"] * 5))
    for row in found:
        tokens = (f"{1000 * one:.1f}" for one in (row.token_s, row.token_of_four_s))
        print(line(row.way, f"{row.questions_s:.2f}", *tokens, f"{row.off:.0e}"))
    output.write([asdict(row) for row in found], args.json)


if __name__ == "__main__":
    main()
