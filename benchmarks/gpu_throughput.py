"""Pictures a second of an 8B-class Qwen3-VL on a GPU, and how near to the roofline that is.

    python benchmarks/gpu_throughput.py [--ways packed fork naive] [--json FILE]
    python benchmarks/gpu_throughput.py --estimate     # the arithmetic, without a GPU
    python benchmarks/gpu_throughput.py --tiny         # on the CPU, only to see that it runs

The model has the shape of Qwen3-VL-8B-Instruct and random weights in bfloat16, made on the device.
A batch of pictures goes through the judge's own models as a judge would send it: all questions
about all pictures, the questions about the masked pictures, then the reasonings. That is timed
from pictures in memory to answers, so it includes what the processor does to pictures on the CPU,
which is also told by itself. Roofline and mix are those of `roofline.py`; `of peak` counts the
operations only. naive and fork are held against the same least work as packed, for they answer the
same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from transformers import AutoModelForImageTextToText

from benchmarks import output
from benchmarks.checkpoint import config_of, make_processor
from benchmarks.contents import draw
from benchmarks.loads import Load, judged, lengths_of, preparing
from benchmarks.roofline import GPUS, Gpu, Mix, arithmetic, find_gpu, least_seconds, line, phases
from benchmarks.shapes import LARGE, TINY, Shape
from benchmarks.speed import machine
from benchmarks.ways import picture_in
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.models import make_kit
from cluejudge.mllm.options import MllmOptions
from cluejudge.mllm.prompting.template import default_words
from cluejudge.mllm.prompting.tokens import Prompts

WAYS = ("packed", "fork", "naive")
ESTIMATED = ("H100", "H200")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is measured; `batch_tokens` is the most that one pass may hold."""

    shape: Shape
    sizes: tuple[int, ...]
    counts: tuple[int, ...]
    words: int
    pictures: int
    batch_tokens: int

    @property
    def mixes(self) -> list[tuple[int, Mix]]:
        """Each size of picture with each number of questions."""
        cells = product(self.sizes, self.counts)
        return [(size, Mix(count, words=self.words)) for size, count in cells]


BIG = Setting(LARGE, (256, 1024), (10, 40), words=200, pictures=48, batch_tokens=65_536)
TOY = Setting(TINY, (64, 256), (4, 8), words=6, pictures=3, batch_tokens=2048)


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement, the median of its runs; shares are None where the GPU is not known."""

    model: str
    device: str
    way: str
    image_tokens: int
    questions: int
    pictures: int
    images_per_s: float
    median_s: float
    preparing_s: float
    teraflops: float
    of_peak: float | None
    of_roofline: float | None
    runs: int


def open_backbone(shape: Shape, device: str, folder: Path) -> Backbone:
    """A model of that shape whose random weights were never anywhere but on the device."""
    processor = make_processor()
    processor.save_pretrained(folder)
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    with torch.device(device):
        model = AutoModelForImageTextToText.from_config(config_of(shape, processor), dtype=dtype)
    model.requires_grad_(False)
    return Backbone(model.eval(), processor, processor.tokenizer, str(folder), "random")


def measured(
    setting: Setting, ways: Sequence[str], device: str, gpu: Gpu | None, runs: int
) -> Iterator[Row]:
    """A row for each size of picture, number of questions and way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        backbone = open_backbone(setting.shape, device, folder)
        for size, mix in setting.mixes:
            files = [draw(size, seed, folder) for seed in range(setting.pictures)]
            load = Load.of(size, [picture_in(file) for file in files], mix)
            for way in ways:
                yield measure(backbone, way, load, setting, gpu=gpu, runs=runs)


