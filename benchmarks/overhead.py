"""What the judge itself costs: the share of a run that is spent outside the models.

    python benchmarks/overhead.py [--images 20] [--json FILE]

Outside is all but the calls of the models: reading, decoding and checking the file, the flow of the
decision, the memories, the verdict. Measured are the embedded models on scenes, and the scorer of a
Qwen3-VL of 250M with random weights (256 image tokens) on pictures of two sizes, PNG and JPEG, in
float32 and, where the processor multiplies it, in bfloat16, which is faster. All judge the whole
pictogram constitution, one picture after the other. A run before it fills the memories of rule
texts and priors. Decoding is what Pillow alone takes for the same files: the part of the time
outside that no judge can do without.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image as PILImage
from transformers.utils import logging

from benchmarks import output
from benchmarks.checkpoint import save_checkpoint
from benchmarks.contents import draw
from benchmarks.roofline import line
from benchmarks.shapes import CELL, SMALL, TINY, Shape
from benchmarks.speed import WARM, Stopwatch, files, machine, watched
from cluejudge import Judge
from cluejudge.mllm.cpu.capabilities import multiplies_bfloat16
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models

IMAGE_TOKENS = 256
DTYPES = ("float32", "bfloat16")
PICTURES = ((512, "PNG"), (2048, "PNG"), (2048, "JPEG"))


@dataclass(frozen=True, slots=True)
class Row:
    """Means over the pictures, in seconds; `share` is that of `outside_s`, with `decoding_s`."""

    models: str
    pictures: str
    images: int
    image_s: float
    outside_s: float
    decoding_s: float
    share: float


def measure(models: Models, pictures: str, images: Sequence[bytes]) -> Row:
    """Judge the images behind `WARM` others, and see what was spent outside the models."""
    watch = Stopwatch()
    judge = Judge("pictogram", model=watched(models, watch))
    for image in images[:WARM]:
        with watch.stage("judge"):
            judge.judge(image)
    watch.seconds.clear()
    for image in images[WARM:]:
        with watch.stage("judge"):
            verdict = judge.judge(image)
            assert verdict.views, verdict.reason
        with watch.stage("decoding"):
            PILImage.open(io.BytesIO(image)).load()
    count = len(images) - WARM
    means = {stage: seconds / count for stage, seconds in watch.seconds.items()}
    decoding = means.pop("decoding")
    whole, outside = sum(means.values()), means["judge"]
    return Row(models.name, pictures, count, whole, outside, decoding, outside / whole)


def mllm(folder: Path, dtype: str) -> Models:
    """The scorer of a model with random weights; it would reason about all it is asked."""
    options = {
        "dtype": dtype,
        "encoder": "none",
        "detector": "none",
        "reasoning": "none",
        "image_tokens": str(IMAGE_TOKENS),
    }
    return load_models(str(folder), options)


def drawn(count: int, side: int, kind: str, folder: Path) -> list[bytes]:
    """Files of square pictures, PNG or JPEG."""
    tokens = (side // CELL) ** 2
    return [_encoded(draw(tokens, seed, folder), kind) for seed in range(count)]


def _encoded(path: Path, kind: str) -> bytes:
    file = io.BytesIO()
    PILImage.open(path).save(file, kind, quality=90)  # PNG has no quality, and ignores it
    return file.getvalue()


def rows(shape: Shape, count: int) -> Iterator[Row]:
    """The embedded models, then the MLLM, on `count` pictures each."""
    yield measure(load_models("embedded"), "scenes, 256 x 256", files(count + WARM))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_checkpoint(shape, folder / "model")
        for dtype in DTYPES[: 1 + multiplies_bfloat16()]:
            models = replace(mllm(folder / "model", dtype), name=f"{shape.name}, {dtype}")
            for side, kind in PICTURES:
                images = drawn(count + WARM, side, kind, folder)
                yield measure(models, f"{side} x {side}, {kind}", images)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the shares, and write them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--tiny", action="store_true", help="only to see that it runs: a toy model")
    args = output.parse(parser, arguments)
    logging.disable_progress_bar()
    found = list(rows(TINY if args.tiny else SMALL, args.images))
    print(machine(("torch", "transformers", "onnxruntime")), "")
    head = ("models", "pictures", "images", "ms an image", "ms outside the models")
    print(line(*head, "ms decoding", "share outside"))
    print(line(*["---"] * 7))
    for row in found:
        times = [f"{1000 * each:.1f}" for each in (row.image_s, row.outside_s, row.decoding_s)]
        print(line(row.models, row.pictures, str(row.images), *times, f"{row.share:.1%}"))
    output.write([asdict(row) for row in found], args.json)


if __name__ == "__main__":
    main()
