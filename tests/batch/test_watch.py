from __future__ import annotations

from collections.abc import Sequence

import pytest

from cluejudge.asks import Score, YesNo
from cluejudge.batch.watch import Watch, timed, watch_of
from cluejudge.judge import capabilities
from cluejudge.models.fake import FakeScorer, load
from cluejudge.models.protocols import Encoder, Models, Scorer


def ticking() -> Watch:
    """A watch by a clock that goes on by one each time it is read."""
    ticks = iter(range(1000))
    return Watch(lambda: float(next(ticks)))


def test_a_watch_adds_up_and_counts_the_outer_of_two_calls() -> None:
    watch = ticking()
    for _ in range(2):
        with watch, watch:
            pass
    assert watch.seconds == 2.0


def test_timed_models_answer_as_they_do_and_their_time_is_known() -> None:
    plain = load()
    models = timed(plain)
    assert capabilities(models) == capabilities(plain)
    assert isinstance(models.scorer, Scorer)
    assert isinstance(models.encoder, Encoder)
    assert models.encoder.threshold == plain.encoder.threshold  # type: ignore[union-attr]
    asks = [Score(None, "red"), Score(None, "blue")]
    assert models.scorer.score(asks) == plain.scorer.score(asks)
    assert watch_of(models).seconds > 0
    assert models.card == plain.card


def test_the_time_of_a_model_that_fails_counts() -> None:
    class Broken:
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            raise ZeroDivisionError

    models = timed(Models(name="broken", scorer=Broken()))
    with pytest.raises(ZeroDivisionError):
        models.scorer.score([])
    assert watch_of(models).seconds > 0
    assert models.reasoner is None


def test_models_that_are_not_timed_have_a_watch_that_stands_still() -> None:
    models = Models(name="plain", scorer=FakeScorer())
    models.scorer.score([Score(None, "red")])
    assert watch_of(models).seconds == 0.0
