"""`cluejudge scenes`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from cluejudge.cli import exits


@click.command(
    help="Write pictogram scenes to the folder OUT, with labels that are exact by construction."
)
@click.argument("out", type=click.Path(file_okay=False, path_type=Path), metavar="OUT")
@click.option("--count", type=click.IntRange(min=1), default=70, show_default=True, metavar="N")
@click.option("--seed", type=int, default=0, show_default=True, metavar="S")
@click.option(
    "--split",
    default="test",
    show_default=True,
    metavar="SPLIT",
    help="train, val or test: no scene is in two of them.",
)
@click.option(
    "--style",
    metavar="STYLE",
    help="One style of drawing; openmoji is the held-out one. Without it, the trained ones mixed.",
)
@click.option("--rule", metavar="ID", help="Make scenes for this rule only, not for all evenly.")
@click.option(
    "--kind",
    metavar="KIND",
    help="violating, borderline, clean or free. Without it, 40%, 40%, 20% and none.",
)
@click.option("--side", type=int, default=256, show_default=True, metavar="PIXELS")
@click.option("--force", is_flag=True, help="Replace the scenes of an earlier run in OUT.")
def scenes(
    *,
    out: Path,
    count: int,
    seed: int,
    split: str,
    style: str | None,
    rule: str | None,
    kind: str | None,
    side: int,
    force: bool,
) -> int:
    """Write scenes, and tell what they are."""
    import os
    import sys

    from cluejudge.cli.progress import progress
    from cluejudge.cli.terminal import Terminal
    from cluejudge.scenes.dataset import make_scenes
    from cluejudge.scenes.files import write_scenes

    drawn = make_scenes(count, seed, split=split, style=style, rule=rule, kind=kind, side=side)
    kinds: Counter[str] = Counter()
    violated: Counter[str] = Counter()
    with progress(count, Terminal(sys.stderr, os.environ)) as report:
        for label in write_scenes(out, drawn, force=force):
            kinds[label.intent] += 1
            violated.update(label.violated)
            if report is not None:
                report(kinds.total(), count)
    click.echo(_summary(out, kinds, violated), err=True)
    return exits.OK


def _summary(out: Path, kinds: Mapping[str, int], violated: Mapping[str, int]) -> str:
    """How many scenes were made for what, and how many violate each rule."""
    made = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    lines = [f"Wrote {sum(kinds.values())} scenes and labels.jsonl to {out}: {made}"]
    width = max(map(len, violated), default=0)
    lines += [f"  {rule:<{width}} {violated[rule]:>6} violated" for rule in sorted(violated)]
    return "\n".join(lines)
