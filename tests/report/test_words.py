from hypothesis import given
from hypothesis import strategies as st

from cluejudge.report.words import (
    MARKS,
    STAGES,
    atom_text,
    decision,
    one_line,
    printable,
    region_gain,
    relevance_text,
    signed,
    student_text,
)
from cluejudge.verdict import Answer, AtomScores, Stage, StudentFinding
from tests.report.samples import DOCTOR, FIRE, GAMBLING, ON_FIRE, PERSON


@given(st.text())
def test_printable_text_can_be_printed_and_encoded(value: str) -> None:
    shown = printable(value)
    assert all(char.isprintable() or char == "\n" for char in shown)
    shown.encode("utf-8")


def test_names_stay_on_one_line() -> None:
    assert one_line("a\n b\t\x1bc") == r"a b \x1bc"


def test_every_answer_and_stage_has_words() -> None:
    assert set(MARKS) == set(Answer)
    assert set(STAGES) == set(Stage)


def test_decisions_in_words() -> None:
    assert decision(PERSON) == "holds, by debiased score"
    assert decision(FIRE.model_copy(update={"cropped": True})) == (
        "holds, by region removed, on the crop of a small object"
    )
    unneeded = PERSON.model_copy(update={"decided_by": Stage.NOT_NEEDED})
    assert decision(unneeded) == "not needed"
    assert atom_text(DOCTOR) == "not visible: a doctor is present"


def test_the_region_test_is_about_the_full_image() -> None:
    crop = AtomScores(image=0.9, full_image=0.7, without_region=0.1)
    assert region_gain(crop) == 0.7 - 0.1
    assert region_gain(AtomScores(image=0.9)) is None


def test_relevance_in_words() -> None:
    assert relevance_text(ON_FIRE) == "relevance 0.31 ≥ 0.22"
    assert relevance_text(GAMBLING) == "relevance 0.05 < 0.22"
    assert relevance_text(GAMBLING.model_copy(update={"relevance": None})) == ""


def test_differences_carry_their_sign() -> None:
    assert (signed(0.5), signed(-0.25)) == ("+0.50", "\N{MINUS SIGN}0.25")


def test_what_a_student_said() -> None:
    assert student_text(ON_FIRE) == ""
    said = StudentFinding(p=0.031, low=0.05, high=0.9)
    told = student_text(ON_FIRE.model_copy(update={"student": said}))
    assert told == "by the student: P(violated) 0.031, cleared up to 0.05, violated from 0.9"
    never = student_text(ON_FIRE.model_copy(update={"student": StudentFinding(p=0.5)}))
    assert never.endswith("never cleared, never called violated")
