"""Stage 3: the debiased token scores of all atoms at once (section 3.3 of the paper)."""

from __future__ import annotations

from dataclasses import replace

from cluejudge.asks import Score, YesNo
from cluejudge.judge.case import Case, Flow, Inquiry, put
from cluejudge.judge.reading import Stop, doubts, token_answers
from cluejudge.judge.scoring import debias, middle_test, token_test
from cluejudge.settings import Debias
from cluejudge.verdict import Stage


def ask_tokens(case: Case) -> Flow[Case]:
    """Asks `M(x, c)` and the prior `M(None, c)` of every pending atom.

    An answer outside Yes and No, or a mere bound on it, decides nothing and is left to reasoning.
    """
    asked = [(inquiry, _bundle(inquiry, case.method.debias)) for inquiry in case.pending()]
    case = yield from put(case, [bundle for _, bundle in asked])
    return case.changed(
        _tested(inquiry, token_answers(case, bundle), case.method.debias)
        for inquiry, bundle in asked
    )


def _bundle(inquiry: Inquiry, how: Debias) -> list[Score]:
    content = inquiry.question.content
    bundle = [Score(inquiry.picture, content)]
    return bundle if how is Debias.NONE else [*bundle, Score(None, content)]


def _tested(inquiry: Inquiry, answers: list[YesNo] | Stop, how: Debias) -> Inquiry:
    if isinstance(answers, Stop):
        return inquiry.left(answers.stage, answers.reason)
    image, prior = answers[0].p_yes, answers[1].p_yes if len(answers) > 1 else None
    debiased = debias(image, 0.5 if prior is None else prior, inquiry.thresholds, how)
    inquiry = inquiry.scored(
        image=image,
        prior=prior,
        debiased=debiased.score,
        low=debiased.low,
        high=debiased.high,
        label_mass=min(answer.label_mass for answer in answers),
        exact=all(answer.exact for answer in answers),
    )
    doubt = doubts(answers, inquiry.thresholds)
    if doubt:
        return replace(inquiry, doubt=doubt)
    visible = token_test(debiased)
    if visible is None:
        return replace(inquiry, leaning=middle_test(debiased))
    return inquiry.decided(visible, Stage.PRIOR)
