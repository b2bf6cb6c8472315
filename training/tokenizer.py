"""The embedded model's own small tokenizer: byte-level BPE over the words of the scenes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from cluejudge.embedded.prompt import WORD
from cluejudge.scenes.facts import NUMBERS, AtLeast, Literal, Not, State, Touch, Visible
from cluejudge.scenes.world import TERMS
from training.labels import ALIGNED
from training.questions import ALL_TERMS, CONTACTS, NO, STATED, UNCLEAR, YES, where
from training.texts import JOINTS, rule_texts

PAD, BOS, USER, ASSISTANT, END, IMAGE = (
    "<pad>",
    "<s>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
    "<image>",
)
SPECIAL = (PAD, BOS, USER, ASSISTANT, END, IMAGE)
INSTRUCTION = " Is this visible in the image? Answer Yes or No:"
"""Stands before the content, inside the prefix that all questions of an image share."""
EXPLAIN = " Explain first."
VERDICT = " Answer:"


def corpus() -> Iterator[str]:
    """Sentences that hold every word the model meets."""
    yield from (INSTRUCTION, EXPLAIN, VERDICT) * 20
    for term in ALL_TERMS:
        for fact in (Visible(term), Not(Visible(term)), AtLeast(term, 2), AtLeast(term, 3)):
            for phrase in fact.phrases:
                yield from (f" {phrase}.", f" There is {phrase}.") * 8
        yield f" There are four {TERMS[term].plural}, but not touching. many one" * 3
    for term, state in STATED:
        yield from (f" {p}, but not." for p in State(term, state).phrases)
    for held, host in CONTACTS:
        yield from (f" {p} together with" for p in Touch(held, host).phrases)
    for x in (0.1, 0.5, 0.9):
        yield from (f" {where((x, y))}." for y in (0.1, 0.5, 0.9) for _ in range(20))
    yield from (YES, NO, UNCLEAR, f" {YES}", f" {NO}", f" {UNCLEAR}") * 50
    yield " Nothing here is a pictogram that I know. shown and or, is are visible" * 5


def build_tokenizer(size: int = 640) -> Tokenizer:
    """Train it; every noun of the world and both labels come out as few tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


def content_words() -> tuple[str, ...]:
    """Every word that contents and statements of the training hold, in small letters, sorted."""
    facts: list[Literal] = [State(term, state) for term, state in STATED]
    facts += [Touch(held, host) for held, host in CONTACTS]
    for term in ALL_TERMS:
        facts += [Visible(term), Not(Visible(term)), *(AtLeast(term, n) for n in NUMBERS)]
    texts = [phrase for fact in facts for phrase in fact.phrases]
    texts += [*JOINTS, *rule_texts().values()]
    return tuple(sorted({word.lower() for text in texts for word in WORD.findall(text)}))


def run_tokenizer(run: Path) -> Tokenizer:
    """The tokenizer of a run: what `run` holds, else built anew and kept there."""
    path = run / "tokenizer.json"
    if not path.exists():
        run.mkdir(parents=True, exist_ok=True)
        build_tokenizer().save(str(path))
    return Tokenizer.from_file(str(path))


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    """Token ids of `text`, no special tokens added."""
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


def token(tokenizer: Tokenizer, name: str) -> int:
    """The id of a special token."""
    found = tokenizer.token_to_id(name)
    assert found is not None, f"the tokenizer has no {name}"
    return int(found)


def aligned_words(tokenizer: Tokenizer) -> list[list[int]]:
    """For each label that has a word (`labels.ALIGNED`), the word's token ids."""
    return [encode(tokenizer, f" {word}") for word in ALIGNED.values()]


def suffix(tokenizer: Tokenizer, content: str, *, explain: bool = False) -> list[int]:
    """A question behind the shared prefix, up to where the answer begins."""
    text = f" {content}{EXPLAIN if explain else ''}"
    return [*encode(tokenizer, text), token(tokenizer, END), token(tokenizer, ASSISTANT)]


def pad_to(rows: list[list[int]], pad: int, width: int = 0) -> NDArray[np.int64]:
    """Rows of token ids as one array, int64 [rows, the longest or `width`]."""
    width = max(width, *map(len, rows))
    return np.array([row + [pad] * (width - len(row)) for row in rows], np.int64)
