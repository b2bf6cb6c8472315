"""Stage 4: does the score fall when the object is taken out of the picture (section 3.4)?"""

from __future__ import annotations

from dataclasses import replace

from cluejudge.asks import Score, YesNo
from cluejudge.image import Box, Picture
from cluejudge.judge.case import Case, Flow, Inquiry, Stop, doubts, put, token_answers
from cluejudge.judge.scoring import region_test
from cluejudge.settings import RegionFill
from cluejudge.verdict import Stage


def ask_without_region(case: Case) -> Flow[Case]:
    """Asks `M(x - i, c)` of every pending atom that has a confident box.

    `x` is the whole picture, so an atom whose first tests looked at a crop is asked about the
    whole picture too. Each region is removed once, for all atoms that share it.
    """
    if not case.method.region:
        return case
    inquiries = [one for one in case.pending() if one.region and not one.doubt]
    regions = {one.region for one in inquiries if one.region}
    removed = _removed(case.picture, regions, case.method.region_fill)
    asked = [
        (one, _bundle(one, case.picture, removed[one.region])) for one in inquiries if one.region
    ]
    case = yield from put(case, [bundle for _, bundle in asked])
    return case.changed(_tested(one, token_answers(case, bundle)) for one, bundle in asked)


def _removed(picture: Picture, regions: set[Box], fill: RegionFill) -> dict[Box, Picture]:
    return {region: picture.without(region, fill) for region in regions}


def _bundle(inquiry: Inquiry, whole: Picture, without: Picture) -> list[Score]:
    content = inquiry.question.content
    return [Score(whole, content), Score(without, content)]


def _tested(inquiry: Inquiry, answers: list[YesNo] | Stop) -> Inquiry:
    if isinstance(answers, Stop):
        return inquiry.left(answers.stage, answers.reason)
    full, without = (answer.p_yes for answer in answers)
    bound = inquiry.thresholds.region
    masses = (answer.label_mass for answer in answers)
    inquiry = inquiry.scored(
        full_image=full if inquiry.cropped else None,
        without_region=without,
        region_bound=bound,
        label_mass=min(inquiry.scores.label_mass or 0.0, *masses),
        exact=inquiry.scores.exact and all(answer.exact for answer in answers),
    )
    doubt = doubts(answers, inquiry.thresholds)
    if doubt:
        return replace(inquiry, doubt=doubt)
    return inquiry.decided(True, Stage.REGION) if region_test(full, without, bound) else inquiry
