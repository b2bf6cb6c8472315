"""The work behind `cluejudge batch`: from a command line to a run, and what is told of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluejudge.batch.plan import InputFormat, InputSpec, Pace, Plan
from cluejudge.batch.run import Finished, run_batch
from cluejudge.builtin import find_constitution
from cluejudge.cli.models import read_key, read_options
from cluejudge.cli.options import parse_settings
from cluejudge.cli.watching import watching
from cluejudge.errors import UsageError
from cluejudge.models.registry import resolved
from cluejudge.pairs import gathered
from cluejudge.settings import Budget, Sampling

if TYPE_CHECKING:
    from cluejudge.batch.engines.base import Engine

RAY = ("address", "actors", "gpus_per_actor", "cpus_per_actor")
RAY_ADDRESS = "RAY_ADDRESS"


def run(*, engine: str, **asked: Any) -> Finished:
    """The run that a command line asks for; what it gets wrong is told before any work."""
    plan = plan_of(**asked)
    pace = Pace(
        workers=asked["workers"],
        in_flight=asked["in_flight"],
        ahead=2 * asked["in_flight"],
        retries=asked["retries"],
        max_error_rate=asked["max_error_rate"],
        retry_errors=asked["retry_errors"],
        contact=asked["contact"],
    )
    with watching() as watch:
        judging = _engine(engine, pace, {name: asked[name] for name in RAY})
        try:
            return run_batch(plan, pace, judging, watch)
        finally:
            judging.close()


def plan_of(
    *,
    where: str,
    output: Path,
    constitution: str,
    model: str,
    options: tuple[str, ...],
    first: Path | None,
    shards: int | None,
    form: str,
    image_column: str,
    id_column: str,
    carry: tuple[str, ...],
    storage: tuple[str, ...],
    every: float,
    max_frames: int,
    pairs: tuple[str, ...],
    budget_asks: int | None,
    budget_tokens: int | None,
    budget_seconds: float | None,
    **_: Any,
) -> Plan:
    """All that rows depend on, as a command line says it."""
    resolved(model)
    settings = parse_settings(pairs)
    return Plan(
        input=InputSpec(
            where=where,
            format=InputFormat(form),
            image=image_column,
            id=id_column,
            carry=carry,
            storage=gathered(storage, "--storage"),
        ),
        output=output,
        constitution=find_constitution(constitution),
        model=model,
        options=read_options(model, options),
        first=str(first or ""),
        thresholds=settings.thresholds,
        method=settings.method,
        budget=Budget(asks=budget_asks, reasoning_tokens=budget_tokens, seconds=budget_seconds),
        limits=settings.limits,
        sampling=Sampling(every=every, max_frames=max_frames),
        shards=shards,
    )


def finish(found: Finished, output: Path, *, as_json: bool) -> None:
    """Prints the summary, and says where the rest is."""
    from cluejudge.batch.contact.writing import NAME
    from cluejudge.cli import batch_table
    from cluejudge.cli.terminal import Terminal

    if as_json:
        click.echo(found.summary.model_dump_json(indent=2))
    else:
        Terminal(sys.stdout, os.environ).show(batch_table.summary(found.summary))
    if not found.judged:
        click.echo("There was nothing to judge: all images are judged.", err=True)
    if found.passed_over:
        many = found.passed_over > 1
        files = f"{found.passed_over} files are no images" if many else "1 file is no image"
        files += ", or hidden"
        click.echo(f"Passed over: {files}", err=True)
    if (output / NAME).exists():
        click.echo(f"Contact sheet: {output / NAME}", err=True)


def _engine(name: str, pace: Pace, ray: dict[str, Any]) -> Engine:
    if name == "local":
        if given := [option for option, value in ray.items() if value is not None]:
            said = given[0].replace("_", "-")
            raise UsageError(f"--{said} is for Ray", hint="add --engine ray, or leave it out")
        from cluejudge.batch.engines.local import LocalEngine

        return LocalEngine(read_key())
    from cluejudge.batch.engines.ray import RayEngine

    return RayEngine(
        address=ray["address"] or os.environ.get(RAY_ADDRESS),
        actors=ray["actors"],
        gpus_per_actor=ray["gpus_per_actor"] or 0.0,
        cpus_per_actor=ray["cpus_per_actor"],
        workers=pace.workers,
        key=read_key(),
    )
