"""`cluejudge distill`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from cluejudge.cli import exits
from cluejudge.cli.finite import Finite

HELP = """Make a small student of the verdicts of a batch.

RUN is the folder of a `cluejudge batch`. Its images are read again, and for each rule a calibrated
head is trained on what an encoder sees of them. The student decides only where held-out verdicts
prove that it agrees with the judge, and is unsure of all else. Use it as `--model STUDENT` alone,
or as `--first STUDENT`, where the judge is asked what it is unsure of.

Exit codes: 0 made; 1 it failed; 2 wrong usage, or a RUN that nothing can be learnt from.
"""


@click.command(help=HELP)
@click.argument("run", type=click.Path(file_okay=False, path_type=Path), metavar="RUN")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="STUDENT",
    help="The folder of the student; one that is there is replaced.",
)
@click.option(
    "--encoder",
    metavar="SPEC",
    help="What looks: embedded, or a CLIP or SigLIP by ORG/NAME or folder. By default the encoder "
    "of the model of RUN.",
)
@click.option(
    "--risk",
    type=Finite(0, 1, min_open=True, max_open=True),
    default=0.01,
    show_default=True,
    help="Of what it clears, for each rule and for whole images, the most that the judge did not.",
)
@click.option(
    "--alarm-risk",
    type=Finite(0, 1, min_open=True, max_open=True),
    help="Of what it calls violated, the most that the judge did not find so. By default --risk.",
)
@click.option(
    "--missed",
    type=Finite(0, 1, min_open=True, max_open=True),
    default=0.1,
    show_default=True,
    help="Of the judge's violations of a rule, the most that it may clear.",
)
@click.option(
    "--min-violations",
    type=click.IntRange(2),
    default=10,
    show_default=True,
    metavar="N",
    help="Violations that it takes to learn a rule; it is unsure of rules with fewer.",
)
@click.option(
    "--clear-rare",
    is_flag=True,
    help="Clear rules with too few violations, where so few images violate them that --risk "
    "allows it. Every verdict then says so.",
)
@click.option(
    "--images",
    type=click.IntRange(100),
    default=200_000,
    show_default=True,
    metavar="N",
    help="Learn from at most about N images.",
)
@click.option("--input", "where", metavar="INPUT", help="Where the images are now, if moved.")
@click.option(
    "--storage",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the file system that the images are on; may be repeated.",
)
@click.option(
    "--workers", type=click.IntRange(1), default=2, show_default=True, help="Decoding processes."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def distill(*, as_json: bool, **asked: Any) -> int:
    """Make a student, and tell how far it agrees with the judge."""
    from cluejudge.cli.distilling import made, told, warned
    from cluejudge.cli.terminal import Terminal

    report = made(**asked)
    if as_json:
        click.echo(report.model_dump_json(indent=2))
    else:
        Terminal(sys.stdout, os.environ).show(told(report))
    for warning in warned(report, asked["out"]):
        click.echo(warning, err=True)
    return exits.OK
