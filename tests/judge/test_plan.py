from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.compiled import CompiledRule, ThresholdOverrides
from cluejudge.constitution import Severity
from cluejudge.judge.plan import Question, plan
from cluejudge.settings import GroupQuestion, Method, RelevanceText, Thresholds
from tests.judge.rules import atom, rule, rules

CAT, DOG, NO_CAT = atom("a cat", "cat"), atom("a dog", "dog", "cat"), atom("a cat", negated=True)


@given(drawn=rules(), data=st.data())
def test_the_order_is_that_of_severity_and_id(
    drawn: tuple[CompiledRule, ...], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(drawn))
    planned = plan(shuffled, Thresholds(), Method())
    assert planned == plan(drawn, Thresholds(), Method())
    ranks = [list(Severity).index(one.rule.severity) for one in planned]
    assert ranks == sorted(ranks, reverse=True)


def test_overrides_replace_only_what_they_name() -> None:
    own = rule("r", CAT, thresholds=ThresholdOverrides(region=0.1))
    (planned,) = plan([own], Thresholds(prior_low=0.2), Method())
    assert planned.thresholds == Thresholds(prior_low=0.2, region=0.1)


def test_a_whole_group_unites_texts_and_words() -> None:
    method = Method(group_question=GroupQuestion.WHOLE)
    (planned,) = plan([rule("r", (CAT, DOG), (NO_CAT, DOG), CAT)], Thresholds(), method)
    assert planned.groups == (
        (Question("a cat or a dog", ("cat", "dog")),),
        (Question("a cat", (), True), Question("a dog", ("dog", "cat"))),
        (Question("a cat", ("cat",)),),
    )


def test_relevance_texts_are_distinct_and_present() -> None:
    one = rule("r", (CAT, DOG), CAT, atom("a bed", negated=True))
    (by_rule,) = plan([one], Thresholds(), Method())
    assert by_rule.texts == (one.text,)
    method = Method(relevance_text=RelevanceText.RULE_AND_ATOMS)
    (by_atoms,) = plan([one], Thresholds(), method)
    assert by_atoms.texts == (one.text, "a cat", "a dog")
