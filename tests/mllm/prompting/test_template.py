from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from cluejudge.errors import ModelError
from cluejudge.mllm.prompting.template import (
    Words,
    default_words,
    make_template,
    parse_words,
    render,
)

WORDS = Words("Is it there?\n\nContent:", " Explain.")


class FakeProcessor:
    """A processor with a chat template that is a function."""

    def __init__(self, template: Any, source: str = "") -> None:
        self._template = template
        self.chat_template = source
        self.tokenizer = SimpleNamespace(chat_template=None)
        self.told: dict[str, Any] = {}

    def apply_chat_template(self, messages: list[Any], **told: Any) -> str:
        self.told = told
        parts = messages[0]["content"]
        image = "<image>" if parts[0]["type"] == "image" else ""
        return str(self._template(image, parts[-1]["text"]))


def plain(image: str, text: str) -> str:
    return f"<user>{image}{text}<end><assistant>"


def test_the_instruction_stands_before_the_content() -> None:
    template = make_template(FakeProcessor(plain), "m", WORDS)
    assert template.head == "<user><image>Is it there?\n\nContent:"
    assert template.blind == "<user>Is it there?\n\nContent:"
    assert template.question("a dog") == " a dog<end><assistant>"
    assert template.question("a dog", explain=True) == " a dog Explain.<end><assistant>"


def test_a_question_costs_its_content_and_the_end_of_the_turn() -> None:
    template = make_template(FakeProcessor(plain), "m", default_words())
    assert len(template.question("a dog")) < len(" a dog") + len("<end><assistant>") + 1


def test_a_template_with_words_of_its_own_is_given_only_the_content() -> None:
    def own(image: str, text: str) -> str:
        return f"<user>{image}Is this there: {text}<assistant>"

    template = make_template(FakeProcessor(own), "m", Words("", ""))
    assert template.blind + template.question("a dog") == "<user>Is this there: a dog<assistant>"


@pytest.mark.parametrize("part", ["ask", "explain"])
def test_the_digest_is_that_of_the_words(part: str) -> None:
    other = Words(**{"ask": WORDS.ask, "explain": WORDS.explain, part: "Other:"})
    made = [make_template(FakeProcessor(plain), "m", words).digest for words in (WORDS, other)]
    assert made[0] != made[1]


def test_a_picture_behind_the_question_is_refused() -> None:
    def behind(image: str, text: str) -> str:
        return f"<user>{text}{image}<assistant>"

    with pytest.raises(ModelError, match="puts the picture behind the question"):
        make_template(FakeProcessor(behind), "m", WORDS)


def test_a_template_that_leaves_the_picture_out_is_refused() -> None:
    def blind(image: str, text: str) -> str:
        return plain("", text)

    with pytest.raises(ModelError, match="leaves the picture out"):
        make_template(FakeProcessor(blind), "m", WORDS)


def test_a_picture_on_both_sides_of_the_question_is_refused() -> None:
    def around(image: str, text: str) -> str:
        return f"<user>{image}{text}{image}<assistant>"

    with pytest.raises(ModelError, match="puts the picture behind the question"):
        make_template(FakeProcessor(around), "m", WORDS)


@pytest.mark.parametrize(
    "change", [lambda image, text: "always the same", lambda image, text: f"{image}{text} {text}"]
)
def test_a_template_that_changes_the_message_is_refused(change: Any) -> None:
    with pytest.raises(ModelError, match="does not repeat a message"):
        make_template(FakeProcessor(change), "m", WORDS)


def test_a_template_that_fails_is_told() -> None:
    def broken(image: str, text: str) -> str:
        raise ValueError("no such role")

    with pytest.raises(ModelError, match="no such role"):
        make_template(FakeProcessor(broken), "m", WORDS)


def test_thinking_is_switched_off_only_where_there_is_a_switch() -> None:
    deaf, hearing = FakeProcessor(plain), FakeProcessor(plain, "{{ enable_thinking }}")
    for processor in (deaf, hearing):
        render(processor, "hello", pictured=True, name="m")
    assert "enable_thinking" not in deaf.told
    assert hearing.told["enable_thinking"] is False


@pytest.mark.parametrize(
    ("ending", "fits"),
    [("<think>\n\n</think>\n", True), ("<think>\n", False), ("</think><think>", False), ("", True)],
)
def test_a_model_that_would_think_first_is_refused(ending: str, fits: bool) -> None:
    def thinking(image: str, text: str) -> str:
        return plain(image, text) + ending

    processor = FakeProcessor(thinking)
    if fits:
        assert make_template(processor, "m", WORDS).tail.endswith(ending)
    else:
        with pytest.raises(ModelError, match="thinks before it answers"):
            make_template(processor, "m", WORDS)


def test_a_message_may_speak_of_thinking() -> None:
    rendered = render(FakeProcessor(plain), "they wrote <think> so", pictured=False, name="m")
    assert rendered == plain("", "they wrote <think> so")


def test_a_model_brings_its_words() -> None:
    told = {"ask": "Seen?", "explain": " Why?"}
    assert parse_words(json.dumps(told), "there") == Words("Seen?", " Why?")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"ask": ""}', '{"ask": "", "explain": 1}', '{"ask":"","explain":"","x":""}'],
)
def test_other_words_are_refused_with_their_place(text: str) -> None:
    with pytest.raises(ModelError, match=r"there/cluejudge\.json"):
        parse_words(text, "there/cluejudge.json")
