"""`cluejudge serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cluejudge.cli.finite import Finite
from cluejudge.cli.models import first_option, model_options
from cluejudge.cli.records import db_option
from cluejudge.cli.settings import settings_option

HELP = """Serve judging over HTTP and the review page, with every decision on record.

Without any option: the embedded model, the built-in constitution, the file cluejudge.db in the
working folder, and only this machine may ask, without a key. For any other address a key is needed
first: `cluejudge keys add`.

Ctrl-C or SIGTERM ends it: what was taken on is finished and recorded.
"""


@click.command(help=HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@db_option
@model_options
@first_option
@click.option(
    "-c",
    "--constitution",
    metavar="FILE|NAME",
    help="A compiled constitution for requests that name none; a file becomes its active version. "
    "By default the active pictogram.",
)
@settings_option
@click.option("--keep-images", metavar="WHERE", help="Keep images in this folder, or s3://BUCKET.")
@click.option("--keep-days", type=click.IntRange(1), default=30, show_default=True)
@click.option("--allow-urls", "urls", is_flag=True, help="Fetch images from https URLs.")
@click.option(
    "--in-flight", type=click.IntRange(1), default=32, show_default=True, help="Images at a time."
)
@click.option(
    "--queue", type=click.IntRange(0), default=256, show_default=True, help="Images that may wait."
)
@click.option(
    "--deadline",
    "deadline_s",
    type=Finite(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds for a request.",
)
@click.option(
    "--max-body", type=click.IntRange(1), default=64, show_default=True, help="MiB of a request."
)
@click.option(
    "--max-images", type=click.IntRange(1), default=32, show_default=True, help="Of a request."
)
@click.option(
    "--per-minute", type=click.IntRange(1), help="Requests of a key that has no limit of its own."
)
@click.option(
    "--moderation-map",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    metavar="FILE",
    help="YAML: for each rule the categories of /v1/moderations.",
)
@click.option(
    "--moderation-unsure",
    type=click.Choice(["flag", "error"]),
    default="flag",
    show_default=True,
    help="What /v1/moderations makes of an image that was not decided.",
)
@click.option(
    "--sample",
    type=Finite(0, 1),
    default=0.02,
    show_default=True,
    help="Share of the safe ones that come up for review.",
)
def serve(**given: Any) -> int:
    """Serve until told to stop."""
    from importlib import import_module

    import_module("cluejudge.service")  # says what to install where something is missing
    from cluejudge.cli.serving import Given, run

    return run(Given(**given))
