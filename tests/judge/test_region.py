from __future__ import annotations

import pytest

from cluejudge.asks import Failed, Reason, Score
from cluejudge.compiled import ThresholdOverrides
from cluejudge.image import Box
from cluejudge.judge import region
from cluejudge.settings import Method, RegionFill
from cluejudge.verdict import Cause, Outcome, Stage, ViewVerdict
from tests.judge.rules import atom, rule
from tests.judge.script import NO, OPEN, PICTURE, YES, Script, first_atom, play
from tests.judge.world import yes_no

LARGE, SMALL = Box(10, 10, 40, 40), Box(10, 10, 14, 14)
RULE = rule("r", atom("a cat", "cat"))


@pytest.mark.parametrize(("without", "unsafe"), [(0.19, True), (0.21, False)])
def test_a_score_that_falls_when_the_object_is_removed_is_enough(
    without: float, unsafe: bool
) -> None:
    script = Script(
        boxes={"cat": (LARGE, 0.9)},
        image={"a cat": 0.8},
        without={"a cat": without},
        reasons={"a cat": False},
    )
    verdict = play(script, RULE)
    one = first_atom(verdict)
    assert (verdict.outcome is Outcome.UNSAFE) is unsafe
    assert one.decided_by is (Stage.REGION if unsafe else Stage.REASONING)
    assert one.scores.without_region == pytest.approx(without)
    assert (one.scores.region_bound, one.scores.full_image) == (0.6, None)


def test_the_bound_may_be_the_rules_own() -> None:
    own = rule("r", atom("a cat", "cat"), thresholds=ThresholdOverrides(region=0.1))
    script = Script(boxes={"cat": (LARGE, 0.9)}, image={"a cat": OPEN}, without={"a cat": 0.4})
    one = first_atom(play(script, own))
    assert (one.decided_by, one.scores.region_bound) == (Stage.REGION, 0.1)


def test_after_a_crop_the_whole_picture_is_compared() -> None:
    script = Script(
        boxes={"cat": (SMALL, 0.9)},
        crop={"a cat": OPEN},
        image={"a cat": 0.85},
        without={"a cat": 0.1},
    )
    one = first_atom(play(script, RULE))
    assert one.decided_by is Stage.REGION
    assert one.scores.image == pytest.approx(OPEN)
    assert one.scores.full_image == pytest.approx(0.85)


@pytest.mark.parametrize("fill", RegionFill)
def test_the_fill_is_an_option(fill: RegionFill) -> None:
    script = Script(boxes={"cat": (LARGE, 0.9)}, image={"a cat": OPEN}, reasons={"a cat": False})
    play(script, RULE, method=Method(region_fill=fill))
    assert script.put(Score)[1] == [Score(PICTURE.without(LARGE, fill), "a cat")]


def test_it_is_asked_only_for_what_is_open_in_rules_that_are_alive() -> None:
    cleared = rule("a", atom("a dog", "dog"), atom("fire"))
    script = Script(
        boxes={"cat": (LARGE, 0.9), "dog": (LARGE, 0.9)},
        image={"a cat": YES, "a dog": OPEN, "fire": NO},
    )
    play(script, RULE, cleared)
    assert len(script.put(Score)) == 1


def test_atoms_that_share_box_and_content_share_the_question() -> None:
    script = Script(boxes={"cat": (LARGE, 0.9)}, image={"a cat": OPEN}, reasons={"a cat": False})
    play(script, RULE, rule("s", atom("a cat", "cat")))
    assert [len(asks) for asks in script.put(Score)] == [2, 1]


def test_without_it_reasoning_is_next() -> None:
    script = Script(boxes={"cat": (LARGE, 0.9)}, image={"a cat": OPEN}, reasons={"a cat": True})
    one = first_atom(play(script, RULE, method=Method(region=False)))
    assert (one.decided_by, one.scores.without_region) == (Stage.REASONING, None)


def test_no_answer_here_leaves_it_to_reasoning() -> None:
    script = Script(
        boxes={"cat": (LARGE, 0.9)},
        image={"a cat": 0.85},
        without={"a cat": yes_no(0.01, 0.2)},
        reasons={"a cat": False},
    )
    one = first_atom(play(script, RULE))
    assert one.decided_by is Stage.REASONING
    assert one.scores.label_mass == pytest.approx(0.2)


def test_a_failure_here_is_not_reasoned_away() -> None:
    script = Script(
        boxes={"cat": (LARGE, 0.9)},
        image={"a cat": OPEN},
        without={"a cat": Failed("out of memory")},
        reasons={"a cat": False},
    )
    assert play(script, RULE).cause is Cause.MODEL_FAILED
    assert not script.put(Reason)


def test_large_pictures_are_asked_about_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("cat", "dog", "bed")
    chain = rule("r", *(atom(f"a {word}", word) for word in words))
    boxes = {word: (Box(index, 0, 50, 50), 0.9) for index, word in enumerate(words)}
    contents = [f"a {word}" for word in words]

    def played() -> tuple[ViewVerdict, list[int]]:
        script = Script(
            boxes=boxes,
            image=dict.fromkeys(contents, 0.8),
            without=dict.fromkeys(contents, 0.1),
        )
        return play(script, chain), [len(asks) for asks in script.put(Score)]

    at_once, lists = played()
    assert lists == [6, 3]
    monkeypatch.setattr(region, "_PIXELS", 2 * PICTURE.area)
    in_portions, lists = played()
    assert lists == [6, 2, 1]
    assert in_portions == at_once
    assert in_portions.outcome is Outcome.UNSAFE
