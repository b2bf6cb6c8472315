from __future__ import annotations

import math

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from cluejudge.embedded.labels import Labels, label_tokens
from cluejudge.errors import ModelError


def tokenizer(*merged: str) -> Tokenizer:
    """A byte-level tokenizer of single bytes and of `merged`: words, or "Ġ" and such a word."""
    vocabulary = {byte: number for number, byte in enumerate(pre_tokenizers.ByteLevel.alphabet())}
    merges: list[tuple[str, str]] = []
    for word in merged:
        whole = word[1:] in vocabulary
        for end in (len(word),) if whole else range(2, len(word) + 1):
            vocabulary[word[:end]] = len(vocabulary)
            merges.append((word[0], word[1:]) if whole else (word[: end - 1], word[end - 1]))
    made = Tokenizer(models.BPE(vocabulary, merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    return made


def test_every_spelling_that_is_one_token_counts() -> None:
    made = tokenizer("Yes", "No", "ĠYes")
    found = label_tokens(made, ("say", "A:"))
    assert found.yes == {"Yes": made.token_to_id("Yes"), " Yes": made.token_to_id("ĠYes")}
    assert found.no == {"No": made.token_to_id("No")}


@pytest.mark.parametrize(("words", "lacking"), [(("Yes",), "No"), (("No",), "Yes")])
def test_a_label_of_several_tokens_is_refused(words: tuple[str, ...], lacking: str) -> None:
    with pytest.raises(ModelError, match=f"no single token for '{lacking}'"):
        label_tokens(tokenizer(*words), ("say",))


def test_a_label_that_melts_into_its_context_is_refused() -> None:
    """Behind "say" without a space the label would be a part of the word "sayYes"."""
    with pytest.raises(ModelError, match="no single token"):
        label_tokens(tokenizer("sayYes", "sayNo", "Yes", "No"), ("say",))


def test_spellings_are_summed_over_the_whole_vocabulary() -> None:
    odds = np.array([1, 2, 3, 4, 10], np.float32)
    answer = Labels((0, 1), (2,)).read(np.log(odds) + 5)
    assert math.exp(answer.log_yes) == pytest.approx(3 / 20)
    assert math.exp(answer.log_no) == pytest.approx(3 / 20)
    assert answer.label_mass == pytest.approx(6 / 20)
    assert answer.p_yes == pytest.approx(0.5)
