from __future__ import annotations

import math
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ModelError
from cluejudge.mllm.prompting.labels import Labels, labels_behind

LABELS = Labels(yes=(("Yes", 1), (" yes", 2)), no=(("No", 3),))


def words(*vocabulary: str) -> dict[str, int]:
    return {word: number for number, word in enumerate(vocabulary)}


def encoder(vocabulary: dict[str, int]):  # type: ignore[no-untyped-def]
    """Longest match first; a letter that is in no word is a token of its own."""
    pattern = re.compile("|".join(map(re.escape, sorted(vocabulary, key=len, reverse=True))) + "|.")

    def encode(text: str) -> list[int]:
        return [vocabulary.get(part, 1000 + ord(part[0])) for part in pattern.findall(text)]

    return encode


def test_every_spelling_that_is_one_token_counts() -> None:
    encode = encoder(words("Yes", " Yes", "No", "no", "<a>"))
    found = labels_behind(encode, "<a>", "m")
    assert [text for text, _ in found.yes] == ["Yes", " Yes"]
    assert [text for text, _ in found.no] == ["No", "no"]


def test_a_spelling_that_joins_the_prompt_does_not_count() -> None:
    encode = encoder(words("Yes", "No", ":", ":Yes", " Yes", " No"))
    found = labels_behind(encode, ":", "m")
    assert [text for text, _ in found.yes] == [" Yes"]


@pytest.mark.parametrize(("vocabulary", "lacking"), [(("Yes",), "No"), (("No",), "Yes")])
def test_a_model_without_a_label_is_refused(vocabulary: tuple[str, ...], lacking: str) -> None:
    with pytest.raises(ModelError, match=f"no single token for '{lacking}'"):
        labels_behind(encoder(words(*vocabulary)), "<a>", "m")


def test_a_token_that_means_both_is_refused() -> None:
    def encode(text: str) -> list[int]:
        return [0, 1] if text != "<a>" else [0]

    with pytest.raises(ModelError, match="means both"):
        labels_behind(encode, "<a>", "m")


@given(st.lists(st.floats(-30, 30), min_size=6, max_size=6))
def test_an_answer_is_the_share_of_its_spellings(logits: list[float]) -> None:
    shares = torch.tensor(logits, dtype=torch.float64).softmax(-1).tolist()
    answer = LABELS.read(torch.tensor([logits]))[0]
    assert math.exp(answer.log_yes) == pytest.approx(shares[1] + shares[2], rel=1e-3, abs=1e-9)
    assert math.exp(answer.log_no) == pytest.approx(shares[3], rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_scores_that_are_no_numbers_are_no_answer(bad: float) -> None:
    with pytest.raises(ModelError, match="no numbers"):
        LABELS.read(torch.tensor([[0.0, bad, 0.0, 1.0]]))


def test_labels_tell_their_tokens() -> None:
    assert str(LABELS) == "'Yes' 1, ' yes' 2; 'No' 3"
