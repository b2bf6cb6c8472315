"""Which shape a server's systemone or decisions has: each is tried, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence

from cluejudge.errors import ServerError
from cluejudge.servers.connection import Connection, RejectedError
from cluejudge.servers.pictures import Pictures
from cluejudge.servers.probing.listing import Listing, explained
from cluejudge.servers.probing.probed import Probed
from cluejudge.servers.probing.trial import Trial, tried
from cluejudge.servers.wires.decisions import OpenaiDecisions, SglangDecisions
from cluejudge.servers.wires.question import Wire
from cluejudge.servers.wires.systemone import Statements, SystemoneWire

_NOT_SO = frozenset({400, 404, 405, 422, 501})
"""Statuses that may mean: not in this shape."""

MASS_UNTOLD = (
    "the server does not tell how much of the model's answer is Yes or No, so that an answer which "
    "is neither cannot be told from one: min_label_mass checks nothing"
)


def systemone_shapes(model: str, words: Statements, owner: str) -> list[Wire]:
    """The shapes of systemone that a server of `owner` may have.

    Pictures in `images` first: SGLang passes over `assets` without a word, and with them over the
    picture, while transformers refuses `images`.
    """
    images = SystemoneWire(model, words, assets=False)
    return [images] if owner in ("vllm", "sglang") else [images, SystemoneWire(model, words, True)]


def decisions_shapes(model: str, words: Statements, owner: str) -> list[Wire]:
    """The shapes of decisions that a server of `owner` may have."""
    sglang, openai = SglangDecisions(model, words), OpenaiDecisions(model, words)
    if owner == "sglang":
        return [sglang]
    return [openai] if owner == "vllm" else [openai, sglang]


async def probe_shapes(
    connection: Connection, listing: Listing, pictures: Pictures, shapes: Sequence[Wire]
) -> Probed:
    """The first of `shapes` that the server takes. Raises `ServerError` if it takes none."""
    problems: list[RejectedError] = []
    for wire in shapes:
        try:
            trial = await tried(connection, wire, pictures)
        except RejectedError as error:
            if error.status not in _NOT_SO:
                raise
            problems.append(error)
            continue
        doubts = () if trial.figure.mass_told else (MASS_UNTOLD,)
        return Probed(wire, trial.prior is not None, _facts(connection, wire, trial), doubts)
    raise _refused(connection, listing, shapes[0], problems)


def _facts(connection: Connection, wire: Wire, trial: Trial) -> tuple[tuple[str, str], ...]:
    told = "told" if trial.figure.mass_told else "not told"
    how = "as the server tells them"
    if isinstance(wire, OpenaiDecisions):
        how = "rounded to two decimals by the server, so known to half a hundredth"
    return (
        ("probabilities", f"{how}; label mass {told}"),
        ("questions a request", str(min(wire.most, connection.options.batch or wire.most))),
    )


def _refused(
    connection: Connection, listing: Listing, wire: Wire, problems: Sequence[RejectedError]
) -> ServerError:
    origin = connection.address.origin
    if all(one.status in (404, 405) for one in problems) and listing.has(connection.address.model):
        return ServerError(
            f"the server {origin} has no {wire.path}", hint=f"try chat:{connection.address}"
        )
    explanation = explained(problems[-1], connection, listing)
    if not isinstance(explanation, RejectedError):
        return explanation
    said = "; or in the other shape ".join(
        dict.fromkeys(f"{one.status}: {one.words}" for one in problems)
    )
    return ServerError(
        f"the server {origin} does not answer questions about pictures at {wire.path}: {said}",
        hint=f"try chat:{connection.address}",
    )
