"""Algorithm 1 once more, as plainly as it can be said: no stages, no sharing, no early stop.

Every atom of every rule is carried to its end, one question at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from cluejudge.asks import YesNo
from cluejudge.compiled import Atom, CompiledRule
from cluejudge.image import Box, Picture
from cluejudge.settings import BoxChoice, Debias, GroupQuestion, Method, Thresholds, Undecided
from cluejudge.verdict import RuleOutcome
from tests.judge.world import Finder, World

FAILED = "failed"
Truth = bool | str | None  # whether a content is visible, or FAILED, or open


@dataclass(frozen=True)
class _Open:
    """The token tests did not decide; `over_middle` is None if that is not known."""

    doubtful: bool
    over_middle: bool | None


@dataclass(frozen=True)
class Reference:
    """Judges one picture in one world."""

    world: World
    picture: Picture
    method: Method
    thresholds: Thresholds = Thresholds()

    def rule(self, rule: CompiledRule) -> RuleOutcome | str:
        """The outcome of a rule, or FAILED where a failure left it undecided."""
        own = self._own(rule)
        if not self._relevant(rule, own):
            return RuleOutcome.IRRELEVANT
        groups = [self._group(group.any_of, own) for group in rule.chain]
        if False in groups:
            return RuleOutcome.CLEARED
        if all(group is True for group in groups):
            return RuleOutcome.VIOLATED
        return FAILED if FAILED in groups else RuleOutcome.UNSURE

    def _own(self, rule: CompiledRule) -> Thresholds:
        changes = {k: v for k, v in dict(rule.thresholds).items() if v is not None}
        return Thresholds(**{**dict(self.thresholds), **changes})

    def _has(self, model: str) -> bool:
        return model not in self.world.without

    def _relevant(self, rule: CompiledRule, own: Thresholds) -> bool:
        if not (self.method.relevance and self._has("encoder")):
            return True
        if self.world.fails("embed", self.picture.digest):
            return True
        texts = [rule.text]
        if self.method.relevance_text == "rule_and_atoms":
            texts += [a.text for group in self._asked(rule) for a in group if not a.negated]
        image = self._float32(self.picture.digest)
        cosines = [sum(a * b for a, b in zip(image, self._float32(t), strict=True)) for t in texts]
        bound = self.world.threshold if own.relevance is None else own.relevance
        return max(cosines) >= bound

    def _float32(self, part: str) -> list[float]:
        return [float(x) for x in self.world.embed_texts([part])[0]]

    def _asked(self, rule: CompiledRule) -> list[tuple[Atom, ...]]:
        return [self._atoms(group.any_of) for group in rule.chain]

    def _atoms(self, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        whole = self.method.group_question is GroupQuestion.WHOLE
        if not whole or any(a.negated for a in atoms):
            return atoms
        words = {word for a in atoms for word in a.objects}
        return (Atom(text=" or ".join(a.text for a in atoms), objects=tuple(words)),)

    def _group(self, atoms: tuple[Atom, ...], own: Thresholds) -> Truth:
        truths = [self._atom(a, own) for a in self._atoms(atoms)]
        if True in truths:
            return True
        if FAILED in truths:
            return FAILED
        return None if None in truths else False

    def _atom(self, asked: Atom, own: Thresholds) -> Truth:
        visible = self._visible(asked, own)
        return (visible != asked.negated) if isinstance(visible, bool) else visible

    def _visible(self, asked: Atom, own: Thresholds) -> Truth:
        region, blind = self._region(asked, own)
        looked_at = self.picture
        small = region and region.area < own.small_object * self.picture.area
        if region and small and self.method.small_object:
            looked_at = self.picture.crop(region)
        seen = self._through_tests(looked_at, region, asked.text, own)
        return FAILED if blind and seen is False else seen

    def _region(self, asked: Atom, own: Thresholds) -> tuple[Box | None, bool]:
        wanted = self.method.region or self.method.small_object
        if not (asked.objects and wanted and self._has("detector")):
            return None, False
        if self.world.fails("locate", self.picture.digest):
            return None, True
        bound = Finder(self.world).threshold if own.detector is None else own.detector
        boxes: list[Box] = []
        for word in asked.objects:
            found = [b for b in self.world.boxes(self.picture, [word]) if b.score >= bound]
            found.sort(key=lambda b: (b.score, b.box))
            boxes += [b.box for b in (found[-1:] if self.method.boxes is BoxChoice.BEST else found)]
        if not boxes:
            return None, False
        left, top = min(b.left for b in boxes), min(b.top for b in boxes)
        return Box(left, top, max(b.right for b in boxes), max(b.bottom for b in boxes)), False

    def _through_tests(
        self, looked_at: Picture, region: Box | None, content: str, own: Thresholds
    ) -> Truth:
        tokens = self._tokens(looked_at, content, own)
        if not isinstance(tokens, _Open):
            return tokens
        doubtful = tokens.doubtful
        if region and self.method.region and not doubtful:
            removed = self._removed(region, content, own)
            if removed in (True, FAILED):
                return removed
            doubtful = removed is None
        if self.method.reasoning and self._has("reasoner"):
            return self._reasoned(looked_at, content, own)
        if doubtful or self.method.undecided is Undecided.UNSURE:
            return None
        return False if self.method.undecided is Undecided.NO else tokens.over_middle

    def _tokens(self, looked_at: Picture, content: str, own: Thresholds) -> Truth | _Open:
        answers = [self._score(looked_at, content)]
        if self.method.debias is not Debias.NONE:
            answers.append(self._score(None, content))
        given = [answer for answer in answers if answer]
        if len(given) < len(answers):
            return FAILED
        if not self._usable(given, own):
            return _Open(True, False)
        found = [self._test(p, own) for p in product(*map(_ends, given))]
        if all(isinstance(one, _Open) for one in found):
            return found[0] if len(set(found)) == 1 else _Open(False, None)
        return found[0] if len(set(found)) == 1 else _Open(True, False)

    def _test(self, p: Sequence[float], own: Thresholds) -> bool | _Open:
        score, low, high = self._debiased(p, own)
        if low <= score <= high:
            return _Open(False, score > (low + high) / 2)
        return score > high

    def _removed(self, region: Box, content: str, own: Thresholds) -> Truth:
        """True if the score falls, False if not, None if an answer is none."""
        full = self._score(self.picture, content)
        without = self._score(self.picture.without(region, self.method.region_fill), content)
        if full is None or without is None:
            return FAILED
        if not self._usable([full, without], own):
            return None
        falls = {a - b > own.region for a, b in product(_ends(full), _ends(without))}
        return None if len(falls) > 1 else True in falls

    def _usable(self, answers: Sequence[YesNo], own: Thresholds) -> bool:
        return all(a.label_mass >= own.min_label_mass for a in answers)

    def _score(self, image: Picture | None, content: str) -> YesNo | None:
        failed = self.world.fails("score", image.digest if image else "", content)
        return None if failed else self.world.answer(image, content)

    def _debiased(self, p: Sequence[float], own: Thresholds) -> tuple[float, float, float]:
        if self.method.debias is Debias.DIFFERENCE:
            return p[0] - p[1], -own.prior_low * p[1], own.prior_high * (1 - p[1])
        low, high = 0.5 * (1 - own.prior_low), 0.5 * (1 + own.prior_high)
        if self.method.debias is Debias.NONE:
            return p[0] - 0.5, low - 0.5, high - 0.5
        odds = [_log_odds(x) for x in (p[0], p[1], low, high)]
        return odds[0] - odds[1], odds[2], odds[3]

    def _reasoned(self, looked_at: Picture, content: str, own: Thresholds) -> Truth:
        if self.world.fails("reason", looked_at.digest, content):
            return FAILED
        reply = self.world.reasoning(looked_at, content)
        if reply.answer is None:
            return None
        torn = reply.p_yes is not None and (reply.p_yes >= own.reasoning) is not reply.answer
        return None if torn else reply.answer


def _ends(answer: YesNo) -> list[float]:
    """The least and the most that P(Yes) among Yes and No can be."""
    if answer.exact:
        return [answer.p_yes]
    yes, no = math.exp(answer.log_yes), math.exp(answer.log_no)
    more_yes, more_no = yes + answer.unseen_yes, no + answer.unseen_no
    # The upper one by its distance from 1: else rounding would decide where scores are tied.
    return [yes / (yes + more_no), 1 - no / (more_yes + no)]


def _log_odds(p: float) -> float:
    """Out of all reach for what is no probability."""
    return math.log(p / (1 - p)) if 0 < p < 1 else math.copysign(100.0, p - 0.5)
