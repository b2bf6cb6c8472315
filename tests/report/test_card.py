import pytest

from cluejudge.report.card import card
from cluejudge.verdict import Answer, Outcome, RuleOutcome, Verdict, ViewVerdict
from tests.report.samples import ALL, ERROR, FIRE, ON_FIRE, SAFE, UNSAFE, moving, picture


def test_a_violated_rule_shows_its_evidence() -> None:
    html = card(UNSAFE, {"whole": picture()})
    assert "Violates on-fire; action: block." in html
    for shown in ("flames cover the body", "0.71", "+0.41", "+0.67", "holds, by region removed"):
        assert shown in html
    for bound in ("a₁ \N{MINUS SIGN}0.09", "a₂ +0.56", "b +0.60", "prior 0.30"):
        assert bound in html
    assert "fire, flames 0.77" in html
    assert "There is a white coat." in html


def test_violated_rules_are_open_and_the_others_folded() -> None:
    html = card(UNSAFE, {"whole": picture()})
    assert html.count("<details open") + html.count('" open>') == 2
    assert "Other rules: 1 irrelevant, 1 cleared" in html
    assert "Rules: 1 irrelevant, 1 cleared" in card(SAFE, {"whole": picture()})


def test_an_input_that_could_not_be_read_says_why() -> None:
    html = card(ERROR, {})
    assert "the file ends before the picture does (truncated)" in html
    assert "No picture to show" in html


def test_the_frame_that_violates_is_the_one_shown() -> None:
    finding = ON_FIRE.model_copy(update={"view": "frame 7"})
    verdict = UNSAFE.model_copy(update={"rules": (finding,)})
    frames = {"frame 1": picture(seed=1), "frame 7": picture(seed=7)}
    html = card(verdict, frames)
    assert html.count("<img") == 1
    assert "<figcaption>frame 7</figcaption>" in html
    assert "fire, flames 0.77" in html


def test_an_animation_tells_when_it_violates() -> None:
    assert "on-fire: 3.0-6.5 s" in card(moving(), {})
    assert "-6.5 s" not in card(UNSAFE, {})


def test_a_frame_that_abstains_is_shown_before_those_that_are_safe() -> None:
    views = (
        ViewVerdict(view="frame 1", outcome=Outcome.SAFE),
        ViewVerdict(view="frame 2", outcome=Outcome.ABSTAIN),
    )
    verdict = Verdict(image="a.gif", outcome=Outcome.ABSTAIN, views=views)
    html = card(verdict, {"frame 1": picture(seed=1), "frame 2": picture(seed=2)})
    assert "<figcaption>frame 2</figcaption>" in html
    assert html.count("<img") == 1


@pytest.mark.parametrize(
    ("answer", "negated", "drawn"),
    [
        (Answer.YES, False, True),
        (Answer.NO, False, False),
        (Answer.UNSURE, False, True),
        (Answer.YES, True, False),
        (Answer.NO, True, True),
        (Answer.UNSURE, True, True),
    ],
)
def test_boxes_are_drawn_only_where_something_may_be(
    answer: Answer, negated: bool, drawn: bool
) -> None:
    atom = FIRE.model_copy(update={"answer": answer, "negated": negated})
    rule = ON_FIRE.model_copy(update={"groups": ((atom,),)})
    html = card(UNSAFE.model_copy(update={"rules": (rule,)}), {"whole": picture()})
    assert ("fire, flames 0.77" in html) is drawn


def test_every_text_of_a_verdict_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    atom = FIRE.model_copy(update={"text": evil, "rationale": evil, "reason": evil})
    assert atom.box is not None
    atom = atom.model_copy(update={"box": atom.box.model_copy(update={"words": (evil,)})})
    rule = ON_FIRE.model_copy(
        update={"rule_id": evil, "text": evil, "reason": evil, "action": evil, "groups": ((atom,),)}
    )
    verdict = Verdict(
        image=evil,
        outcome=UNSAFE.outcome,
        violated=(evil,),
        action=evil,
        rules=(rule,),
        reason=evil,
        code=evil,
        constitution=evil,
        models={evil: evil},
    )
    html = card(verdict, {"whole": picture()})
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 12


def test_a_card_carries_its_outcome_for_the_filters() -> None:
    for verdict in ALL:
        opening = f'<article class="card {verdict.outcome}" data-outcome="{verdict.outcome}">'
        assert card(verdict, {}).startswith(opening)


def test_rules_that_were_not_judged_are_shown() -> None:
    finding = ON_FIRE.model_copy(
        update={"outcome": RuleOutcome.NOT_JUDGED, "reason": "the budget is used up"}
    )
    html = card(UNSAFE.model_copy(update={"rules": (finding,)}), {})
    assert "not judged" in html
    assert "the budget is used up" in html
