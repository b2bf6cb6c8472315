"""What a question about a picture costs when there are others: cluejudge's strategies and peers.

    python benchmarks/questions.py [--quick | --minutes 20] [--runs 5] [--dtype D] [--json FILE]

A Qwen3-VL of 250M with random weights is asked 1, 4, 16 and 40 yes/no questions about a
picture of 256 and of 1024 image tokens. Every way loads the same folder, and is timed from the
picture's file to the probabilities. Each measurement has a picture of its own, so that nothing read
before can help; within a run all ways get the same picture one after the other, in an order that
turns from run to run, so that noise hits all alike. Ratios are medians of the runs' own ratios.
All ways have one precision: bfloat16, as such models come, where the processor multiplies it, and
float32 elsewhere. Beside bfloat16 glance-vlm is also timed in float32, which is what it takes by
itself on a processor.

A content is 8 to 15 tokens. As the peers ask about it, it makes a question of 29 to 37 tokens
behind the picture; of cluejudge's only the content and the end of the turn are its own, for the
instruction stands before it and is read with the picture. The tables tell for each way the tokens
that all its questions begin with, and the mean of the rest. `peers.py` says how peers are used.

What would take too long has no row, and the table says how long it would have taken. Whether the
answers are right is checked first: each way answers all contents about one picture, and three of
them are compared with one plain pass of the model over the way's own prompt.

The file is a list of rows {model, dtype, way, image_tokens, questions, median_s, runs, max_dp};
`max_dp` is the largest difference in P(Yes) that the check found, null where it was not made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from transformers.utils import logging

from benchmarks import output, peers, work
from benchmarks.checkpoint import opened_without_films, save_checkpoint
from benchmarks.contents import CONTENTS, draw
from benchmarks.roofline import line
from benchmarks.shapes import SMALL, TINY, Shape
from benchmarks.speed import machine
from benchmarks.timing import Bench, Budget, Cell, Samples
from benchmarks.ways import OwnWay, Way
from cluejudge.mllm.cpu.capabilities import multiplies_bfloat16
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.mllm.options import MllmOptions

SIZES = (256, 1024)
COUNTS = (1, 4, 16, 40)
SAMPLED = (0, 19, 39)
QUICK = Budget(whole=230, single=45)
FULL = Budget(repeated=300)
PEERS = (peers.GlanceWay.name, peers.GlanceInFloat32.name, peers.DecisionWay.name)
PACKAGES = ("torch", "transformers")
DTYPES = ("float32", "bfloat16")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens behind the picture: those that all questions begin with, and the mean of the rest."""

    shared: int
    own: float

    @classmethod
    def of(cls, prompts: Sequence[Sequence[int]]) -> Lengths:
        """Of the prompts of several contents."""
        shared = 0
        while len({tuple(ids[: shared + 1]) for ids in prompts}) == 1:
            shared += 1
        return cls(shared, mean(len(ids) for ids in prompts) - shared)

    @property
    def said(self) -> str:
        """For people."""
        return f"{self.shared} + {self.own:.0f}"


@dataclass(frozen=True, slots=True)
class Result:
    """What was found: times, lengths by way, and max |dP| by way and size."""

    model: str
    dtype: str
    ways: tuple[str, ...]
    sizes: tuple[int, ...]
    counts: tuple[int, ...]
    samples: Samples
    lengths: dict[str, Lengths]
    off: dict[tuple[str, int], float]

    def rows(self) -> Iterator[dict[str, object]]:
        """A row for each way and cell that was measured."""
        for size, way, count in product(self.sizes, self.ways, self.counts):
            cell = Cell(size, count)
            found = self.samples.median(way, cell)
            if found is not None:
                yield {
                    "model": self.model,
                    "dtype": self.dtype,
                    "way": way,
                    "image_tokens": size,
                    "questions": count,
                    "median_s": round(found, 4),
                    "runs": len(self.samples.of(way, cell)),
                    "max_dp": self.off.get((way, size)),
                }


def compare(
    shape: Shape,
    ways: Sequence[Way],
    folder: Path,
    *,
    dtype: str = "float32",
    sizes: Sequence[int] = SIZES,
    checked: Sequence[int] = SIZES,
    counts: Sequence[int] = COUNTS,
    budget: Budget = FULL,
    runs: int = 5,
) -> Result:
    """Check all ways with pictures of the sizes `checked`, which warms them up, then time them.

    One question and the most come first, for if time runs out they are what matters.
    """
    probe = draw(min(sizes), 0, folder)
    lengths = {way.name: Lengths.of(way.prompts(probe, CONTENTS)) for way in ways}
    bench = Bench(budget, partial(_effort, shape, lengths), folder)
    off = {(name, size): far for size in checked for name, far in check(bench, ways, size).items()}
    order = [min(counts), max(counts), *sorted(counts)]
    cells = [Cell(size, count) for count in dict.fromkeys(order) for size in sizes]
    bench.run(ways, cells, runs)
    names = tuple(way.name for way in ways)
    return Result(
        shape.name, dtype, names, tuple(sizes), tuple(counts), bench.samples, lengths, off
    )


