"""How fast collections are judged, where the time goes, and whether the memory grows with them.

    python benchmarks/batch.py [--quick] [--only local ray mllm memory student] [--json FILE]

`local` and `ray` judge generated scenes by the embedded models, `mllm` a few pictures by a Qwen3-VL
of 250M with random weights. Every batch is a `cluejudge batch` of its own, and what is told of its
time is what its `summary.json` tells: from the first image to the last, without loading the models.
Outside is what is neither spent in the models nor waiting for an image to be decoded.

`memory` judges very many tiny images by the fake models, and reads the resident memory of the
driver and of its other processes as each part is written. `student` has a student trained on the
verdicts of `local` for each of some risks, and measures them against the judge.

With `--json` a file that is there keeps what is not measured now; with `--folder` the scenes stay.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import batch_memory, output
from benchmarks.batch_inputs import SEED, scenes
from benchmarks.batch_speed import Speed, cells, speed, table
from benchmarks.batches import batch
from benchmarks.roofline import line
from benchmarks.speed import machine
from cluejudge.embedded.session import processors

WORKERS = (1, 2)
RISKS = (0.01, 0.02, 0.05)
"""What share of what students call safe may be none to the judge."""


def local(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Scenes, the embedded models, this machine."""
    where = scenes(args.folder or folder, args.images)
    runs = [
        speed("embedded", "local", count, batch(where, folder / f"local-{count}", *_workers(count)))
        for count in WORKERS
    ]
    return {"local": _shown(runs)}


def ray(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Scenes, the embedded models, a Ray that is started here."""
    where = scenes(args.folder or folder, args.images)
    done = batch(where, folder / "ray", "--engine", "ray", *_workers(WORKERS[-1]))
    return {"ray": _shown([speed("embedded", "ray", WORKERS[-1], done)])}


def mllm(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """A few larger scenes, a model with random weights."""
    from transformers.utils import logging

    from benchmarks.checkpoint import save_checkpoint
    from benchmarks.shapes import SMALL, TINY

    logging.disable_progress_bar()
    shape = TINY if args.quick else SMALL
    save_checkpoint(shape, folder / "model")
    where = scenes(args.folder or folder, args.mllm_images, side=512)
    options = ["--model", str(folder / "model")]
    options += [part for pair in _MLLM.items() for part in ("--option", "=".join(pair))]
    runs = [
        speed(
            shape.name,
            "local",
            count,
            batch(where, folder / f"mllm-{count}", *options, *_workers(count)),
        )
        for count in WORKERS
    ]
    return {"mllm": _shown(runs)}


_MLLM = {"encoder": "none", "detector": "none", "reasoning": "none", "image_tokens": "256"}
"""Of the 250M model: its scorer alone, for with random weights it would reason about everything."""


def memory(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Very many tiny images, the fake models."""
    found = batch_memory.remembered(folder, args.rows, *_workers(WORKERS[-1]))
    print(f"{found.rows} rows, {found.per_s:.0f} a second", *batch_memory.table(found), sep="\n")
    return {"memory": asdict(found)}


def _workers(count: int) -> tuple[str, str]:
    return "--workers", str(count)


def _shown(runs: Sequence[Speed]) -> list[dict[str, Any]]:
    for run in runs:
        print(line(*cells(run)), flush=True)
    return [asdict(run) for run in runs]


def student(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Students of the judged scenes against the judge, on a fifth as many new ones."""
    from benchmarks import students

    run = folder / f"local-{WORKERS[-1]}"
    if not run.exists():
        batch(scenes(args.folder or folder, args.images), run, *_workers(WORKERS[-1]))
    made = {risk: folder / f"student-{risk}" for risk in RISKS}
    taught = [students.teach(run, path, risk) for risk, path in made.items()]
    fresh = scenes(args.folder or folder, max(args.images // 5, 1), seed=SEED + 1)
    ways = students.compare(fresh, made, folder, *_workers(WORKERS[-1]))
    print(f"taught by {taught[0].images} images in {taught[0].seconds:.0f} s")
    print(line("way", "images", "images a second", "times", "decided", "agreed", "false safe"))
    print(line(*["---"] * 7))
    for way in ways:
        rates = (f"{way.per_s:.1f}", f"{way.times:.1f}", f"{way.decided:.1%}", f"{way.agreed:.1%}")
        print(line(way.way, str(way.images), *rates, str(way.false_safe)), flush=True)
    return {
        "student": {
            "taught": [asdict(one) for one in taught],
            "ways": [asdict(way) for way in ways],
        }
    }


PIECES: Mapping[str, Callable[[argparse.Namespace, Path], dict[str, Any]]] = {
    "local": local,
    "ray": ray,
    "mllm": mllm,
    "memory": memory,
    "student": student,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for; print it, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", choices=PIECES, default=list(PIECES))
    parser.add_argument("--images", type=int, default=5_000, help="scenes for the embedded models")
    parser.add_argument("--mllm-images", type=int, default=24)
    parser.add_argument("--rows", type=int, default=100_000, help="tiny images, for the memory")
    parser.add_argument("--quick", action="store_true", help="few of all, to see that it runs")
    parser.add_argument("--folder", type=Path, help="for the scenes; else they are made anew")
    args = output.parse(parser, arguments)
    if args.quick:
        args.images, args.mllm_images, args.rows = 150, 2, 1_000
    print(f"{machine(('onnxruntime', 'pyarrow', 'ray'))}, {processors()} processors\n")
    report: dict[str, Any] = {}
    if args.json and args.json.exists():
        report = json.loads(args.json.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as name:
        for piece in args.only:
            report.update(PIECES[piece](args, Path(name)))
            output.write(report, args.json)
    print("", *table(report), sep="\n")


if __name__ == "__main__":
    main()
