"""The tokenizers: one small byte-level BPE for all, and each family's own special tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

SENTENCES = (
    "Yes, there is a dog on the left of the picture, and no, it does not bite.",
    "Is a person visible in the image? Answer Yes or No.",
    "No weapon is visible in the image; the knife lies in another room.",
    "Is the following content visible in the image? Answer with one word.",
    "Two or more people stand near a fire, a car and a tree.",
    "The reasoning comes first, and the answer is yes or no.",
)
LABELS = ("Yes", " Yes", "yes", " yes", "No", " No", "no", " no")
LABEL_WEIGHT = 40  # how often each label is seen: enough that it is merged before any other word
BASE_SIZE = 430


@dataclass(frozen=True)
class Tokens:
    """The special tokens of one family.

    `named` ones are attributes of its tokenizer; `ends` end a turn, besides `eos`; `plain` ones
    are tokens of their own but nothing special, as the marks of thinking are.
    """

    eos: str
    pad: str
    bos: str | None = None
    adds_bos: bool = False
    named: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    tokenizer_class: str = "PreTrainedTokenizerFast"

    @property
    def special(self) -> list[str]:
        """All of them, each once, in the order of their ids."""
        first = [self.bos] if self.bos else []
        return list(dict.fromkeys([*first, self.eos, self.pad, *self.named.values(), *self.others]))


@cache
def base() -> str:
    """The tokenizer that all families share, as JSON: the bytes and some merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=BASE_SIZE,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*SENTENCES, *LABELS * LABEL_WEIGHT], trainer)
    return tokenizer.to_str()


def build(tokens: Tokens) -> Tokenizer:
    """The family's tokenizer."""
    tokenizer = Tokenizer.from_str(base())
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in tokens.special]
    )
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in tokens.plain])
    if tokens.adds_bos:
        assert tokens.bos is not None
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{tokens.bos} $A",
            pair=f"{tokens.bos} $A {tokens.bos} $B",
            special_tokens=[(tokens.bos, tokenizer.token_to_id(tokens.bos))],
        )
    return tokenizer


def ids_of(tokenizer: Tokenizer) -> Callable[[str], int]:
    """The id of a token by its text; `KeyError` where it is none."""

    def of(token: str) -> int:
        found: int | None = tokenizer.token_to_id(token)
        if found is None:
            raise KeyError(token)
        return found

    return of


def labels(tokenizer: Tokenizer) -> list[int]:
    """The ids of `LABELS`."""
    return [tokenizer.encode(label, add_special_tokens=False).ids[0] for label in LABELS]


def save(tokenizer: Tokenizer, tokens: Tokens, folder: Path) -> None:
    """Writes `tokenizer.json` and `tokenizer_config.json`."""
    tokenizer.save(str(folder / "tokenizer.json"))
    settings: dict[str, Any] = {
        "tokenizer_class": tokens.tokenizer_class,
        "bos_token": tokens.bos,
        "eos_token": tokens.eos,
        "pad_token": tokens.pad,
        "extra_special_tokens": dict(tokens.named),
        "model_max_length": 4096,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2), "utf-8")
