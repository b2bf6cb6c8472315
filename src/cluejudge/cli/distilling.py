"""The work behind `cluejudge distill`: from a command line to a student, and what is told of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cluejudge.batch.folder import RunFolder
from cluejudge.cli.progress import progress
from cluejudge.cli.terminal import Terminal
from cluejudge.distill.report import Agreement, DistillReport, ImageReport, RuleReport
from cluejudge.distill.run import distill
from cluejudge.distill.settings import DistillSettings
from cluejudge.errors import UsageError
from cluejudge.pairs import gathered
from cluejudge.report.words import one_line
from cluejudge.student.card import HeadKind

_NAMED = 6
_COLUMNS = (
    "violations",
    "AUROC",
    "clears up to",
    "violated from",
    "decides",
    "agrees with the judge",
    "false clears",
    "false alarms",
)


def made(
    *,
    run: Path,
    out: Path,
    encoder: str | None,
    where: str | None,
    storage: tuple[str, ...],
    workers: int,
    **chosen: Any,
) -> DistillReport:
    """Makes the student that a command line asks for; what it gets wrong is told before any work.

    `chosen` are settings; an `alarm_risk` of None is the risk.
    """
    if out.resolve() == run.resolve():
        raise UsageError("the student would lie in the run", hint="name a folder of its own")
    if chosen["alarm_risk"] is None:
        chosen["alarm_risk"] = chosen["risk"]
    settings = DistillSettings(**chosen)
    total = min(settings.images, RunFolder(run).read().count)
    with progress(total, Terminal(sys.stderr, os.environ)) as advance:
        return distill(
            run,
            out,
            encoder=encoder,
            where=where,
            settings=settings,
            storage=gathered(storage, "--storage"),
            workers=workers,
            told=advance,
        )


def told(report: DistillReport) -> RenderableType:
    """The report as a table of the rules, and what it comes to for whole images."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("rule", no_wrap=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right", overflow="fold")
    for rule in report.rules:
        table.add_row(one_line(rule.rule_id), *_cells(rule))
    return Group(table, Text(), *(Text(line) for line in _lines(report)))


def warned(report: DistillReport, folder: Path) -> Iterator[str]:
    """What whoever made the student must know, and what to do about it."""
    never = [rule for rule in report.rules if rule.low is None]
    if never:
        names = ", ".join(one_line(rule.rule_id) for rule in never[:_NAMED])
        more = f" and {len(never) - _NAMED} more" if len(never) > _NAMED else ""
        yield (
            f"Warning: the student never clears {len(never)} of {len(report.rules)} rules: {names}"
            f"{more}. So it calls no image safe: alone it abstains, and before a judge it passes "
            "on all but violations."
        )
        for rule in never[:_NAMED]:
            yield f"  {one_line(rule.rule_id)}: {one_line(rule.reason)}"
        yield (
            "  What helps: more images in the batch, above all such that violate these rules; a "
            "larger --risk; --clear-rare for rules that hardly any image violates."
        )
    rare = [one_line(rule.rule_id) for rule in report.rules if rule.kind is HeadKind.RARE]
    if rare:
        yield (
            f"Warning: {', '.join(rare)}: cleared unseen, as violations were rare. Every verdict "
            "of the student says so."
        )
    yield f"Student: {one_line(str(folder))}"


def _cells(rule: RuleReport) -> Iterator[str]:
    yield f"{rule.violated + rule.test_violated}"
    yield "-" if rule.auroc is None else f"{rule.auroc:.3f}"
    yield "never" if rule.low is None else f"{rule.low:.2g}"
    yield "never" if rule.high is None else f"{rule.high:.2g}"
    yield f"{rule.decided:.1%}"
    yield _share(rule.agreement)
    yield f"{rule.false_clears} of {rule.cleared}"
    yield f"{rule.false_alarms} of {rule.called_violated}"


def _lines(report: DistillReport) -> Iterator[str]:
    parts = ", ".join(f"{count} {name}" for name, count in report.pictures.items())
    yield f"{report.rows} rows; pictures: {parts}"
    if report.left_out:
        yield "left out: " + ", ".join(f"{n} {why}" for why, n in report.left_out.items())
    yield f"unlike what it has learnt of: {report.strangers:.1%} of the test pictures"
    yield from _whole(report.images)


def _whole(images: ImageReport) -> Iterator[str]:
    yield (
        f"Of {images.images} test images ({images.judged_unsafe} unsafe to the judge) it decides "
        f"{images.decided:.1%}, and agrees on {_share(images.agreement)} of these."
    )
    yield (
        f"It calls {images.called_safe} safe, of which {images.false_safe.right} were not to the "
        f"judge ({_share(images.false_safe)}; {images.unsafe_called_safe} unsafe), and "
        f"{images.called_unsafe} unsafe, of which {images.false_unsafe} were not."
    )
    cascade = _share(images.cascade)
    yield f"With the judge behind it {cascade} of all come out as by the judge alone."


def _share(found: Agreement) -> str:
    if found.share is None:
        return "-"
    return f"{found.share:.1%} [{found.least:.1%}-{found.most:.1%}]"
