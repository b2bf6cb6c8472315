from __future__ import annotations

import pytest

from cluejudge.service.review.answers import Filled
from cluejudge.service.review.listing import outcome_options, percent, row
from cluejudge.service.review.pictures import Album, Seen
from cluejudge.service.review.views import ItemView, item_view
from cluejudge.store.records import Answer, Decision, Review, RuleOverride
from cluejudge.verdict import Outcome, RuleOutcome, Verdict, ViewVerdict
from tests.report import samples
from tests.report.samples import ABSTAIN, ALL, ERROR, ON_FIRE, SAFE, UNSAFE
from tests.service.review.making import drafted

WHOLE = Album((Seen("whole", 192, 128),))


def decided(verdict: Verdict) -> Decision:
    return Decision(**dict(drafted(verdict)), seq=7, at="2026-11-22T10:00:00.123456Z")


def viewed(verdict: Verdict, album: Album = WHOLE, filled: Filled | None = None) -> ItemView:
    return item_view(decided(verdict), album, (), filled)


def review(answer: Answer, outcome: Outcome, seq: int = 9) -> Review:
    overrides = (
        (RuleOverride(rule_id="on-fire", outcome=RuleOutcome.CLEARED, reason="a toy"),)
        if answer is Answer.OVERRULE
        else ()
    )
    return Review(
        id=f"rev_{seq}",
        seq=seq,
        at="2026-11-22T11:00:00.000000Z",
        decision_id="dec_1",
        reviewer="ana",
        answer=answer,
        outcome=outcome,
        overrides=overrides,
    )


def test_each_rule_is_shown_once_those_that_count_first() -> None:
    view = viewed(UNSAFE)
    assert [panel.rule_id for panel in view.told] == ["on-fire", "medicine-and-child"]
    assert [panel.rule_id for panel in view.others] == ["gambling", "two-in-bed"]
    assert view.others_tally == "1 irrelevant, 1 cleared"
    assert {panel.place for panel in view.panels} == set(range(4))


def test_the_evidence_has_scores_before_and_after_their_bounds_and_the_reasoning() -> None:
    evidence = "".join(panel.evidence for panel in viewed(UNSAFE).panels)
    for told in ("0.71", "+0.41", "a₂ +0.56", "holds, by region removed", "There is a white coat."):
        assert told in evidence


def test_what_is_open_is_told_even_if_it_was_not_asked_about() -> None:
    finding = ON_FIRE.model_copy(update={"outcome": RuleOutcome.NOT_JUDGED, "groups": ()})
    view = viewed(ABSTAIN.model_copy(update={"rules": (finding,)}))
    assert [panel.outcome for panel in view.told] == ["not judged"]
    assert view.open_rules == 1


def test_boxes_are_drawn_in_the_pixels_of_the_picture() -> None:
    (shot,) = viewed(UNSAFE).shots
    assert 'viewBox="0 0 192 128"' in shot.overlay
    assert 'x="40" y="30" width="60" height="80"' in shot.overlay
    assert shot.main
    assert shot.kept


def test_without_the_image_its_boxes_are_shown_all_the_same() -> None:
    view = viewed(UNSAFE, Album())
    (shot,) = view.shots
    assert 'x="40" y="30"' in shot.overlay
    assert not shot.kept
    assert view.no_case == "A regression case needs the image, and it is not kept."
    assert viewed(ERROR, Album()).shots == ()


def test_boxes_that_do_not_fit_the_recorded_size_are_not_drawn() -> None:
    box = samples.FIRE.box
    assert box is not None
    far = samples.FIRE.model_copy(update={"box": box.model_copy(update={"right": 500})})
    finding = ON_FIRE.model_copy(update={"groups": ((far,),)})
    assert viewed(UNSAFE.model_copy(update={"rules": (finding,)}), Album()).shots == ()


def test_of_many_frames_those_that_count_come_first() -> None:
    finding = ON_FIRE.model_copy(update={"view": "frame 2"})
    views = tuple(
        ViewVerdict(view=f"frame {n}", outcome=Outcome.UNSAFE if n == 2 else Outcome.SAFE)
        for n in (1, 2, 3)
    )
    verdict = UNSAFE.model_copy(update={"rules": (finding,), "views": views})
    album = Album(tuple(Seen(f"frame {n}", 192, 128) for n in (1, 2, 3)))
    shots = viewed(verdict, album).shots
    assert [shot.place for shot in shots] == [1, 0, 2]
    assert [shot.main for shot in shots] == [True, False, False]
    assert shots[0].caption == "frame 2: unsafe"


