from __future__ import annotations

import pytest

from cluejudge.asks import Failed, Locate, Reason, Score
from cluejudge.compiled import ThresholdOverrides
from cluejudge.image import Box
from cluejudge.settings import BoxChoice, Method
from cluejudge.verdict import Answer, Cause, Outcome, Stage
from tests.judge.rules import atom, rule
from tests.judge.script import NO, OPEN, PICTURE, YES, Script, first_atom, play

SMALL = Box(10, 10, 19, 20)  # 90 of 10,000 pixels
LARGE = Box(10, 10, 20, 20)  # 100 of 10,000 pixels
RULE = rule("r", atom("a cat", "cat"))


def test_the_crop_of_a_small_object_is_looked_at() -> None:
    script = Script(boxes={"cat": (SMALL, 0.9)}, image={"a cat": NO}, crop={"a cat": YES})
    one = first_atom(play(script, RULE))
    assert (one.answer, one.cropped) == (Answer.YES, True)
    assert script.put(Score)[0][0] == Score(PICTURE.crop(SMALL), "a cat")
    assert one.box is not None
    assert (one.box.left, one.box.top, one.box.right, one.box.bottom) == (10, 10, 19, 20)
    assert (one.box.score, one.box.bound, one.box.words) == (0.9, 0.05, ("cat",))


def test_the_reasoning_looks_at_the_crop_too() -> None:
    script = Script(boxes={"cat": (SMALL, 0.9)}, crop={"a cat": OPEN}, reasons={"a cat": True})
    play(script, RULE)
    assert script.put(Reason) == [[Reason(PICTURE.crop(SMALL), "a cat")]]


@pytest.mark.parametrize(
    ("box", "score", "own"),
    [
        (LARGE, 0.9, ThresholdOverrides()),
        (SMALL, 0.049, ThresholdOverrides()),
        (SMALL, 0.9, ThresholdOverrides(detector=0.95)),
        (SMALL, 0.9, ThresholdOverrides(small_object=0.009)),
    ],
)
def test_else_the_whole_picture_is(box: Box, score: float, own: ThresholdOverrides) -> None:
    script = Script(boxes={"cat": (box, score)}, image={"a cat": NO}, crop={"a cat": YES})
    one = first_atom(play(script, rule("r", atom("a cat", "cat"), thresholds=own)))
    assert (one.answer, one.cropped) == (Answer.NO, False)


def test_cropping_can_be_switched_off() -> None:
    script = Script(boxes={"cat": (SMALL, 0.9)}, image={"a cat": NO})
    one = first_atom(play(script, RULE, method=Method(small_object=False)))
    assert (one.cropped, one.box is not None) == (False, True)


def test_nothing_is_located_where_nothing_uses_it() -> None:
    script = Script(image={"a cat": NO})
    play(script, RULE, method=Method(small_object=False, region=False))
    play(script, rule("r", atom("a cat")))
    assert not script.put(Locate)


def test_all_words_of_all_rules_are_one_ask() -> None:
    other = rule("s", atom("a dog", "dog", "cat"))
    script = Script(image={"a cat": NO, "a dog": NO})
    play(script, RULE, other)
    assert script.put(Locate) == [[Locate(PICTURE, ("cat", "dog"))]]


def test_an_atoms_region_unites_the_boxes_of_its_words() -> None:
    both = rule("r", atom("a cat on a bed", "cat", "bed"))
    boxes = {"cat": (Box(5, 5, 30, 30), 0.4), "bed": (Box(20, 20, 80, 60), 0.7)}
    script = Script(boxes=boxes, image={"a cat on a bed": NO})
    box = first_atom(play(script, both)).box
    assert box is not None
    assert (box.left, box.top, box.right, box.bottom) == (5, 5, 80, 60)
    assert (box.score, box.words) == (0.7, ("bed", "cat"))


@pytest.mark.parametrize(("choice", "right"), [(BoxChoice.UNION, 90), (BoxChoice.BEST, 30)])
def test_of_one_word_all_boxes_count_or_the_best(choice: BoxChoice, right: int) -> None:
    from cluejudge.asks import Ask, Boxes, Located, Reply
    from cluejudge.judge import drive_one, judge_flow
    from tests.judge.script import EVERYTHING

    script = Script(image={"a cat": NO})
    found = Boxes(
        (Located(Box(5, 5, 30, 30), "cat", 0.8), Located(Box(60, 5, 90, 30), "cat", 0.3)), 0.05
    )

    def answer(asks: list[Ask]) -> list[Reply]:
        replies = script.answer(asks)
        return [
            found if isinstance(ask, Locate) else reply
            for ask, reply in zip(asks, replies, strict=True)
        ]

    flow = judge_flow(PICTURE, [RULE], EVERYTHING, method=Method(boxes=choice))
    box = first_atom(drive_one(flow, answer)).box  # type: ignore[arg-type]
    assert box is not None
    assert box.right == right


def test_a_failed_detector_never_clears() -> None:
    script = Script(boxes=Failed("out of memory"), image={"a cat": NO})
    verdict = play(script, RULE)
    assert (verdict.outcome, verdict.cause) == (Outcome.ERROR, Cause.MODEL_FAILED)
    assert first_atom(verdict).decided_by is Stage.FAILED
    assert first_atom(verdict).scores.image == pytest.approx(NO)


@pytest.mark.parametrize("script", [Script(image={"a cat": YES}), Script(reasons={"a cat": True})])
def test_what_is_seen_without_the_detector_is_seen(script: Script) -> None:
    script.boxes = Failed("out of memory")
    assert play(script, RULE).outcome is Outcome.UNSAFE


def test_a_box_outside_the_picture_is_a_failure() -> None:
    script = Script(boxes={"cat": (Box(90, 90, 101, 100), 0.9)}, image={"a cat": NO})
    assert play(script, RULE).cause is Cause.MODEL_FAILED
