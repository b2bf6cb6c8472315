"""The dual encoder of the relevance scan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cluejudge.embedded.prompt import Prompts
from cluejudge.embedded.session import Floats, Graph
from cluejudge.embedded.sight import Eye
from cluejudge.image import Picture

_BATCH = 64
_JOINT = 96


class EmbeddedEncoder:
    """Pictures and texts as unit vectors; a text is relevant from the cosine `threshold` on."""

    def __init__(self, graph: Graph, eye: Eye, prompts: Prompts, *, threshold: float) -> None:
        self._graph = graph
        self._eye = eye
        self._prompts = prompts
        self.threshold = threshold

    def embed_images(self, images: Sequence[Picture]) -> Floats:
        """Unit vectors, float32 [images, 96]."""
        vectors = [sight.vector for sight in self._eye(images)]
        return np.array(vectors, np.float32).reshape(-1, _JOINT)

    def embed_texts(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, float32 [texts, 96]. Raises `ModelError` as `Prompts.text` does."""
        tokens = [self._prompts.text(text) for text in texts]
        parts = [self._embed(tokens[k : k + _BATCH]) for k in range(0, len(tokens), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, _JOINT), np.float32)

    def _embed(self, tokens: Sequence[Sequence[int]]) -> Floats:
        ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
        for row, own in zip(ids, tokens, strict=True):
            row[: len(own)] = own
        return self._graph(ids=ids)[0]
