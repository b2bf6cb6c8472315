"""Sections on the scores behind the verdicts: what they separate, and what they cost."""

from __future__ import annotations

from cluejudge.bench.metrics.atoms import seen
from cluejudge.bench.report import charts, densities, paper
from cluejudge.bench.report.blocks import Block, Section, Table
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.values import (
    brief,
    count,
    decimal,
    find,
    parts,
    percent,
    real,
    rows,
    score,
)


def distributions(run: Run) -> Section | None:
    """The scores of single contents without the image, with it, and debiased."""
    atoms = find(run.methods, run.main, "atoms")
    chart = densities.pooled(parts(atoms, "histograms"), anchor="plot-scores")
    if chart is None:
        return None
    told = list(seen(run.judged(run.main)))
    drawn = (
        densities.by_content(told, anchor="plot-contents"),
        chart,
        densities.differences(told, anchor="plot-region"),
    )
    blocks: tuple[Block, ...] = (
        "What the model says of single contents that the suite tells of: before the image is "
        "shown (the language prior), with it, with the prior taken out, and, where the region test "
        f"was made, without the region. {paper.CURVES}",
        *(each for each in drawn if each is not None),
        _told_apart(atoms),
        *_stages(find(run.methods, run.main, "stages")),
    )
    return Section("scores", f"Scores of single contents, {run.main}", blocks)


def _told_apart(atoms: object) -> Table:
    pooled, mean = find(atoms, "pooled"), find(atoms, "mean")
    rows_ = [
        ("AUROC over all contents", "auroc", pooled),
        ("AUROC, mean over contents", "auroc", mean),
        ("average precision over all contents", "average_precision", pooled),
    ]
    return Table(
        "How well the scores tell visible contents from others",
        ("measured", "with the image", "debiased"),
        tuple(
            (
                title,
                decimal(real(data, f"{name}_image")),
                decimal(real(data, f"{name}_debiased")),
            )
            for title, name, data in rows_
        ),
        (
            f"{count(pooled, 'n')} pairs of an image and a content, {count(pooled, 'visible')} of "
            f"them visible; {percent(real(pooled, 'right'))} of the answers given are right. For "
            "one content the prior is one number, so that taking it out changes what is pooled "
            "only.",
        ),
    )


def _stages(data: object) -> tuple[Table, ...]:
    found = parts(data)
    if not found:
        return ()
    table = Table(
        "What decided the contents",
        ("stage", "contents", "share", "right"),
        tuple(
            (
                stage.replace("_", " "),
                count(each, "atoms"),
                percent(real(each, "share")),
                percent(real(each, "right")),
            )
            for stage, each in found.items()
        ),
        ("Right: of the answers of that stage that the suite tells of.",),
    )
    return (table,)


def calibration(run: Run) -> Section | None:
    """Whether a score can be read as a probability."""
    methods = {name: each for name, each in run.methods.items() if real(each, "ece") is not None}
    if not methods:
        return None
    table = Table(
        "Calibration of the scores",
        ("method", "images with a score", "ECE", "ECE, equal mass", "Brier", "Brier of base rate"),
        tuple(
            (
                name,
                count(each, "scored"),
                decimal(real(each, "ece")),
                decimal(real(each, "ece_equal_mass")),
                score(each, "brier"),
                decimal(real(each, "brier_of_base_rate")),
            )
            for name, each in methods.items()
        ),
        (
            "Lower is better. ECE is the mean distance between a score and the share of unsafe "
            "images that have it. A method whose Brier score is over that of the base rate would "
            "do better with one number for all images.",
        ),
    )
    drawn = [
        charts.reliability(rows(each, "reliability"), name, anchor=f"plot-reliability-{place}")
        for place, (name, each) in enumerate(methods.items())
        if name in {run.main, next(iter(run.ranked), "")}
    ]
    return Section(
        "calibration",
        "Calibration",
        (*(chart for chart in drawn if chart is not None), table),
        folded=True,
    )


def coverage(run: Run) -> Section | None:
    """What is wrong among the images that are decided, if more is left to people."""
    order = [run.main, *(name for name in run.ranked if name != run.main)]
    curves = {name: rows(run.methods, name, "curve") for name in order}
    chart = charts.coverage(curves, anchor="plot-coverage")
    if chart is None:
        return None
    blocks: list[Block] = [
        "Each method could abstain from more: first from those images whose score is nearest to "
        "the bound that decides. Its verdicts stay as they are.",
        chart,
    ]
    areas = tuple(
        (name, decimal(real(each, "aurc"), 4))
        for name, each in run.methods.items()
        if real(each, "aurc") is not None
    )
    if areas:
        said = "The mean error rate over all shares of images decided; lower is better."
        blocks.append(Table("Area under the curve", ("method", "area"), areas, (said,)))
    return Section("coverage", "Abstaining", tuple(blocks))


def cost(run: Run) -> Section | None:
    """What an image cost."""
    found = {name: parts(each, "cost") for name, each in run.methods.items()}
    table = Table(
        "Cost of one image, in the mean",
        (
            "method",
            "seconds",
            "model passes",
            "questions",
            "reasonings",
            "reasoning tokens",
            "passes, 90% under",
        ),
        tuple(
            (
                name,
                brief(real(each, "seconds", "mean")),
                brief(real(each, "passes", "mean")),
                brief(real(each, "asks", "mean")),
                brief(real(each, "reasonings", "mean")),
                brief(real(each, "reasoning_tokens", "mean")),
                brief(real(each, "passes", "p90")),
            )
            for name, each in found.items()
            if each
        ),
        (
            "Passes are the distinct questions that look at the picture; questions are those of "
            "all kinds. Seconds are of this machine, as if no other method had asked before.",
        ),
    )
    return Section("cost", "Cost", (table, paper.cost())) if table.rows else None
