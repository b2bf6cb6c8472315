"""CLUE with batch calibration (arXiv 2309.17249) in the place of the language prior.

What a model says of a content when it sees no picture is one guess at its bias; what it says of it
on average over pictures without labels is another. Only this changes: rules, chains, relevance,
regions and reasoning are those of `log-odds`, the variant of CLUE that this is to be held against.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pydantic import Field

from cluejudge.api import Judge
from cluejudge.asks import Failed, Reply, Score, Unanswered, YesNo
from cluejudge.bench.methods.asking import pictures, refuse_unaskable, replies_to
from cluejudge.bench.methods.base import NotApplicableError, Setup
from cluejudge.bench.methods.clue import Clue
from cluejudge.bench.predictions import Prediction
from cluejudge.bench.samples import Sample
from cluejudge.bench.spec import Spec
from cluejudge.compiled import filled
from cluejudge.errors import ConstitutionError
from cluejudge.judge import Answerer, Flow, drive_many
from cluejudge.judge.plan import plan
from cluejudge.judge.reading import doubts
from cluejudge.judge.scoring import log_odds
from cluejudge.models.protocols import Scorer
from cluejudge.settings import Debias, Frozen, Method, Thresholds


class Mean(StrEnum):
    """What is averaged over the pictures: P(Yes), or its log-odds.

    Of a model that is very sure, the mean log-odds hang on a few pictures.
    """

    PROBABILITY = "probability"
    LOG_ODDS = "log_odds"


class CalibratedOptions(Frozen):
    """Options of `calibrated`."""

    mean: Mean = Field(default=Mean.PROBABILITY, description="what is averaged over the images")


@dataclass(frozen=True, slots=True)
class _First:
    """What the first pass found of one sample: its answers, and what they cost."""

    answers: Mapping[tuple[str, str], YesNo] = field(default_factory=dict)
    asks: int = 0
    seconds: float = 0.0

    @property
    def digests(self) -> frozenset[str]:
        return frozenset(digest for digest, _ in self.answers)


class BatchScorer:
    """A scorer whose answers without a picture are means over a batch.

    What it said of the pictures of the batch is remembered, so that it is asked once; `recalled`
    are the contents for which that served, by the digests of the pictures. A content that was
    never answered has no mean: it is `Failed`.
    """

    def __init__(
        self,
        scorer: Scorer,
        answers: Mapping[tuple[str, str], YesNo],
        means: Mapping[str, float],
    ) -> None:
        self._scorer = scorer
        self._answers = answers
        self._means = means
        self.recalled: dict[str, set[str]] = {}

    def score(self, asks: Sequence[Score]) -> list[YesNo | Unanswered]:
        """An answer for each ask; at most one call of the scorer, for what is not of the batch."""
        known = [self._known(ask) for ask in asks]
        left = [ask for ask, answer in zip(asks, known, strict=True) if answer is None]
        fresh = iter(self._scorer.score(left) if left else ())
        return [answer if answer is not None else next(fresh) for answer in known]

    def _known(self, ask: Score) -> YesNo | Unanswered | None:
        if ask.image is None:
            mean = self._means.get(ask.content)
            return Failed("no image of the batch was answered") if mean is None else _at(mean)
        answer = self._answers.get((ask.image.digest, ask.content))
        if answer is not None:
            self.recalled.setdefault(ask.image.digest, set()).add(ask.content)
        return answer


class Calibrated:
    """Two passes over the samples: all atoms of all rules are scored, then every image is judged.

    It holds samples and scores, not pictures; each file is read twice.
    """

    at_once = True

    def __init__(self, name: str, setup: Setup, options: CalibratedOptions) -> None:
        self.name = name
        self.title = "CLUE, batch calibration"
        self.card: Mapping[str, str] = {
            "debias": "log_odds",
            "prior": f"mean {options.mean.value} over all images of the run",
        }
        self._mean = options.mean
        self._setup = replace(setup, method=_method(setup.method))
        self.contents = tuple(
            dict.fromkeys(
                question.content
                for rule in plan(filled(setup.rules).rules, setup.thresholds, setup.method)
                for group in rule.groups
                for question in group
            )
        )

    def predict(self, samples: Iterable[Sample]) -> Iterator[Prediction]:
        """A prediction for each sample, in order, once all of them have been scored."""
        listed = list(samples)
        firsts = list(self._first_pass(listed))
        answers = {key: answer for first in firsts for key, answer in first.answers.items()}
        means = averages(answers, self._setup.thresholds, self._mean)
        scorer = BatchScorer(self._setup.models.scorer, answers, means)
        clue = Clue(self.name, self.title, self.card, self.judge(scorer), self._setup.clock)
        for prediction, first in zip(clue.predict(listed), firsts, strict=True):
            repeated = sum(len(scorer.recalled.get(digest, ())) for digest in first.digests)
            yield _with_cost(prediction, first, repeated)

    def judge(self, scorer: Scorer) -> Judge:
        """The judge of the second pass. Raises `ConstitutionError` as `Judge` does."""
        setup = self._setup
        return Judge(
            setup.rules,
            model=replace(setup.models, scorer=scorer),
            thresholds=setup.thresholds,
            method=setup.method,
            budget=setup.budget,
            limits=setup.limits,
            now=setup.clock,
        )

    def _first_pass(self, samples: Iterable[Sample]) -> Iterator[_First]:
        clock = self._setup.clock
        flows = (self._scored(sample) for sample in samples)
        last = clock()
        for first in drive_many(flows, Answerer(self._setup.models)):
            now = clock()
            yield replace(first, seconds=max(0.0, now - last))
            last = now

    def _scored(self, sample: Sample) -> Flow[_First]:
        views = pictures(sample, self._setup.limits)
        if isinstance(views, Prediction):
            return _First()  # the second pass says why it cannot be judged
        contents = self.contents
        asks = list(dict.fromkeys(Score(view, one) for view in views for one in contents))
        keys = [(ask.image.digest if ask.image else "", ask.content) for ask in asks]
        replies: list[Reply] = replies_to(asks, (yield list(asks)))
        answers = {
            key: reply for key, reply in zip(keys, replies, strict=True) if isinstance(reply, YesNo)
        }
        return _First(answers, len(keys))


def make(spec: Spec, setup: Setup) -> Calibrated:
    """The method `calibrated`, with `mean=probability` or `mean=log_odds`.

    Raises `NotApplicableError` for rules that the models cannot be asked about.
    """
    method = Calibrated(str(spec), setup, spec.nameless().read_options(CalibratedOptions))
    try:
        method.judge(setup.models.scorer)
    except ConstitutionError as error:
        raise NotApplicableError(str(error)) from error
    refuse_unaskable(setup.models, method.contents, str(spec))
    return method


def averages(
    answers: Mapping[tuple[str, str], YesNo], thresholds: Thresholds, how: Mean
) -> dict[str, float]:
    """The log-odds of the prior of each content: its mean over the pictures that were answered.

    `answers` are by digest and content. What is no answer, because too little of it is Yes or No,
    counts only where there is nothing else: then the judge will find the same of each image.
    """
    told: dict[str, list[YesNo]] = {}
    for (_, content), answer in sorted(answers.items(), key=lambda item: item[0]):
        told.setdefault(content, []).append(answer)
    return {content: _mean(_sound(said, thresholds) or said, how) for content, said in told.items()}


def _sound(answers: Sequence[YesNo], thresholds: Thresholds) -> list[YesNo]:
    return [answer for answer in answers if not doubts([answer], thresholds)]


def _mean(answers: Sequence[YesNo], how: Mean) -> float:
    """Log-odds."""
    shares = [answer.p_yes for answer in answers]
    if how is Mean.PROBABILITY:
        return log_odds(math.fsum(shares) / len(shares))
    return math.fsum(map(log_odds, shares)) / len(shares)


def _method(method: Method) -> Method:
    return method.model_copy(update={"debias": Debias.LOG_ODDS})


def _at(odds: float) -> YesNo:
    """An answer of these log-odds, all of it Yes or No."""
    return YesNo(-_softplus(-odds), -_softplus(odds))


def _softplus(value: float) -> float:
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def _with_cost(prediction: Prediction, first: _First, repeated: int) -> Prediction:
    """With what both passes cost; `repeated` are those of the second that the first had asked.

    Nothing is asked without a picture.
    """
    cost = prediction.cost
    passes = cost.passes - repeated + first.asks
    seconds = cost.seconds + first.seconds
    spent = cost.model_copy(update={"asks": passes, "passes": passes, "seconds": seconds})
    return prediction.model_copy(update={"cost": spent})
