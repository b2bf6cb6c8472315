"""Charts of how scores lie where a content is visible and where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from cluejudge.bench.metrics.atoms import Seen
from cluejudge.bench.report.blocks import Chart, Table
from cluejudge.bench.report.charts import WIDE
from cluejudge.bench.report.plotting import plot
from cluejudge.bench.report.svg import COLOURS
from cluejudge.bench.report.values import decimal, reals

BINS = 20
CONTENTS = 3
"""How many contents are drawn by themselves: as many as in the paper's Figure 6."""

_LONGEST = 34
"""Characters of a content that stand over its panel."""

_KINDS = (("absent", "not visible", "one"), ("visible", "visible", "two"))


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of histograms: counts in the bins between `edges`, and a score to mark."""

    title: str
    edges: Sequence[float]
    visible: Sequence[float]
    absent: Sequence[float]
    mark: float | None = None

    def mean(self, kind: str) -> str:
        """The mean of one histogram, from the middles of its bins."""
        counts = getattr(self, kind)
        middles = [(low + high) / 2 for low, high in pairwise(self.edges)]
        total = sum(at * value for at, value in zip(middles, counts, strict=True))
        return decimal(total / sum(counts) if sum(counts) else None, 2)


def pooled(histograms: Mapping[str, object], *, anchor: str) -> Chart | None:
    """Scores without the image, with it, and debiased, over all contents."""
    panels = [
        panel
        for name, title in (
            ("prior", "P(Yes) without the image"),
            ("image", "P(Yes) with the image"),
            ("debiased", "debiased"),
        )
        if (panel := _measured(title, histograms.get(name))) is not None
    ]
    return _chart("Scores with and without the image, all contents", panels, anchor)


def by_content(found: Sequence[Seen], *, anchor: str) -> Chart | None:
    """P(Yes) with the image of single contents, the prior marked (Figure 6 of the paper).

    Those of which both kinds were asked most often.
    """
    texts: dict[str, list[Seen]] = {}
    for one in found:
        texts.setdefault(one.row.text, []).append(one)
    order = sorted(texts, key=lambda text: (-_rarer(texts[text]), text))
    panels = [
        _counted(text, texts[text], [one.row.image for one in texts[text]], _prior(texts[text]))
        for text in order[:CONTENTS]
        if _rarer(texts[text])
    ]
    return _chart("Scores of single contents (the paper's Figure 6)", panels, anchor)


def differences(found: Sequence[Seen], *, anchor: str) -> Chart | None:
    """What P(Yes) loses when the central region is taken out (Figure 8 of the paper)."""
    asked = [one for one in found if one.row.without_region is not None]
    lost = [(one.row.image or 0.0) - (one.row.without_region or 0.0) for one in asked]
    panels = [_counted("with the region less without it", asked, lost, None, low=-1.0)]
    title = f"P(Yes) of {len(asked):,} pairs that reached the region test (the paper's Figure 8)"
    return _chart(title, panels, anchor) if asked else None


def _rarer(found: Sequence[Seen]) -> int:
    """How often the rarer of both kinds is there."""
    visible = sum(one.visible for one in found)
    return min(visible, len(found) - visible)


def _prior(found: Sequence[Seen]) -> float | None:
    """The prior of one content, which is the same for every image."""
    return next((one.row.prior for one in found if one.row.prior is not None), None)


def _counted(
    title: str,
    found: Sequence[Seen],
    scores: Sequence[float | None],
    mark: float | None,
    *,
    low: float = 0.0,
) -> Panel:
    edges = np.linspace(low, 1, BINS + 1)
    kinds = {
        visible: [
            min(1.0, max(low, score))
            for one, score in zip(found, scores, strict=True)
            if one.visible is visible and score is not None
        ]
        for visible in (True, False)
    }
    seen, gone = (np.histogram(kinds[kind], edges)[0].tolist() for kind in (True, False))
    return Panel(title, edges.tolist(), seen, gone, mark)


def _measured(title: str, data: object) -> Panel | None:
    """A panel of `metrics.json`; None if it is not one, or is empty."""
    edges, visible, absent = (reals(data, name) for name in ("edges", "visible", "absent"))
    whole = len(edges) == len(visible) + 1 == len(absent) + 1
    return Panel(title, edges, visible, absent) if whole and sum(visible) + sum(absent) else None


def _chart(title: str, panels: Sequence[Panel], anchor: str) -> Chart | None:
    if not panels:
        return None
    says = f"{title}: " + "; ".join(_says(panel) for panel in panels)

    def draw(figure: Any) -> None:
        _draw(figure, panels)

    inches = (WIDE if len(panels) > 1 else WIDE * 0.6, 2.9)
    return Chart(title, says, plot(anchor, says, draw, inches=inches), _table(panels))


def _says(panel: Panel) -> str:
    marked = "" if panel.mark is None else f", {decimal(panel.mark, 2)} without the image"
    return (
        f"{panel.title}, means {panel.mean('absent')} where not visible and "
        f"{panel.mean('visible')} where visible{marked}"
    )


def _draw(figure: Any, panels: Sequence[Panel]) -> None:
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, panel in zip(grid, panels, strict=True):
        for kind, name, colour in _KINDS:
            shares = _shares(getattr(panel, kind))
            ink = COLOURS[colour]
            axes.stairs(shares, panel.edges, fill=True, alpha=0.35, color=ink, label=name)
            axes.stairs(shares, panel.edges, color=ink, linewidth=1.2)
        if panel.mark is not None:
            axes.axvline(
                panel.mark, color=COLOURS["ink"], linestyle="--", label="without the image"
            )
        axes.set_title(_short(panel.title))
        axes.set_xlabel("score")
    grid[0].set_ylabel("share of pairs")
    # Outside of the axes, where no bar can be under it; one panel's names stand for all.
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside upper right", ncols=3)


def _table(panels: Sequence[Panel]) -> Table:
    return Table(
        "Pairs of an image and a content, by score",
        ("score", "from", "to", "visible", "not visible"),
        tuple(
            (panel.title, decimal(low), decimal(high), f"{seen:,.0f}", f"{gone:,.0f}")
            for panel in panels
            for (low, high), seen, gone in zip(
                pairwise(panel.edges), panel.visible, panel.absent, strict=True
            )
            if seen or gone
        ),
    )


def _shares(counts: Sequence[float]) -> list[float]:
    whole = sum(counts) or 1.0
    return [value / whole for value in counts]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
