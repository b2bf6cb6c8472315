"""How many floating-point operations a Qwen3-VL must do, by its shape: the lines of the formula.

A multiplication and an addition are two operations. Counted are the matrices, and the products of
attention (queries with keys, weights with values) over what a token really sees; left out are the
embeddings, norms, activations and softmaxes, a percent or so.

- A picture of T tokens is 4 T patches; each goes through the patch embedding and all layers of the
  tower, where it sees every patch; T times the merger and each deepstack merger.
- A token of text goes through all layers and sees the tokens before it, the cached ones too.
- An answer, or a written token, goes through the last matrix: width x vocabulary.
"""

from __future__ import annotations

from benchmarks.shapes import MERGE, PATCH, Shape

_FRAMES = 2
_COLOURS = 3


def looking(shape: Shape, image_tokens: int) -> float:
    """To encode one picture."""
    sight = shape.sight
    square = MERGE * MERGE
    patches = square * image_tokens
    embedding = _FRAMES * _COLOURS * PATCH * PATCH * sight.width
    layer = 4 * sight.width**2 + 2 * sight.width * sight.mlp
    attention = 4 * patches * patches * sight.width * sight.layers
    merger = (square * sight.width) * (square * sight.width + shape.width)
    mergers = (1 + len(sight.deepstack)) * merger * image_tokens
    return 2 * patches * (embedding + layer * sight.layers) + attention + 2 * mergers


def reading(shape: Shape, tokens: float, behind: float = 0) -> float:
    """To read `tokens` tokens behind `behind` cached ones."""
    seen = tokens * behind + tokens * (tokens + 1) / 2
    attention = 4 * shape.heads * shape.head_size * seen
    return shape.layers * (2 * shape.layer_weights * tokens + attention)


def naming(shape: Shape) -> float:
    """To give one token's probabilities."""
    return 2 * shape.width * shape.vocabulary


def asking(
    shape: Shape, image_tokens: int, prefix: float, own: float, count: int, *, shared: bool
) -> float:
    """To answer `count` questions of `own` tokens about one picture.

    `prefix` is all that stands before a question, the picture's tokens with it. It is looked at and
    read once if `shared`, and for every question if not.
    """
    first = looking(shape, image_tokens) + reading(shape, prefix)
    one = reading(shape, own, prefix) + naming(shape)
    return (1 if shared else count) * first + count * one


def writing(shape: Shape, tokens: int, behind: float) -> float:
    """To write `tokens` tokens behind `behind` cached ones."""
    return reading(shape, tokens, behind) + tokens * naming(shape)