def measure(
    backbone: Backbone, way: str, load: Load, setting: Setting, *, gpu: Gpu | None, runs: int
) -> Row:
    """Time a load behind a run that warms up, and hold it against the roofline."""
    seconds, options = [], MllmOptions(max_batch_tokens=setting.batch_tokens)
    for _ in range(1 + runs):
        kit = make_kit(backbone, options)  # a new one, which has read no picture
        started = time.perf_counter()
        words = judged(kit, way, load)
        seconds.append(time.perf_counter() - started)
    one = median(seconds[1:]) / len(load.pictures)
    lengths = lengths_of(kit.prompts, load.image_tokens)
    parts = phases(setting.shape, load.mix(words), lengths, len(load.reasons))
    flops = sum(part.flops for part in parts)
    cuda = backbone.device.type == "cuda"
    return Row(
        model=setting.shape.name,
        device=torch.cuda.get_device_name() if cuda else backbone.device.type,
        way=way,
        image_tokens=load.image_tokens,
        questions=load.wanted.questions,
        pictures=len(load.pictures),
        images_per_s=1 / one,
        median_s=one,
        preparing_s=preparing(kit, load),
        teraflops=flops / 1e12,
        of_peak=flops / gpu.flops / one if gpu else None,
        of_roofline=least_seconds(parts, gpu) / one if gpu else None,
        runs=runs,
    )


def estimate(setting: Setting) -> Iterator[str]:
    """The arithmetic of the roofline for some GPUs, a table for each size and number."""
    processor = make_processor()
    prompts = Prompts(processor, processor.tokenizer, setting.shape.name, default_words())
    for size, mix in setting.mixes:
        lengths = lengths_of(prompts, size)
        parts = phases(setting.shape, mix, lengths, round(mix.reasonings * setting.pictures))
        yield (
            f"\n{setting.shape.name}, {size} image tokens, {mix.questions} questions, and "
            f"{mix.questions_again} about a masked picture; {setting.pictures} pictures at once; "
            f"{lengths.prefix} tokens before a question, {lengths.question:.0f} in it, "
            f"{lengths.explained:.0f} in one that wants a reasoning\n"
        )
        yield from arithmetic(parts, {name: GPUS[name] for name in ESTIMATED})


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows in Markdown."""
    heads = ("image tokens", "questions", "way", "images/s", "ms an image", "of it preparing")
    yield line(*heads, "TFLOP an image", "of peak", "of the roofline")
    yield line(*["---"] * (len(heads) + 3))
    for row in rows:
        yield line(
            str(row.image_tokens),
            str(row.questions),
            row.way,
            f"{row.images_per_s:.2f}",
            f"{1000 * row.median_s:.1f}",
            f"{1000 * row.preparing_s:.1f}",
            f"{row.teraflops:.3g}",
            *("-" if share is None else f"{share:.1%}" for share in (row.of_peak, row.of_roofline)),
        )


def this_gpu(peak: float | None, bandwidth: float | None) -> Gpu | None:
    """The GPU by its name, with a peak (TFLOP/s) and bandwidth (TB/s) as given; None if unknown."""
    known = find_gpu(torch.cuda.get_device_name()) if torch.cuda.is_available() else None
    flops = peak * 1e12 if peak else known and known.flops
    read = bandwidth * 1e12 if bandwidth else known and known.bytes
    return Gpu(flops, read) if flops and read else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, or print the estimate."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pictures", type=int, help="in one batch")
    parser.add_argument("--peak", type=float, help="of the GPU in bfloat16, TFLOP/s")
    parser.add_argument("--bandwidth", type=float, help="of its memory, TB/s")
    parser.add_argument("--estimate", action="store_true", help="only the arithmetic")
    parser.add_argument("--tiny", action="store_true", help="a toy model on the CPU")
    args = output.parse(parser, arguments)
    setting = TOY if args.tiny else BIG
    if args.pictures:
        setting = replace(setting, pictures=args.pictures)
    if args.estimate:
        print(*estimate(setting), sep="\n")
        return
    if not args.tiny and not torch.cuda.is_available():
        parser.error(
            "there is no GPU here: --estimate prints the arithmetic, --tiny tries the code"
        )
    device = "cpu" if args.tiny else "cuda"
    gpu = this_gpu(args.peak, args.bandwidth)
    rows = list(measured(setting, args.ways, device, gpu, args.runs))
    print(f"{rows[0].device}; {machine(('torch', 'transformers'))}", *table(rows), sep="\n")
    output.write([asdict(row) for row in rows], args.json)


if __name__ == "__main__":
    main()
