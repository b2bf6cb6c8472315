"""The embedded models, put together from the files of one folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from cluejudge.embedded.card import (
    DECODER,
    TEXT,
    TOKENIZER,
    VISION,
    WORDS,
    Card,
    read_card,
)
from cluejudge.embedded.decoder import Contexts, Decoder
from cluejudge.embedded.detector import EmbeddedDetector
from cluejudge.embedded.encoder import EmbeddedEncoder
from cluejudge.embedded.labels import Labels
from cluejudge.embedded.prompt import Prompts
from cluejudge.embedded.reasoner import EmbeddedReasoner
from cluejudge.embedded.recogniser import EmbeddedRecogniser
from cluejudge.embedded.scorer import EmbeddedScorer
from cluejudge.embedded.session import Floats, Graph
from cluejudge.embedded.sight import Eye
from cluejudge.errors import ModelError, UsageError
from cluejudge.models.protocols import Models

DATA = Path(__file__).parent / "data"
"""The weights that ship with the package."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the models are made of; all of them look through one eye and read one decoder."""

    card: Card
    prompts: Prompts
    labels: Labels
    words: Floats
    eye: Eye
    decoder: Decoder
    contexts: Contexts
    texts: Graph


def load(arg: str = "") -> Models:
    """The models of the package, or those of the folder `arg`, such as `training.export` writes.

    Raises `UsageError` if `arg` is no folder, `ModelError` if what is in it cannot be used.
    """
    folder = Path(arg) if arg else DATA
    if arg and not folder.is_dir():
        raise UsageError(f"there is no folder of embedded models at {arg}")
    return assembled(open_parts(folder))


def open_parts(folder: Path, graph: Callable[[Path], Graph] = Graph) -> Parts:
    """Open the files of a folder, its graphs by `graph`.

    Raises `ModelError` if they cannot be used.
    """
    card = read_card(folder)
    prompts = Prompts(Tokenizer.from_file(str(folder / TOKENIZER)), card)
    words: Floats = np.load(folder / WORDS).astype(np.float32)
    eye = Eye(graph(folder / VISION))
    decoder = Decoder(graph(folder / DECODER), words)
    contexts = Contexts(decoder, prompts, eye)
    labels = _labels(prompts, card)
    return Parts(card, prompts, labels, words, eye, decoder, contexts, graph(folder / TEXT))


def assembled(parts: Parts) -> Models:
    """The models made of `parts`."""
    card, prompts, eye, bounds = parts.card, parts.prompts, parts.eye, parts.card.thresholds
    return Models(
        name="embedded",
        scorer=EmbeddedScorer(parts.decoder, parts.contexts, prompts, parts.labels),
        reasoner=EmbeddedReasoner(
            parts.decoder, parts.contexts, prompts, parts.labels, longest=card.reasoning_tokens
        ),
        encoder=EmbeddedEncoder(parts.texts, eye, prompts, threshold=bounds.relevance),
        detector=EmbeddedDetector(
            eye,
            prompts,
            parts.words,
            scale=card.word_scale,
            bias=card.word_bias,
            threshold=bounds.detector,
        ),
        recogniser=EmbeddedRecogniser(eye, threshold=bounds.known),
        card=(
            ("model", f"{card.name} {card.version}"),
            ("digest", card.digest),
            ("knows", "scenes of pictograms only"),
        ),
    )


def _labels(prompts: Prompts, card: Card) -> Labels:
    """The tokens of Yes and No as this tokenizer has them, which must be the card's."""
    found = prompts.label_tokens()
    if found != card.labels:
        raise ModelError("the embedded models' tokens of Yes and No are not those of their card")
    return Labels(tuple(found.yes.values()), tuple(found.no.values()))
