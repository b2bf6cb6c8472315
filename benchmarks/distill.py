"""A student and the judge that taught it side by side: milliseconds an image, and what they say.

    python benchmarks/distill.py STUDENT [--images 500] [--model embedded] [--json FILE]

STUDENT is the folder of a student of the pictogram constitution, made by `cluejudge distill`. The
judge, the student alone and the student before the judge are given the same fresh scenes in turns,
a chunk each, so that whatever else runs on the machine slows all of them alike: from bytes to
verdicts, each with models of its own, and told are medians over the chunks. `benchmarks/batch.py`
has whole batches instead.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image

from benchmarks import output
from benchmarks.roofline import line
from benchmarks.speed import machine
from benchmarks.students import against
from cluejudge import Judge
from cluejudge.errors import CluejudgeWarning
from cluejudge.scenes.dataset import make_scenes
from cluejudge.verdict import Outcome

CHUNK = 20
SEED = 1009


@dataclass(frozen=True, slots=True)
class Row:
    """One way: milliseconds an image, how much faster than the judge, and how far they agree."""

    way: str
    images: int
    ms: float
    times: float
    decided: float
    agreed: float
    false_safe: int


@dataclass(slots=True)
class Told:
    """What one way said of each image, and its milliseconds an image in each chunk."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)


def judges(model: str, student: Path) -> dict[str, Judge]:
    """Each way to judge. What students doubt has been told when they were made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CluejudgeWarning)
        return {
            "judge": Judge(model=model),
            "student": Judge(model=str(student)),
            "student first": Judge(model=model, first=student),
        }


def measure(ways: dict[str, Judge], images: Sequence[bytes], chunk: int = CHUNK) -> list[Row]:
    """All ways on all images, in turns; the first chunk only fills the memories."""
    told = {way: Told() for way in ways}
    for start in range(0, len(images), chunk):
        some = images[start : start + chunk]
        for way, judge in ways.items():
            began = time.perf_counter()
            verdicts = list(judge.judge_many(some))
            told[way].ms.append(1000 * (time.perf_counter() - began) / len(some))
            named = ((f"{start + at}", one.outcome) for at, one in enumerate(verdicts))
            told[way].outcomes.update(named)
    ms = {way: median(one.ms[1:] or one.ms) for way, one in told.items()}
    return [_row(way, told, ms) for way in ways]


def _row(way: str, told: dict[str, Told], ms: dict[str, float]) -> Row:
    times = ms["judge"] / ms[way]
    found = against(way, told["judge"].outcomes, told[way].outcomes, 1000 / ms[way], times)
    return Row(way, found.images, ms[way], times, found.decided, found.agreed, found.false_safe)


def scenes(count: int) -> list[bytes]:
    """PNG files of scenes of the test split."""
    return [_png(picture) for picture, _ in make_scenes(count, SEED)]


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the rows, and write them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("student", type=Path)
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--model", default="embedded")
    args = output.parse(parser, arguments)
    found = measure(judges(args.model, args.student), scenes(args.images))
    print(machine(("onnxruntime",)), "")
    print(line("way", "images", "ms an image", "times", "decided", "agreed", "false safe"))
    print(line(*["---"] * 7))
    for row in found:
        rates = (f"{row.ms:.1f}", f"{row.times:.1f}", f"{row.decided:.1%}", f"{row.agreed:.1%}")
        print(line(row.way, str(row.images), *rates, str(row.false_safe)))
    output.write([asdict(row) for row in found], args.json)


if __name__ == "__main__":
    main()
