"""`cluejudge batch`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cluejudge.cli.finite import Finite
from cluejudge.cli.models import first_option, model_options
from cluejudge.cli.settings import (
    budget_options,
    constitution_option,
    fail_on_option,
    settings_option,
)

FORMATS = ("auto", "folder", "files", "list", "parquet", "huggingface", "webdataset")

HELP = """Judge a whole collection, once.

INPUT is a folder, a glob, a text, CSV or JSONL list of paths, parquet, a Hugging Face dataset on
disk or webdataset tars; or a URL of one, such as s3://bucket/images/. The folder OUTPUT gets a row
for each image in part-*.parquet, a summary and a contact sheet. A run that was stopped, however it
was, goes on when the same command is given again.

Exit codes: 0 all were judged; 1 some are errors, or too many; 2 wrong usage, or an OUTPUT that
holds another run; 3 --fail-on found what it looked for, which goes before 1; 130 interrupted.
"""


@click.command(help=HELP)
@click.argument("where", metavar="INPUT")
@click.argument("output", type=click.Path(path_type=Path), metavar="OUTPUT")
@constitution_option("A compiled constitution, or the name of a built-in one.", "pictogram")
@model_options
@first_option
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Judge in this process, or by actors of a Ray cluster.",
)
@click.option(
    "--shards",
    type=click.IntRange(1),
    metavar="N",
    help="Parts to write; by default by the number of images.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    metavar="N",
    help="Processes that read and decode.",
)
@click.option(
    "--in-flight",
    type=click.IntRange(1),
    default=16,
    show_default=True,
    metavar="N",
    help="Images judged at a time, their questions merged.",
)
@click.option(
    "--retries",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    metavar="N",
    help="More tries of an image that a model failed on.",
)
@click.option(
    "--max-error-rate",
    type=Finite(0, 1),
    default=1.0,
    show_default=True,
    metavar="R",
    help="Stop when more than this share of the images are errors, from 100 on.",
)
@click.option("--retry-errors", is_flag=True, help="Judge images anew that are errors.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="auto",
    show_default=True,
    help="What INPUT is.",
)
@click.option("--image-column", metavar="C", default="", help="Column of the images, or of paths.")
@click.option("--id-column", metavar="C", default="", help="Column of the ids.")
@click.option(
    "--carry",
    multiple=True,
    metavar="C",
    help="Column to carry over, NEW=OLD under another name, * for all; may be repeated.",
)
@click.option(
    "--storage",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the file system that INPUT is on; may be repeated.",
)
@click.option(
    "--every",
    type=Finite(0, min_open=True),
    default=0.5,
    show_default=True,
    metavar="S",
    help="Seconds from frame to frame of a video or an animation.",
)
@click.option(
    "--max-frames",
    type=click.IntRange(2),
    default=32,
    show_default=True,
    metavar="N",
    help="Frames of a video or an animation, at most.",
)
@fail_on_option
@click.option(
    "--contact",
    type=click.IntRange(0),
    default=400,
    show_default=True,
    metavar="N",
    help="Images on the contact sheet, at most; 0 writes none.",
)
@settings_option
@budget_options
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="ray: the cluster, or auto; by default RAY_ADDRESS, or one started here.",
)
@click.option("--actors", type=click.IntRange(1), metavar="N", help="ray: actors that judge.")
@click.option("--gpus-per-actor", type=Finite(0), metavar="X", help="ray: GPUs of each actor.")
@click.option(
    "--cpus-per-actor",
    type=Finite(0),
    metavar="X",
    help="ray: processors of each actor.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def batch(*, as_json: bool, fail_on: tuple[str, ...], **asked: Any) -> int:
    """Judge a collection and return the exit code."""
    from cluejudge.cli.batching import finish, run
    from cluejudge.cli.judge import exit_code

    found = run(**asked)
    finish(found, asked["output"], as_json=as_json)
    return exit_code(found.summary.outcomes, fail_on)
