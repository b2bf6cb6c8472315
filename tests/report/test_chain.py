from cluejudge.report.chain import rule
from cluejudge.settings import Debias, Thresholds
from cluejudge.verdict import AtomFinding, AtomScores, StudentFinding
from tests.report.samples import DOCTOR, MEDICINE, ON_FIRE, PERSON


def drawn(atom: AtomFinding, debias: Debias = Debias.DIFFERENCE) -> str:
    finding = ON_FIRE.model_copy(
        update={"groups": ((atom,),), "thresholds": Thresholds(reasoning=0.7)}
    )
    return rule(finding, debias, open_=True)


def test_a_stage_that_did_not_run_draws_nothing() -> None:
    html = drawn(PERSON.model_copy(update={"scores": AtomScores()}))
    assert "<dl>" not in html
    html = drawn(PERSON.model_copy(update={"scores": AtomScores(image=0.4)}))
    assert "no prior asked" in html
    assert html.count('class="measure"') == 1


def test_log_odds_may_leave_the_range_of_probabilities() -> None:
    scores = AtomScores(image=0.99, prior=0.1, debiased=6.79, low=-0.6, high=2.2)
    html = drawn(PERSON.model_copy(update={"scores": scores}), Debias.LOG_ODDS)
    assert "+6.79" in html
    assert 'cx="220"' not in html.split("After debiasing", 1)[1]


def test_a_bound_is_not_shown_as_exact() -> None:
    scores = AtomScores(image=0.4, prior=0.5, exact=False)
    assert "0.50, a bound" in drawn(PERSON.model_copy(update={"scores": scores}))


def test_the_reasoning_is_measured_by_the_rule_s_own_threshold() -> None:
    assert "bound 0.70" in drawn(DOCTOR)


def test_a_reason_is_said_once() -> None:
    assert DOCTOR.reason
    same = MEDICINE.model_copy(update={"reason": DOCTOR.reason})
    assert rule(same, Debias.DIFFERENCE, open_=True).count(DOCTOR.reason) == 1
    assert MEDICINE.reason in rule(MEDICINE, Debias.DIFFERENCE, open_=True)


def test_or_and_and() -> None:
    html = rule(ON_FIRE, Debias.DIFFERENCE, open_=False)
    assert html.count("<li>") == 2
    assert html.count("any of these") == 1
    assert "<details open" not in html


def test_what_a_student_found_says_by_which_bounds() -> None:
    said = StudentFinding(p=0.97, low=0.05, high=0.9)
    found = ON_FIRE.model_copy(update={"groups": (), "student": said})
    html = rule(found, Debias.DIFFERENCE, open_=True)
    assert "by the student: P(violated) 0.97, cleared up to 0.05, violated from 0.9" in html
    assert "<li>" not in html
