"""What methods share that put a few plain questions about each picture, and no chains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cluejudge.asks import Ask, Failed, Reasoning, Refused, Reply, Score, YesNo, answered
from cluejudge.bench.methods.base import NotApplicableError, Setup
from cluejudge.bench.predictions import CostRow, Prediction
from cluejudge.bench.samples import Sample
from cluejudge.errors import ImageError, ModelError
from cluejudge.image import Picture, load, read
from cluejudge.judge import Answerer, Flow, drive_many
from cluejudge.judge.reading import BOUND_ONLY, doubts
from cluejudge.judge.replies import checked
from cluejudge.models.protocols import Models
from cluejudge.settings import Limits, Thresholds
from cluejudge.verdict import Outcome, storable

HALF = 0.5
"""P(Yes) from which a plain question is answered Yes."""

_LONGEST = 200
"""Characters of a reason: models may list every word that they do not know."""

_GRAVEST = (Outcome.UNSAFE, Outcome.ERROR, Outcome.ABSTAIN, Outcome.SAFE)


@dataclass(frozen=True, slots=True)
class Found:
    """What one question came to: unsafe for Yes, safe for No, else why it has no answer.

    `score` in [0, 1] grows with Yes; None where there is none.
    """

    outcome: Outcome
    score: float | None = None
    reason: str = ""
    evidence: str = ""


def refuse_unaskable(models: Models, contents: Sequence[str], method: str) -> None:
    """`NotApplicableError` with the models' own reason, if they cannot be asked of `contents`.

    Models that cannot tell by themselves are asked once without a picture. A failure that may
    pass is raised as it is: it says nothing of the contents.
    """
    try:
        if models.vet:
            models.vet(contents)
        else:
            answered(models.scorer.score([Score(None, content) for content in contents]))
    except ModelError as error:
        if error.retryable:
            raise
        said = str(error.args[0])
        reason = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
        raise NotApplicableError(
            f"{method} cannot be asked of {models.name}: {reason}", hint=error.hint
        ) from error


def pictures(sample: Sample, limits: Limits) -> tuple[Picture, ...] | Prediction:
    """The pictures of a sample (frames, pages, backgrounds), or why there are none."""
    try:
        views = load(read(sample.read(), limits), limits).complete()
    except (ImageError, OSError) as error:
        return Prediction(id=sample.id, outcome=Outcome.ERROR, reason=storable(str(error)))
    return tuple(view.picture for view in views)


def read_answer(reply: Reply, thresholds: Thresholds) -> Found:
    """What the token probabilities say: Yes from P(Yes) = 0.5 on."""
    if not isinstance(reply, YesNo):
        return unanswered(reply)
    doubt = doubts([reply], thresholds)
    if doubt:
        return Found(Outcome.ABSTAIN, reply.p_yes, doubt)
    least, most = reply.p_range
    if (least >= HALF) is not (most >= HALF):
        return Found(Outcome.ABSTAIN, reply.p_yes, BOUND_ONLY)
    return Found(_said(reply.p_yes >= HALF), reply.p_yes)


def read_reasoning(reply: Reply, thresholds: Thresholds) -> Found:
    """What a reasoning says, if the probability read behind it agrees with its answer."""
    if not isinstance(reply, Reasoning):
        return unanswered(reply)
    p_yes, text = reply.p_yes, reply.text
    if reply.answer is None:
        unread = "the reasoning could not be read as Yes or No"
        return Found(Outcome.ABSTAIN, p_yes, unread, text)
    if p_yes is not None and (p_yes >= thresholds.reasoning) is not reply.answer:
        torn = f"the reasoning says {_word(reply.answer)}, but P(Yes) after it is {p_yes:.2g}"
        return Found(Outcome.ABSTAIN, p_yes, torn, text)
    return Found(_said(reply.answer), p_yes, evidence=text)


def unanswered(reply: Reply) -> Found:
    """A question without an answer: what a model declined abstains, all else is an error."""
    if isinstance(reply, Refused):
        return Found(Outcome.ABSTAIN, reason=f"the model declined to answer: {reply.reason}")
    said = reply.reason if isinstance(reply, Failed) else f"{type(reply).__name__} is no answer"
    return Found(Outcome.ERROR, reason=said)


def gravest(found: Sequence[Found]) -> Found:
    """The gravest of some findings (one or more), with the largest score of all.

    Unsafe if any is; else error if any is; else abstain if any does; else safe.
    """
    worst = min(found, key=lambda one: _GRAVEST.index(one.outcome))
    known = [one.score for one in found if one.score is not None]
    return Found(worst.outcome, max(known, default=None), worst.reason, worst.evidence)


def each_asked(
    samples: Iterable[Sample],
    setup: Setup,
    about: Callable[[Picture], Iterable[Ask]],
    judged: Callable[[Sample, Sequence[Picture], Mapping[Ask, Reply]], Prediction],
) -> Iterator[Prediction]:
    """A prediction for each sample, in order: what `judged` makes of the replies to its asks.

    `about` are the asks about one picture; equal ones are asked once a sample. A sample that cannot
    be read is an error. What it cost, and how long it took, is told with each.
    """

    def flow(sample: Sample) -> Flow[Prediction]:
        views = pictures(sample, setup.limits)
        if isinstance(views, Prediction):
            return views
        asks = list(dict.fromkeys(ask for view in views for ask in about(view)))
        replies = replies_to(asks, (yield list(asks)))
        made = judged(sample, views, dict(zip(asks, replies, strict=True)))
        return made.model_copy(update={"cost": cost_of(asks, replies)})

    return timed(drive_many(map(flow, samples), Answerer(setup.models)), setup.clock)


def replies_to(asks: Sequence[Ask], replies: Sequence[Reply]) -> list[Reply]:
    """The replies to `asks`; what is no answer to its ask is `Failed`."""
    return [checked(ask, reply) for ask, reply in zip(asks, replies, strict=True)]


def cost_of(asks: Iterable[Ask], replies: Iterable[Reply]) -> CostRow:
    """What asks cost whose replies are these; the time is not known here (see `timed`)."""
    told = list(asks)
    written = [reply for reply in replies if isinstance(reply, Reasoning)]
    return CostRow(
        asks=len(told),
        passes=sum(ask.image is not None for ask in told),
        reasonings=len(written),
        reasoning_tokens=sum(reply.tokens for reply in written),
    )


def timed(predictions: Iterator[Prediction], clock: Callable[[], float]) -> Iterator[Prediction]:
    """The predictions with the seconds that passed until each; what its taker does is not timed."""
    last = clock()
    for prediction in predictions:
        cost = prediction.cost
        seconds = cost.seconds + max(0.0, clock() - last)
        yield prediction.model_copy(update={"cost": cost.model_copy(update={"seconds": seconds})})
        last = clock()


def _said(yes: bool) -> Outcome:
    return Outcome.UNSAFE if yes else Outcome.SAFE


def _word(yes: bool) -> str:
    return "Yes" if yes else "No"
