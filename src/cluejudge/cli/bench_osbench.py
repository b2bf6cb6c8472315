"""`cluejudge bench make-osbench`: prompts, images and a filter, one stage at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluejudge.cli import exits
from cluejudge.cli.models import read_key, read_options
from cluejudge.cli.progress import progress
from cluejudge.errors import UsageError

if TYPE_CHECKING:
    from cluejudge.bench.suites.osbench.draw import Drawn
    from cluejudge.bench.suites.osbench.sift import Sifted

CONSTITUTION = "os-bench"
STAGES = ("prompts", "images", "filter")
OF_STAGE = {
    "prompts": ("writer", "variants", "topics", "seeds", "options"),
    "images": ("image_model", "steps", "seed", "device"),
    "filter": ("model", "decisions", "options"),
}
SAID = {"image_model": "--image-model", "options": "--option"}

HELP = """Make a benchmark after the recipe of OS Bench, in the folder --out, stage by stage.

\b
prompts   the package's seed prompts, and with --writer variants of each
images    an image for each prompt, by a text-to-image model of diffusers
filter    by hand: writes decisions.csv to fill in, then reads it with --decisions;
          or by a second --model that keeps what shows what it should

Every stage goes on where it was stopped. Then judge it: cluejudge bench run osbench:DIR. The
pictures show nudity, injuries and death; they are for testing moderation.

Exit codes: 0 done; 1 some prompts were not written, or some images not answered; 2 wrong usage.
"""


@click.command(name="make-osbench", help=HELP)
@click.option("--stage", type=click.Choice(STAGES), required=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="The folder of the benchmark; made if it is not there.",
)
@click.option(
    "-w", "--writer", metavar="SPEC", help="prompts: the language model that varies seeds."
)
@click.option(
    "--variants", type=click.IntRange(0, 99), help="prompts: of each seed; 11 if not given."
)
@click.option("--topics", metavar="RULE,...", help="prompts: of these topics only.")
@click.option(
    "--seeds",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="prompts: a file of seeds in the place of the package's.",
)
@click.option("--image-model", metavar="ID", help="images: a diffusers model, ORG/NAME or folder.")
@click.option("--steps", type=click.IntRange(1), help="images: inference steps; 30 if not given.")
@click.option("--seed", type=click.IntRange(0), help="images: of the whole set; 0 if not given.")
@click.option("--device", help="images: such as cuda or cpu; by default a GPU if there is one.")
@click.option(
    "--decisions",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="filter: the list that a person has filled in.",
)
@click.option("-m", "--model", metavar="SPEC", help="filter: the models that look at the images.")
@click.option(
    "-o",
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the writer or of the model; may be repeated.",
)
def make_osbench(*, stage: str, out: Path, **given: Any) -> int:
    """Run one stage and return the exit code."""
    from cluejudge.claim import Claim

    for name, value in given.items():
        if value not in (None, ()) and name not in OF_STAGE[stage]:
            said = SAID.get(name, f"--{name}")
            raise UsageError(f"{said} does not go with --stage {stage}")
    stages: dict[str, Callable[..., int]] = {
        "prompts": write_prompts,
        "images": draw_images,
        "filter": filter_images,
    }
    out.mkdir(parents=True, exist_ok=True)
    with Claim(out):
        return stages[stage](out, **{name: given[name] for name in OF_STAGE[stage]})


def write_prompts(
    out: Path,
    *,
    writer: str | None,
    variants: int | None,
    topics: str | None,
    seeds: Path | None,
    options: tuple[str, ...],
) -> int:
    """Write the prompts that are not there."""
    from cluejudge.bench.suites.osbench.expand import make_prompts
    from cluejudge.bench.suites.osbench.seeds import FILE, load_seeds, rules_of
    from cluejudge.builtin import find_constitution
    from cluejudge.cli.compiling import model_name
    from cluejudge.models.registry import load_writer

    if not writer and (variants or options):
        raise UsageError("variants are written by a model", hint="name one with --writer")
    listed = [name for name in (topics or "").split(",") if name]
    loaded = load_seeds(seeds or FILE)
    rules = rules_of(loaded.each(listed), find_constitution(CONSTITUTION))
    model = load_writer(writer, read_options(writer, options), read_key()) if writer else None
    failed: list[str] = []
    made, there = make_prompts(
        out,
        loaded,
        listed,
        rules,
        variants=11 if variants is None else variants,
        writer=model,
        name=model_name(writer or ""),
        told=failed.append,
    )
    click.echo(f"{made} new prompts, {there} were there.", err=True)
    return _failures(failed, "not written; the same command asks again")


def draw_images(
    out: Path,
    *,
    image_model: str | None,
    steps: int | None,
    seed: int | None,
    device: str | None,
) -> int:
    """Draw the images that are not there."""
    from cluejudge.bench.suites.osbench.draw import draw, load_drawer, prompts_of

    if not image_model:
        raise UsageError("images are drawn by a model", hint="name one with --image-model")
    total = len(prompts_of(out))
    drawer = load_drawer(image_model, device=device or "", steps=steps or 30)
    with progress(total, None) as advance:
        drawn = draw(out, drawer, seed=seed or 0, progress=advance)
    _tell_drawn(drawn)
    return exits.OK


def filter_images(
    out: Path, *, model: str | None, decisions: Path | None, options: tuple[str, ...]
) -> int:
    """Write the list for people, read it, or have a model decide."""
    from cluejudge.bench.suites.osbench.decisions import apply_list, write_list
    from cluejudge.builtin import find_constitution

    if model and decisions:
        raise UsageError("--model and --decisions are two filters", hint="run one after the other")
    if options and not model:
        raise UsageError("--option goes with --model", hint="name the model, too")
    if model:
        return _sift(out, model, options)
    if decisions is None:
        path = write_list(out)
        click.echo(f"Wrote {path}. Fill in the column decision, then give it with --decisions.")
        return exits.OK
    rules = [rule.id for rule in find_constitution(CONSTITUTION).rules]
    done = apply_list(out, decisions, rules)
    click.echo(
        f"{done.kept} kept ({done.relabelled} of them relabelled), {done.dropped} dropped, "
        f"{done.undecided} undecided.",
        err=True,
    )
    return exits.OK


def _sift(out: Path, model: str, options: tuple[str, ...]) -> int:
    from cluejudge.bench.suites.osbench.decisions import manifest
    from cluejudge.bench.suites.osbench.sift import sift
    from cluejudge.builtin import find_constitution
    from cluejudge.models.registry import load_models

    total = len(manifest(out))
    models = load_models(model, read_options(model, options), read_key())
    with progress(total, None) as advance:
        done: Sifted = sift(out, models, find_constitution(CONSTITUTION), progress=advance)
    click.echo(f"{done.kept} kept, {done.dropped} dropped by {models.name}.", err=True)
    return _failures(done.failed, "undecided")


def _failures(failed: list[str] | tuple[str, ...], what: str) -> int:
    for line in failed:
        click.echo(f"Warning: {line}", err=True)
    if failed:
        click.echo(f"Error: {len(failed)} {what}.", err=True)
    return exits.FAILED if failed else exits.OK


def _tell_drawn(drawn: Drawn) -> None:
    click.echo(f"{drawn.made} new images, {drawn.kept} were there.", err=True)
    if drawn.withheld:
        click.echo(
            f"Warning: the model withheld {drawn.withheld} images by a safety checker of its own",
            err=True,
        )
