"""One question a rule, in the rule's own text: what is left of the method without its chains.

It is the nearest to a zero-shot question that models of few words can be asked, and shows what the
preconditions are worth on any model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cluejudge.asks import Ask, Reply, Score, YesNo
from cluejudge.bench.methods.asking import (
    Found,
    each_asked,
    gravest,
    read_answer,
    refuse_unaskable,
    unanswered,
)
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.evidence import position
from cluejudge.bench.predictions import Prediction, RuleRow
from cluejudge.bench.samples import Sample
from cluejudge.bench.spec import Spec
from cluejudge.compiled import CompiledRule, filled
from cluejudge.image import Picture
from cluejudge.judge.reading import BOUND_ONLY, doubts
from cluejudge.judge.scoring import Debiased, debias, middle_test
from cluejudge.settings import Debias, Thresholds
from cluejudge.verdict import Answer, AtomFinding, AtomScores, Outcome, RuleOutcome, Stage

_OUTCOMES = {Outcome.UNSAFE: RuleOutcome.VIOLATED, Outcome.SAFE: RuleOutcome.CLEARED}
_TOLD = 3


class OneByOne:
    """Every rule is asked about every picture; one is violated at P(Yes) >= 0.5.

    With `debiased` the language prior is taken out as CLUE does (`Method.debias`, or the paper's
    difference), and a rule is violated over the middle of the two bounds.
    """

    at_once = False

    def __init__(self, name: str, setup: Setup, *, debiased: bool) -> None:
        self.name = name
        self.title = "one question a rule" + (", debiased" if debiased else "")
        how = setup.method.debias
        self._how = (Debias.DIFFERENCE if how is Debias.NONE else how) if debiased else None
        self.card: Mapping[str, str] = {"debias": self._how.value if self._how else "none"}
        self._setup = setup
        self._rules = filled(setup.rules).rules

    def predict(self, samples: Iterable[Sample]) -> Iterator[Prediction]:
        """A prediction for each sample, in order; its `score` is that of the surest rule."""
        return each_asked(samples, self._setup, self._about, self._judged)

    def _about(self, picture: Picture) -> Iterator[Score]:
        for rule in self._rules:
            yield Score(picture, rule.text)
            if self._how:
                yield Score(None, rule.text)

    def _judged(
        self, sample: Sample, views: Sequence[Picture], known: Mapping[Ask, Reply]
    ) -> Prediction:
        found = [self._found(rule, views, known) for rule in self._rules]
        return _prediction(sample, self._rules, found)

    def _found(
        self, rule: CompiledRule, views: Sequence[Picture], known: Mapping[Ask, Reply]
    ) -> Found:
        """What the rule came to over all views."""
        thresholds = self._setup.thresholds
        seen = [known[Score(view, rule.text)] for view in views]
        if not self._how:
            return gravest([read_answer(reply, thresholds) for reply in seen])
        prior = known[Score(None, rule.text)]
        return gravest([read_debiased(reply, prior, thresholds, self._how) for reply in seen])


def make(spec: Spec, setup: Setup) -> OneByOne:
    """The methods `rules` and `rules-debiased`.

    Raises `NotApplicableError` for models that cannot be asked about the text of a rule.
    """
    spec.plain()
    refuse_unaskable(setup.models, [rule.text for rule in filled(setup.rules).rules], str(spec))
    return OneByOne(str(spec), setup, debiased=spec.name.endswith("-debiased"))


def read_debiased(image: Reply, prior: Reply, thresholds: Thresholds, how: Debias) -> Found:
    """Yes over the middle of the bounds on the debiased score, No elsewhere.

    Its score is `place`. Where only bounds on a probability are known, all of them must agree.
    """
    answers = []
    for reply in (image, prior):
        if not isinstance(reply, YesNo):
            return unanswered(reply)
        answers.append(reply)
    debiased = debias(answers[0].p_yes, answers[1].p_yes, thresholds, how)
    doubt = doubts(answers, thresholds)
    possible = {
        middle_test(debias(seen, blind, thresholds, how))
        for seen in answers[0].p_range
        for blind in answers[1].p_range
    }
    if doubt or len(possible) > 1:
        return Found(Outcome.ABSTAIN, place(debiased), doubt or BOUND_ONLY)
    return Found(Outcome.UNSAFE if possible == {True} else Outcome.SAFE, place(debiased))


def place(debiased: Debiased) -> float:
    """Where a debiased score lies between its bounds, as CLUE tells it (`evidence.position`)."""
    scores = AtomScores(debiased=debiased.score, low=debiased.low, high=debiased.high)
    found = position(
        AtomFinding(text="", answer=Answer.UNSURE, decided_by=Stage.PRIOR, scores=scores)
    )
    assert found is not None
    return found


def _prediction(
    sample: Sample, rules: Sequence[CompiledRule], found: Sequence[Found]
) -> Prediction:
    whole = gravest(found)
    pairs = list(zip(rules, found, strict=True))
    violated = [rule.id for rule, one in pairs if one.outcome is Outcome.UNSAFE]
    rows = [
        RuleRow(rule=rule.id, outcome=_OUTCOMES.get(one.outcome, RuleOutcome.UNSURE))
        for rule, one in pairs
    ]
    return Prediction(
        id=sample.id,
        outcome=whole.outcome,
        violated=tuple(violated),
        score=whole.score,
        rules=tuple(rows),
        reason=whole.reason,
        evidence=_surest(pairs),
    )


def _surest(pairs: Sequence[tuple[CompiledRule, Found]]) -> str:
    """The rules of the largest scores, for people."""
    known = [(one.score, rule.id) for rule, one in pairs if one.score is not None]
    told = sorted(known, key=lambda pair: (-pair[0], pair[1]))[:_TOLD]
    return ", ".join(f"{name} {score:.2f}" for score, name in told)