def _effort(shape: Shape, lengths: dict[str, Lengths], way: Way, cell: Cell) -> float:
    size, length = cell.image_tokens, lengths[way.name]
    prefix = size + length.shared
    return work.asking(shape, size, prefix, length.own, cell.questions, shared=way.shares)


def check(bench: Bench, ways: Sequence[Way], size: int) -> dict[str, float]:
    """The largest difference in P(Yes) from plain passes, in a sample of the contents, by way.

    A way that shares the picture is asked all of them, so that its batches are full. Ways of one
    kind have one prompt, and so one oracle.
    """
    file, expected, off = bench.file(size), dict[type[Way], list[float]](), dict[str, float]()
    sample = [CONTENTS[place] for place in SAMPLED]
    for way in ways:
        asked = CONTENTS if way.shares else sample
        _, answers = bench.time(way, size, asked, file)
        found = [answers[place] for place in SAMPLED] if way.shares else answers
        if type(way) not in expected:
            expected[type(way)] = way.oracle(file, sample)
        pairs = zip(found, expected[type(way)], strict=True)
        off[way.name] = max(abs(one - other) for one, other in pairs)
    return off


def open_ways(checkpoint: Path, work_folder: Path, dtype: str, *, quick: bool = False) -> list[Way]:
    """All ways over the model in a folder, without a peer that is not installed.

    `quick` leaves out the peer in the precision that it takes by itself, if that is another one.
    """
    options = MllmOptions(dtype=dtype, encoder="none", detector="none")  # type: ignore[arg-type]
    backbone = load_backbone(str(checkpoint), options)
    ways: list[Way] = [OwnWay(name, backbone, options) for name in ("packed", "fork", "naive")]
    with opened_without_films():
        if not peers.missing():
            ways.append(peers.GlanceWay(checkpoint, work_folder, max(SIZES), dtype))
            if dtype != "float32" and not quick:
                ways.append(peers.GlanceInFloat32(checkpoint, work_folder, max(SIZES)))
        return [*ways, peers.DecisionWay(checkpoint, dtype)]


def table(result: Result) -> Iterator[str]:
    """The result in Markdown, a table for each size."""
    last, first = max(result.counts), min(result.counts)
    for size in result.sizes:
        heads = [f"{count} questions" for count in result.counts]
        yield f"\n{result.model}, {result.dtype}, {size} image tokens: median seconds (runs)\n"
        yield line("way", "tokens behind the picture", *heads, f"{last} over {first}", "max dP")
        yield line(*["---"] * (len(heads) + 4))
        for way in result.ways:
            times = [_time(result, way, Cell(size, count)) for count in result.counts]
            ratio = result.samples.ratio((way, Cell(size, last)), (way, Cell(size, first)))
            off = result.off.get((way, size))
            yield line(
                way,
                result.lengths[way].said,
                *times,
                "-" if ratio is None else f"{ratio:.2f}",
                "not checked" if off is None else f"{off:.0e}",
            )


def findings(result: Result) -> Iterator[str]:
    """The ratios that matter, for each size."""
    last, first = max(result.counts), min(result.counts)
    samples = result.samples
    for size in result.sizes:
        many, one = Cell(size, last), Cell(size, first)
        ratio = samples.ratio(("packed", many), ("packed", one))
        if ratio is not None:
            yield f"{size} image tokens: {last} questions packed cost {ratio:.2f} x one"
        for peer in PEERS:
            ahead = samples.ratio((peer, many), ("packed", many))
            if ahead is not None:
                yield f"{size} image tokens: {last} packed are {ahead:.2f} x faster than {peer}"


def _time(result: Result, way: str, cell: Cell) -> str:
    found = result.samples.median(way, cell)
    if found is not None:
        return f"{found:.2f} ({len(result.samples.of(way, cell))})"
    return f"not run, about {result.samples.skipped[way, cell]:.0f} s"


def budget_of(args: argparse.Namespace) -> Budget:
    """The time that the options leave."""
    if args.minutes:
        return Budget(whole=args.minutes * 60, single=30)
    return QUICK if args.quick else FULL


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the model, compare, and print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a run or two, within five minutes")
    parser.add_argument("--tiny", action="store_true", help="only to see that it runs: a toy model")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--minutes", type=float, help="for all; nothing that takes over 30 seconds")
    parser.add_argument("--dtype", choices=DTYPES, default=DTYPES[multiplies_bfloat16()])
    args = output.parse(parser, arguments)
    logging.disable_progress_bar()
    shape = TINY if args.tiny else SMALL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        checkpoint = folder / "model"
        save_checkpoint(shape, checkpoint)
        ways = open_ways(checkpoint, folder, args.dtype, quick=args.quick)
        result = compare(
            shape,
            ways,
            folder,
            dtype=args.dtype,
            checked=SIZES[:1] if args.quick else SIZES,
            budget=budget_of(args),
            runs=args.runs,
        )
    packages = PACKAGES if peers.missing() else (*PACKAGES, peers.GLANCE)
    print(f"{machine(packages)}, {torch.get_num_threads()} threads")
    print(*table(result), "", *findings(result), peers.missing(), sep="\n")
    output.write(list(result.rows()), args.json)


if __name__ == "__main__":
    main()
