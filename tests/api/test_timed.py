"""Verdicts on what moves: when each view is seen, and what is seen only in part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cluejudge import Judge, Verdict
from cluejudge.errors import ModelError
from cluejudge.image import LoadedImage, Shortfall, load
from cluejudge.models.protocols import Models
from cluejudge.settings import Sampling
from cluejudge.timeline import timeline, words
from cluejudge.verdict import Outcome
from cluejudge.video import load_video
from tests.api.colours import COLOURS, NOISE, SAFE, UNSAFE, picture
from tests.image.samples import animation
from tests.video.samples import video

CUT = Shortfall("truncated", "the video ends too early")
BAD, GOOD = picture("blue", "red"), picture("white", "yellow")


def prepared(judge: Judge, loaded: LoadedImage) -> Verdict:
    (verdict,) = judge.judge_prepared([("clip", loaded)])
    return verdict


def test_an_animation_tells_when_it_violates_which_rule(judge: Judge) -> None:
    verdict = judge.judge(animation("PNG", [GOOD, BAD, GOOD], duration=[3000, 3500, 1000]))
    assert verdict.outcome is Outcome.UNSAFE
    assert [words(fired) for fired in timeline(verdict)] == ["red-on-blue: 3.0-6.5 s"]
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


def test_a_video_tells_when_it_violates_which_rule(judge: Judge) -> None:
    frames = [np.asarray(image) for image in [GOOD] * 8 + [BAD] * 6 + [GOOD] * 8]
    loaded = load_video(video(frames, "MKV"), sampling=Sampling(every=0.5, max_frames=16))
    verdict = prepared(judge, loaded)
    assert [words(fired) for fired in timeline(verdict)] == ["red-on-blue: 0.8-1.4 s"]
    assert verdict.record == loaded.record
    assert [view.spans for view in verdict.views] == [view.spans for view in loaded.views]


def test_a_still_has_no_times(judge: Judge) -> None:
    verdict = judge.judge(UNSAFE)
    assert [view.spans for view in verdict.views] == [()]
    assert timeline(verdict) == ()


def test_what_is_seen_in_part_is_never_safe(judge: Judge) -> None:
    verdict = prepared(judge, replace(load(SAFE), shortfall=CUT))
    assert (verdict.outcome, verdict.code) == (Outcome.ERROR, "truncated")
    assert verdict.reason == "the video ends too early"
    assert verdict.views[0].outcome is Outcome.SAFE


def test_what_is_found_in_a_part_counts(judge: Judge) -> None:
    verdict = prepared(judge, replace(load(UNSAFE), shortfall=CUT))
    assert (verdict.outcome, verdict.violated) == (Outcome.UNSAFE, ("red-on-blue",))
    assert verdict.code == ""
    assert verdict.record is not None
    assert verdict.record.notes == ("the video ends too early",)


def test_what_a_model_failed_on_may_be_judged_again() -> None:
    class Failing:
        def score(self, asks: object) -> object:
            raise ModelError("it is out of order")

    judge = Judge(COLOURS, model=Models("failing", scorer=Failing()))  # type: ignore[arg-type]
    verdict = prepared(judge, replace(load(NOISE), shortfall=CUT))
    assert (verdict.outcome, verdict.code) == (Outcome.ERROR, "model_failed")


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_cut_video_is_unsafe_by_what_is_there_or_an_error(judge: Judge, share: float) -> None:
    for image, outcome in ((BAD, Outcome.UNSAFE), (GOOD, Outcome.ERROR)):
        data = video([np.asarray(image)] * 20, "MKV")
        verdict = prepared(judge, load_video(data[: int(len(data) * share)]))
        assert verdict.outcome is outcome
