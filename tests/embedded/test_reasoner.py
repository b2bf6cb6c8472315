from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cluejudge.asks import Reason, Reasoning, answered
from cluejudge.embedded.decoder import Decoder
from cluejudge.embedded.models import Parts
from cluejudge.embedded.packing import Layout
from cluejudge.embedded.reasoner import EmbeddedReasoner
from cluejudge.embedded.session import Floats
from cluejudge.image import Picture
from cluejudge.models.protocols import Models

CONTENTS = ("a person on fire", "a dog", "two or more people touching a knife and a bomb")


class Scripted(Decoder):
    """A decoder that says fixed tokens, each with the probability `sure`, to every row."""

    def __init__(self, parts: Parts, script: Sequence[int], sure: float = 0.9) -> None:
        super().__init__(parts.decoder._graph, parts.words)
        self.script = list(script)
        self.sure = sure

    def __call__(self, layout: Layout, past: Floats) -> tuple[Floats, Floats]:
        logits, new = super().__call__(layout, past)
        odds = np.full(logits.shape, (1 - self.sure) / logits.shape[1], np.float32)
        odds[:, self.script.pop(0)] += self.sure
        return np.log(odds), new


def written(parts: Parts, picture: Picture, text: str, **options: float) -> Reasoning:
    """The reasoning of a decoder that writes `text`, in which END stands for the special token."""
    tokenizer = parts.prompts._tokenizer
    script = tokenizer.encode(text.replace("END", "<|end|>"), add_special_tokens=False).ids
    decoder = Scripted(parts, script, options.get("sure", 0.9))
    limit = int(options.get("limit", len(script)))
    reasoner = EmbeddedReasoner(decoder, parts.contexts, parts.prompts, parts.labels, longest=60)
    return answered(reasoner.reason([Reason(picture, "a dog", limit)]))[0]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (" There is a dog at the left. Answer: YesEND", True),
        (" There is no dog. Answer: NoEND", False),
        (" Answer: NoEND", False),
        (" There is a dog. Answer: Yes", None),  # cut off before the end
        (" There is a dog. Answer:", None),
        (" Answer: UnclearEND", None),
        (" YesEND", None),
        (" There is a dog. YesEND", None),
        (" Answer: Yes NoEND", None),
        (" Answer: Yes Answer: NoEND", False),
        ("END", None),
    ],
)
def test_only_an_announced_label_at_the_end_is_an_answer(
    parts: Parts, scenes: list[Picture], text: str, answer: bool | None
) -> None:
    found = written(parts, scenes[0], text)
    assert found.answer is answer
    assert (found.p_yes is None) == (answer is None)
    if found.p_yes is not None:
        assert (found.p_yes > 0.5) is answer
    assert found.text == text.replace("END", "").strip()


@pytest.mark.parametrize("limit", range(1, 12))
def test_cut_off_it_answers_nothing(parts: Parts, scenes: list[Picture], limit: int) -> None:
    text = " There is a dog at the left. Answer: YesEND"
    whole = written(parts, scenes[0], text)
    assert whole.answer is True
    cut = written(parts, scenes[0], text, limit=limit)
    assert cut.tokens == min(limit, whole.tokens)
    assert cut.answer is (None if limit < whole.tokens else True)


def test_an_answer_that_is_hardly_yes_or_no_is_none(parts: Parts, scenes: list[Picture]) -> None:
    assert written(parts, scenes[0], " Answer: YesEND", sure=0.6).answer is True
    assert written(parts, scenes[0], " Answer: YesEND", sure=0.4).answer is None


def test_a_batch_writes_what_each_would_alone(embedded: Models, scenes: list[Picture]) -> None:
    """Questions of several lengths, reasonings that end at several times."""
    assert embedded.reasoner
    asks = [Reason(picture, content) for picture in scenes for content in CONTENTS]
    together = answered(embedded.reasoner.reason([*asks, *asks[::-1]]))
    alone = [answered(embedded.reasoner.reason([ask]))[0] for ask in asks]
    assert together == [*alone, *alone[::-1]]


def test_words_are_those_of_plain_sequences(
    embedded: Models, parts: Parts, scenes: list[Picture]
) -> None:
    """The likeliest words by whole sequences without any cache."""
    from cluejudge.embedded.packing import lay_out

    assert embedded.reasoner
    (found,) = answered(embedded.reasoner.reason([Reason(scenes[1], CONTENTS[2], 6)]))
    prompts, decoder = parts.prompts, parts.decoder
    ids = [*prompts.prefix, *prompts.question(CONTENTS[2], explain=True)]
    start = len(ids)
    for _ in range(found.tokens):
        embeds = decoder.words[ids][None]
        embeds[:, np.array(ids) == prompts.image] = parts.eye([scenes[1]])[0].projected
        logits, _ = decoder.run(embeds, lay_out([[ids]], 0), decoder.nothing(1))
        ids.append(int(logits[0].argmax()))
    assert prompts.written(ids[start:]) == found.text


def test_each_ask_keeps_its_own_length(embedded: Models, scenes: list[Picture]) -> None:
    assert embedded.reasoner
    asks = [Reason(scenes[0], "a dog", limit) for limit in (1, 4, 2)]
    for ask, reasoning in zip(asks, answered(embedded.reasoner.reason(asks)), strict=True):
        assert 1 <= reasoning.tokens <= ask.max_tokens
