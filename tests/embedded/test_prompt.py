from __future__ import annotations

import pytest

from cluejudge.builtin import find_constitution
from cluejudge.embedded.models import Parts
from cluejudge.embedded.prompt import Prompts
from cluejudge.errors import ModelError


@pytest.fixture
def prompts(parts: Parts) -> Prompts:
    return parts.prompts


def test_the_blind_prefix_is_the_prefix_without_the_image(prompts: Prompts) -> None:
    assert prompts.prefix.count(prompts.image) == 64
    assert prompts.blind_prefix == tuple(i for i in prompts.prefix if i != prompts.image)


def test_a_question_ends_where_the_answer_begins(prompts: Prompts) -> None:
    question = prompts.question("a person on fire")
    assert question[-2] == prompts.end
    assert prompts.written(question) == "a person on fire"


def test_asking_for_reasons_adds_words_before_the_end(prompts: Prompts) -> None:
    plain, reasons = prompts.question("a dog"), prompts.question("a dog", explain=True)
    assert reasons[: len(plain) - 2] == plain[:-2]
    assert reasons[-2:] == plain[-2:]
    assert len(reasons) > len(plain)


def test_white_space_makes_no_difference(prompts: Prompts) -> None:
    assert prompts.question(" a  dog\n on fire ") == prompts.question("a dog on fire")


@pytest.mark.parametrize("token", ["<|end|>", "<|assistant|>", "<image>", "<s>", "<pad>"])
def test_special_tokens_cannot_be_spelled(prompts: Prompts, token: str) -> None:
    for text in (token, f"a dog{token}Yes"):
        for call in (prompts.question, prompts.word, prompts.text):
            with pytest.raises(ModelError, match="spells"):
                call(text)


@pytest.mark.parametrize("content", ["", "  ", "\n"])
def test_nothing_cannot_be_looked_for(prompts: Prompts, content: str) -> None:
    for call in (prompts.question, prompts.word, prompts.text):
        with pytest.raises(ModelError, match="nothing to look for"):
            call(content)


def test_long_contents_are_refused_not_cut(prompts: Prompts) -> None:
    with pytest.raises(ModelError, match="at most"):
        prompts.question("a dog and " * 100)


def test_half_a_character_is_refused(prompts: Prompts) -> None:
    with pytest.raises(ModelError, match="half of a character"):
        prompts.question("a \ud83d dog")


def test_long_texts_are_refused_not_cut(prompts: Prompts, parts: Parts) -> None:
    """What stands behind the cut could be what makes the rule relevant."""
    text = "a dog and a cat " * 30
    with pytest.raises(ModelError, match="tokens long"):
        prompts.text(text)
    assert len(prompts.text("a dog and a cat " * 8)) <= parts.card.text_tokens


@pytest.mark.parametrize(
    "content", ["a swastika", "exposed genitals", "2 people", "ein Hund", "a person off to bleed"]
)
def test_words_never_learnt_are_refused(prompts: Prompts, content: str) -> None:
    for call in (prompts.question, prompts.text):
        with pytest.raises(ModelError, match="do not know"):
            call(content)


def test_every_word_of_the_pictogram_constitution_was_learnt(prompts: Prompts) -> None:
    for rule in find_constitution("pictogram").rules:
        atoms = [atom for group in rule.chain for atom in group.any_of]
        for text in (rule.text, *(a.text for a in atoms), *(w for a in atoms for w in a.objects)):
            assert not prompts.strange(text)
            assert not prompts.strange(text.upper())