def test_frames_that_no_rule_speaks_of_have_one_shown() -> None:
    views = tuple(ViewVerdict(view=f"frame {n}", outcome=Outcome.SAFE) for n in (1, 2))
    album = Album((Seen("frame 1", 9, 9), Seen("frame 2", 9, 9)))
    shots = viewed(SAFE.model_copy(update={"views": views}), album).shots
    assert [shot.main for shot in shots] == [True, False]


def test_the_record_of_a_decision_is_there() -> None:
    facts = dict(viewed(UNSAFE).facts)
    assert facts["judged"] == "2026-11-22 10:00:00 UTC"
    assert facts["constitution digest"].startswith("5f70bf18")
    assert "scorer: embedded 0.1" in facts["models"]
    assert facts["entry of the log"] == "7"
    assert facts["decision"].startswith("dec_")


def test_what_was_filled_in_stays() -> None:
    filled = Filled(chosen={0: RuleOutcome.CLEARED}, reasons={0: "a toy"})
    panel = viewed(UNSAFE, filled=filled).told[0]
    assert panel.changed
    assert panel.reason == "a toy"
    assert [choice.label for choice in panel.choices if choice.chosen] == ["cleared"]


@pytest.mark.parametrize("verdict", ALL, ids=lambda verdict: str(verdict.outcome))
def test_every_rule_starts_as_judged(verdict: Verdict) -> None:
    for panel in viewed(verdict).panels:
        assert [choice.value for choice in panel.choices if choice.chosen] == [""]


def test_earlier_reviews_are_told() -> None:
    given = (review(Answer.SKIP, Outcome.UNSAFE, 8), review(Answer.OVERRULE, Outcome.ABSTAIN))
    skipped, overruled = item_view(decided(UNSAFE), WHOLE, given).earlier
    assert skipped.answer == "skipped"
    assert overruled.changes == ("on-fire should be cleared: a toy",)


def test_rules_that_were_overruled_for_one_reason_are_told_together() -> None:
    rules = ("fire", "knives", "smoke")
    overrides = tuple(
        RuleOverride(rule_id=rule, outcome=RuleOutcome.CLEARED, reason="a cat") for rule in rules
    )
    given = review(Answer.OVERRULE, Outcome.SAFE).model_copy(update={"overrides": overrides})
    (earlier,) = item_view(decided(UNSAFE), WHOLE, (given,)).earlier
    assert earlier.changes == ("fire, knives, smoke should be cleared: a cat",)


def test_a_row_says_what_matters() -> None:
    assert row(decided(UNSAFE)).why == "on-fire"
    assert row(decided(ABSTAIN)).why == "unsure: medicine-and-child"
    assert row(decided(ERROR)).why == "the file ends before the picture does"
    skipped = review(Answer.SKIP, Outcome.UNSAFE, 10)
    for given in ([], [skipped]):
        listed = row(decided(UNSAFE), [review(Answer.OVERRULE, Outcome.SAFE), *given])
        assert (listed.review, listed.stands) == ("overruled", "safe")
    assert row(decided(UNSAFE), [skipped]).review == "skipped"
    assert row(decided(UNSAFE)).review == ""


def test_a_name_that_is_missing_or_hostile_is_still_a_name() -> None:
    assert row(decided(UNSAFE.model_copy(update={"image": ""}))).name.startswith("dec_")
    name = row(decided(UNSAFE.model_copy(update={"image": "a\u202egpj.exe\n"}))).name
    assert name == "a\\u202egpj.exe"


def test_shares_are_in_words() -> None:
    assert percent(1, 3) == "33%"
    assert percent(0, 0) == "\N{EN DASH}"
    labels = [option.label for option in outcome_options({}, [], 0.02)]
    assert labels[-1] == "a sample of the safe (2%)"
    assert outcome_options({}, [], 0.001)[-1].label == "a sample of the safe"
