"""Whether students that may be wrong about some share are wrong about more: bounds on drawn scores.

    python benchmarks/risks.py [--draws 200] [--images 2000] [--risks 0.01 0.02 0.05] [--json FILE]

A world of images is drawn: rules that are violated or not, now and then left open, and for each the
P(violated) of a head that is right about how sure it is. In each draw heads have so many images of
the world to begin from, and as many to prove their bounds on, as `cluejudge distill` has; then the
whole world tells what share of what would be decided is wrong. Bounds are promised at a confidence
of 95%: of 100 students that are made, at most 5 decide what is over their risk.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray

from benchmarks import output
from benchmarks.roofline import line
from cluejudge.distill.bands import CLEARED, OPEN, VIOLATED, Floats, States
from cluejudge.distill.settings import DistillSettings
from cluejudge.distill.whole import Said, fit_highs, fit_lows

Flags = NDArray[np.bool_]

WORLD = 100_000
RULES = 14
VIOLATES = 0.04
LEFT_OPEN = 0.0003
APART = 4.0
"""Standard deviations between the scores of what violates a rule and of what does not."""


@dataclass(frozen=True, slots=True)
class Row:
    """In how many draws anything was decided, in how many over the risk, and which share in all."""

    risk: float
    what: str
    draws: int
    decided: int
    over: int
    share: float


def world(rng: np.random.Generator) -> tuple[Floats, States]:
    """P(violated) and the judge's states [images, rules] of all images."""
    violated = rng.random((WORLD, RULES)) < VIOLATES
    scores = rng.normal(APART * violated)
    log_odds = APART * (scores - APART / 2) + np.log(VIOLATES / (1 - VIOLATES))
    states = np.where(violated, VIOLATED, CLEARED).astype(np.int8)
    states[rng.random(states.shape) < LEFT_OPEN] = OPEN
    return 1 / (1 + np.exp(-log_odds)), states


def counted(p: Floats, states: States, risk: float, draws: int, images: int) -> list[Row]:
    """What became of so many draws: of calling images safe, and of calling rules violated."""
    rng = np.random.default_rng(7)
    settings = DistillSettings(risk=risk, alarm_risk=risk)
    safe: list[tuple[Flags, Flags]] = []
    alarms: list[tuple[Flags, Flags]] = []
    for _ in range(draws):
        tried, held = (_drawn(p, states, rng.integers(0, WORLD, images)) for _ in range(2))
        lows = fit_lows(tried, held, settings)
        bounds = np.array([-np.inf if low is None else low for low in lows])
        cleared: Flags = np.less_equal(p, bounds)
        safe.append((np.asarray(cleared.all(axis=1)), (states != CLEARED).any(axis=1)))
        highs = [np.inf if high is None else high for high in fit_highs(tried, held, settings)]
        called: Flags = np.greater_equal(p, np.array(highs))
        alarms.append((np.asarray(called.any(axis=1)), (called & (states != VIOLATED)).any(axis=1)))
    return [_row(risk, "called safe", safe), _row(risk, "called violated", alarms)]


def _drawn(p: Floats, states: States, places: NDArray[np.int64]) -> Said:
    none = np.zeros((len(places), 0), np.int8)
    return Said(p[places], states[places], np.arange(len(places)), none)


def _row(risk: float, what: str, draws: Sequence[tuple[Flags, Flags]]) -> Row:
    wrong = [float(bad[decided].mean()) for decided, bad in draws if decided.any()]
    share = float(np.mean([decided.mean() for decided, _ in draws]))
    return Row(risk, what, len(draws), len(wrong), sum(one > risk for one in wrong), share)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The table of `docs/distill.md`."""
    yield line("risk", "what", "draws", "that decide", "over the risk", "share decided")
    yield line(*["---"] * 6)
    for row in rows:
        counts = (str(row.draws), str(row.decided), str(row.over))
        yield line(f"{row.risk:.0%}", row.what, *counts, f"{row.share:.1%}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, print the table, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--images", type=int, default=2_000, help="to begin from, and to prove on")
    parser.add_argument("--risks", type=float, nargs="+", default=[0.01, 0.02, 0.05])
    args = output.parse(parser, arguments)
    p, states = world(np.random.default_rng(1))
    rows = [row for risk in args.risks for row in counted(p, states, risk, args.draws, args.images)]
    print(*table(rows), sep="\n")
    output.write([asdict(row) for row in rows], args.json)


if __name__ == "__main__":
    main()
