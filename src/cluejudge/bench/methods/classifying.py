"""Methods that are models of their own: they ask none of the run's models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cluejudge.asks import Failed
from cluejudge.bench.methods.asking import Found, gravest, pictures, timed, unanswered
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.predictions import CostRow, Prediction, RuleRow
from cluejudge.bench.samples import Sample
from cluejudge.errors import MissingExtraError, ModelError
from cluejudge.image import Picture
from cluejudge.models.batches import reply_to_each
from cluejudge.verdict import Outcome, RuleOutcome

AT_ONCE = 8
"""Images that are classified together."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model said of one picture.

    `violated` are rules by their ids, None for a model that knows none; `asks` are its passes over
    the picture, `tokens` what it wrote.
    """

    found: Found
    violated: tuple[str, ...] | None = None
    asks: int = 1
    tokens: int = 0


class Classifier(Protocol):
    """A model that was made for this."""

    def classify(self, pictures: Sequence[Picture]) -> Sequence[Seen]:
        """What it says of each picture, in order. Raises `ModelError` if it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """What a method is called, and what its card tells."""

    name: str
    title: str
    card: Mapping[str, str]


class Classified:
    """The method of a classifier: the gravest of an input's pictures counts.

    `rules` are the ids of the rules that it judges by, None if it has its own kinds. Of an unsafe
    image those that it does not name are cleared if it `names_all` that are violated.
    """

    at_once = False

    def __init__(
        self,
        about: About,
        classifier: Classifier,
        setup: Setup,
        rules: Sequence[str] | None = None,
        *,
        names_all: bool = True,
    ) -> None:
        self.name = about.name
        self.title = about.title
        self.card = about.card
        self._classifier = classifier
        self._setup = setup
        self._rules = rules
        self._names_all = names_all

    def predict(self, samples: Iterable[Sample]) -> Iterator[Prediction]:
        """A prediction for each sample, in order; up to 8 images are classified together."""
        return timed(self._predicted(samples), self._setup.clock)

    def _predicted(self, samples: Iterable[Sample]) -> Iterator[Prediction]:
        for part in parts(samples, AT_ONCE):
            opened = [pictures(sample, self._setup.limits) for sample in part]
            views = [one for views in opened if not isinstance(views, Prediction) for one in views]
            seen = self._seen(list(dict.fromkeys(views)))
            for sample, views_or_error in zip(part, opened, strict=True):
                if isinstance(views_or_error, Prediction):
                    yield views_or_error
                else:
                    yield self._prediction(sample, [seen[view] for view in views_or_error])

    def _seen(self, views: list[Picture]) -> dict[Picture, Seen]:
        """What is said of each picture; where the model fails, an error for that picture alone."""
        if not views:
            return {}
        replies = reply_to_each(self._classifier.classify, views)
        told = (
            Seen(unanswered(reply)) if isinstance(reply, Failed) else reply for reply in replies
        )
        return dict(zip(views, told, strict=True))

    def _prediction(self, sample: Sample, seen: Sequence[Seen]) -> Prediction:
        found = gravest([one.found for one in seen])
        named = {rule for one in seen for rule in one.violated or ()}
        prediction = Prediction(
            id=sample.id,
            outcome=found.outcome,
            score=found.score,
            reason=found.reason,
            evidence=found.evidence,
            cost=CostRow(
                asks=sum(one.asks for one in seen),
                passes=sum(one.asks for one in seen),
                reasonings=sum(one.tokens > 0 for one in seen),
                reasoning_tokens=sum(one.tokens for one in seen),
            ),
        )
        if self._rules is None:
            return prediction
        told = found.outcome is Outcome.SAFE or (
            found.outcome is Outcome.UNSAFE and self._names_all and bool(named)
        )
        rest = RuleOutcome.CLEARED if told else RuleOutcome.UNSURE
        rows = [
            RuleRow(rule=rule, outcome=RuleOutcome.VIOLATED if rule in named else rest)
            for rule in self._rules
        ]
        violated = tuple(rule for rule in self._rules if rule in named)
        return prediction.model_copy(update={"violated": violated, "rules": tuple(rows)})


@contextmanager
def third_party(name: str) -> Iterator[None]:
    """Whatever the package `name` raises, as `ModelError`."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # of runtimes and decoders of its own choice
        said = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"{name} failed: {said}") from error


def packaged(open_: Callable[[], T], name: str, method: str, extra: str) -> T:
    """What `open_` makes of the package `name`, which it imports.

    Raises `MissingExtraError` where that is not installed, and `ModelError` for what it raises.
    """
    with third_party(name):
        try:
            return open_()
        except ImportError as error:
            raise MissingExtraError(f"the method {method}", extra) from error


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, the last of which may be shorter."""
    part: list[T] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def flagged(score: float, threshold: float, evidence: str = "") -> Found:
    """Unsafe from `threshold` on. Raises `ModelError` for a score that is none of [0, 1]."""
    if not 0 <= score <= 1:
        raise ModelError(f"its score is {score}, and should lie between 0 and 1")
    return Found(Outcome.UNSAFE if score >= threshold else Outcome.SAFE, score, evidence=evidence)
