"""The decoder: reads a picture's prefix once, then any number of questions behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cluejudge.embedded.bypicture import ByPicture
from cluejudge.embedded.packing import Layout, lay_out
from cluejudge.embedded.prompt import Prompts
from cluejudge.embedded.session import Floats, Graph
from cluejudge.embedded.sight import Eye
from cluejudge.image import Picture

_KEPT = 64  # contexts; half a megabyte each
BATCH = 16

Context = Floats
"""Keys and values of a prefix, [layers, 2, heads, prefix, size]."""


class Decoder:
    """Next-token logits of new tokens behind contexts."""

    def __init__(self, graph: Graph, words: Floats) -> None:
        self._graph = graph
        self.words = words

    def __call__(self, layout: Layout, past: Floats) -> tuple[Floats, Floats]:
        """A layout behind the caches [layers, 2, rows, heads, prefix, size] of its rows.

        Gives the logits [questions, words] behind each question, and the caches of the new tokens.
        """
        return self.run(self.words[layout.ids], layout, past)

    def run(self, embeds: Floats, layout: Layout, past: Floats) -> tuple[Floats, Floats]:
        """The same with embeddings [rows, length, width] in place of the layout's ids."""
        logits, new = self._graph(
            embeds=embeds,
            positions=layout.positions,
            sees=layout.sees,
            past=past,
            rows=layout.ends,
        )
        return logits, new

    def nothing(self, rows: int) -> Floats:
        """The caches of rows that stand behind nothing."""
        layers, two, _, heads, _, size = self._graph.shape("past")
        return np.zeros((layers, two, rows, heads, 0, size), np.float32)


class Contexts:
    """The contexts of pictures, each read once as long as it is remembered."""

    def __init__(self, decoder: Decoder, prompts: Prompts, eye: Eye) -> None:
        self._decoder = decoder
        self._prompts = prompts
        self._eye = eye
        self._contexts = ByPicture(self._seen, size=_KEPT, batch=BATCH)
        self._blind: Context | None = None

    def __call__(self, pictures: Sequence[Picture]) -> list[Context]:
        """The context of each picture, in their order."""
        return self._contexts(pictures)

    def blind(self) -> Context:
        """The context without any picture, behind which the language prior is asked."""
        if self._blind is None:
            ids = self._prompts.blind_prefix
            self._blind = self._read(self._decoder.words[np.array([ids])], [ids])[0]
        return self._blind

    def _seen(self, pictures: Sequence[Picture]) -> list[Context]:
        ids = np.array(self._prompts.prefix)
        embeds = np.repeat(self._decoder.words[ids][None], len(pictures), axis=0)
        embeds[:, ids == self._prompts.image] = [sight.projected for sight in self._eye(pictures)]
        return self._read(embeds, [self._prompts.prefix] * len(pictures))

    def _read(self, embeds: Floats, prefixes: Sequence[Sequence[int]]) -> list[Context]:
        layout = lay_out([[prefix] for prefix in prefixes], 0)
        _, new = self._decoder.run(embeds, layout, self._decoder.nothing(len(prefixes)))
        return [new[:, :, row].copy() for row in range(len(prefixes))]


def stacked(contexts: Sequence[Context]) -> Floats:
    """Contexts of one length as the caches of rows: [layers, 2, rows, heads, prefix, size]."""
    return np.stack(contexts, axis=2)
