from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoProcessor, BertTokenizer, PreTrainedTokenizerFast

from cluejudge.errors import CluejudgeWarning, ModelError
from cluejudge.mllm.detection.captions import Caption, Captions
from tests.mllm.lookers import build

WORDS = ("fire", "fire truck", "truck", "person", "handcuffs")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("grounding-dino", tmp_path_factory.mktemp("captions") / "dino")


@pytest.fixture(scope="module")
def processor(folder: Path) -> AutoProcessor:
    return AutoProcessor.from_pretrained(folder)


def captions(processor: AutoProcessor, length: int = 256) -> Captions:
    return Captions(processor.tokenizer, length=length, name="dino")


def said(processor: AutoProcessor, caption: Caption) -> dict[str, list[str]]:
    """The tokens at the place of each word."""
    read = processor.tokenizer.convert_ids_to_tokens
    return {word: read(list(caption.ids[span])) for word, span in caption.spans}


def test_a_caption_is_the_text_that_transformers_makes(processor: AutoProcessor) -> None:
    (caption,) = captions(processor)(WORDS)
    text = processor(text=[list(WORDS)], return_tensors="pt")
    assert list(caption.ids) == text["input_ids"][0].tolist()
    assert caption.words == WORDS


def test_each_word_stands_at_its_own_tokens(processor: AutoProcessor) -> None:
    (caption,) = captions(processor)(WORDS)
    assert said(processor, caption) == {
        "fire": ["fire"],
        "fire truck": ["fire", "truck"],
        "truck": ["truck"],
        "person": ["person"],
        "handcuffs": ["hand", "##cu", "##ff", "##s"],
    }


def test_capitals_and_full_stops_do_not_end_a_word(processor: AutoProcessor) -> None:
    (caption,) = captions(processor)(["Red. Car?", "DOG"])
    assert said(processor, caption) == {"Red. Car?": ["red", "car"], "DOG": ["dog"]}


def test_words_that_do_not_fit_together_make_several_captions(processor: AutoProcessor) -> None:
    # Two tokens around the whole, and a full stop behind each word: 2 + 2 + 3 = 7, then 2 + 2 = 4.
    made = captions(processor, length=7)(WORDS[:3])
    assert [caption.words for caption in made] == [("fire", "fire truck"), ("truck",)]
    assert [len(caption.ids) for caption in made] == [7, 4]


def test_many_words_are_all_asked_for(processor: AutoProcessor) -> None:
    words = [f"{one} on {other}" for one in WORDS for other in WORDS]
    made = captions(processor, length=24)(words)
    assert [word for caption in made for word in caption.words] == words
    assert all(len(caption.ids) <= 24 for caption in made)


def test_a_word_longer_than_a_caption_is_cut_and_told_once(processor: AutoProcessor) -> None:
    make = captions(processor, length=6)
    with pytest.warns(CluejudgeWarning, match="reads only the first 3 of 5 tokens"):
        (caption,) = make(["red fire truck on car"])
    assert said(processor, caption) == {"red fire truck on car": ["red", "fire", "truck"]}
    assert len(caption.ids) == 6
    assert make(["red fire truck on car"]) == [caption]


def test_a_word_of_exactly_a_caption_is_not_cut(processor: AutoProcessor) -> None:
    (caption,) = captions(processor, length=6)(["red fire truck"])
    assert said(processor, caption) == {"red fire truck": ["red", "fire", "truck"]}


@pytest.mark.parametrize("word", ["zebra", "zebra on fire"])
def test_a_word_that_cannot_be_read_is_not_looked_for_in_vain(
    processor: AutoProcessor, word: str
) -> None:
    for asked in (captions(processor), captions(processor).vet):
        with pytest.raises(ModelError, match=f"cannot read the word '{word}'"):
            asked(["dog", word])


def test_vetting_says_what_would_be_cut(processor: AutoProcessor) -> None:
    make = captions(processor, length=6)
    with pytest.warns(CluejudgeWarning, match="reads only the first 3 of 5 tokens") as told:
        doubts = make.vet(["dog", "red fire truck on car"])
    assert doubts == [str(told[0].message)]
    assert make.vet(["dog", "red fire truck"]) == []


@pytest.mark.parametrize("word", ["", " ", "...", "?"])
def test_an_empty_word_is_refused(processor: AutoProcessor, word: str) -> None:
    with pytest.raises(ModelError, match="nothing to look for"):
        captions(processor)(["dog", word])


@pytest.mark.parametrize("kind", ["cls", "sep", "pad"])
def test_a_tokenizer_without_a_token_of_every_caption(kind: str, folder: Path) -> None:
    tokens = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]"}
    del tokens[kind]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        **{f"{one}_token": token for one, token in tokens.items()},
    )
    with pytest.raises(ModelError, match=f"the tokenizer of dino has no {kind} token"):
        Captions(tokenizer, length=256, name="dino")


def test_a_tokenizer_without_a_full_stop() -> None:
    known = ("[UNK]", "[CLS]", "[SEP]", "[PAD]", "dog")
    tokenizer = BertTokenizer(vocab={word: at for at, word in enumerate(known)})
    with pytest.raises(ModelError, match="has no full stop"):
        Captions(tokenizer, length=256, name="dino")


def test_a_special_token_is_refused(processor: AutoProcessor) -> None:
    with pytest.raises(ModelError, match=r"spells \[SEP\]"):
        captions(processor)(["dog [SEP] cat"])
