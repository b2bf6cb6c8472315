"""CLUE on PictoBench: violating and borderline scenes of every rule, exact labels.

python -m benchmarks.pictobench [--per-rule 20] [--split test] [--held-out]
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cluejudge import Judge
from cluejudge.scenes.compose import Intent
from cluejudge.scenes.dataset import make_scenes
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.world import HELD_OUT_STYLE
from cluejudge.verdict import Outcome, RuleOutcome, Verdict

SEED = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One image, the rule and intent it was made for, and the rules it really violates."""

    png: bytes
    rule: str
    intent: Intent
    violated: frozenset[str]


def make_cases(per_rule: int, split: str, *, held_out: bool) -> list[Case]:
    """`per_rule` violating and as many borderline scenes of every rule, as `cluejudge scenes`."""
    style = HELD_OUT_STYLE if held_out else None
    cases = []
    for rule in RULES:
        for kind in (Intent.VIOLATING, Intent.BORDERLINE):
            scenes = make_scenes(per_rule, SEED, split=split, style=style, rule=rule, kind=kind)
            for image, label in scenes:
                file = io.BytesIO()
                image.save(file, "PNG")
                cases.append(Case(file.getvalue(), rule, kind, frozenset(label.violated)))
    return cases


@dataclass(frozen=True, slots=True)
class Tally:
    """True and false positives and negatives."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.tp / max(1, 2 * self.tp + self.fp + self.fn)

    def __str__(self) -> str:
        recall = self.tp / max(1, self.tp + self.fn)
        precision = self.tp / max(1, self.tp + self.fp)
        right = (self.tp + self.tn) / max(1, self.tp + self.fp + self.fn + self.tn)
        head = f"F1 {self.f1:.3f}  recall {recall:.3f}"
        return f"{head}  precision {precision:.3f}  accuracy {right:.3f}"


def tally(pairs: Sequence[tuple[bool, bool]]) -> Tally:
    """Counts of (truth, said)."""
    counts = Counter(pairs)
    return Tally(counts[True, True], counts[False, True], counts[True, False], counts[False, False])


def report(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> None:
    """Print the tallies by image, by rule named rightly, and what abstained."""
    both = list(zip(cases, verdicts, strict=True))
    unsafe = tally([(bool(c.violated), v.outcome is Outcome.UNSAFE) for c, v in both])
    print(f"by image        {unsafe}")
    settled = [(c, v) for c, v in both if v.outcome in (Outcome.SAFE, Outcome.UNSAFE)]
    share = 1 - len(settled) / len(both)
    inside = tally([(bool(c.violated), v.outcome is Outcome.UNSAFE) for c, v in settled])
    print(f"where settled   {inside}  (abstained {share:.3f})")
    named = tally([(r in c.violated, r in v.violated) for c, v in both for r in RULES])
    print(f"rule by rule    {named}")
    for rule in RULES:
        own = [(c, v) for c, v in both if c.rule == rule]
        print(f"  {rule:20} {tally([(rule in c.violated, rule in v.violated) for c, v in own])}")
    outcomes = Counter(f.outcome for v in verdicts for f in v.rules)
    lost = sum(
        f.outcome is RuleOutcome.IRRELEVANT and f.rule_id in c.violated
        for c, v in both
        for f in v.rules
    )
    total, violated = sum(outcomes.values()), sum(len(c.violated) for c in cases)
    filtered = outcomes[RuleOutcome.IRRELEVANT] / total
    print(f"relevance kept {1 - lost / violated:.3f} of violated rules, filtered {filtered:.3f}")
    stages = Counter(a.decided_by for v in verdicts for f in v.rules for g in f.groups for a in g)
    atoms = sum(stages.values())
    print("decided by      " + "  ".join(f"{k} {n / atoms:.3f}" for k, n in stages.most_common()))
    print(f"reasonings an image {np.mean([v.cost.reasonings for v in verdicts]):.2f}")


def main() -> None:
    """Judge PictoBench with the embedded models and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-rule", type=int, default=20)
    parser.add_argument("--split", choices=["val", "test"], default="test")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--model", default="embedded")
    args = parser.parse_args()
    cases = make_cases(args.per_rule, args.split, held_out=args.held_out)
    styles = "held-out" if args.held_out else "trained"
    print(f"{args.model}, {len(cases)} images, {args.split}, {styles} styles")
    judge = Judge("pictogram", model=args.model)
    report(cases, list(judge.judge_many([case.png for case in cases])))


if __name__ == "__main__":
    main()
