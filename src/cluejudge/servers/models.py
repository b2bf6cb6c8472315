"""The models of a judge behind a server, opened by their specs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial

from pydantic import SecretStr

from cluejudge import prompts
from cluejudge.errors import CluejudgeWarning, ServerError
from cluejudge.models.cascade import CascadedReasoner
from cluejudge.models.protocols import Models
from cluejudge.servers.address import parse_address
from cluejudge.servers.beside import detector_beside, encoder_beside
from cluejudge.servers.connection import Connection
from cluejudge.servers.options import NONE, ServerOptions
from cluejudge.servers.pictures import Pictures
from cluejudge.servers.probing.batch import decisions_shapes, probe_shapes, systemone_shapes
from cluejudge.servers.probing.chat import probe_chat
from cluejudge.servers.probing.listing import Listing, look
from cluejudge.servers.probing.probed import Facts, Probed
from cluejudge.servers.probing.writing import probe_writing
from cluejudge.servers.scorer import NO_PRIORS, PRIORS_HINT, ServerScorer
from cluejudge.servers.server import Server
from cluejudge.servers.texts import vet
from cluejudge.servers.wires.systemone import Statements
from cluejudge.servers.writer import ServerWriter

_SHAPES = {"systemone": systemone_shapes, "decisions": decisions_shapes}


def load_chat(arg: str, options: ServerOptions, key: SecretStr | None) -> Models:
    """The model `arg`, MODEL@URL, asked over its chat completions.

    Raises `UsageError` for an address or a key that cannot be, and `ServerError` for a server that
    cannot be reached or asked, before any picture of the user is sent.
    """
    return _load("chat", arg, options, key)


def load_systemone(arg: str, options: ServerOptions, key: SecretStr | None) -> Models:
    """As `load_chat`, asked over `/v1/systemone`."""
    return _load("systemone", arg, options, key)


def load_decisions(arg: str, options: ServerOptions, key: SecretStr | None) -> Models:
    """As `load_chat`, asked over `/v1/decisions`."""
    return _load("decisions", arg, options, key)


def load_writer(arg: str, options: ServerOptions, key: SecretStr | None) -> ServerWriter:
    """The writer of the model `arg`: its server's chat completions. Raises as `load_chat`."""
    server = Server(parse_address(arg), key, options)

    async def probe(connection: Connection) -> ServerWriter:
        return await _writer(server, connection, await look(connection))

    return server.run(probe)


def _load(kind: str, arg: str, options: ServerOptions, key: SecretStr | None) -> Models:
    server = Server(parse_address(arg), key, options)
    pictures = Pictures(options)
    listing, probed = server.run(partial(_probed, kind, pictures))
    reasoner, reasoning = _reasoner(server, listing)
    if not probed.priors:
        warnings.warn(f"{NO_PRIORS}: {PRIORS_HINT}", CluejudgeWarning, stacklevel=3)
    encoder, detector = encoder_beside(options), detector_beside(options)
    context = listing.contexts.get(server.address.model)
    return Models(
        name=f"{kind}:{server.address}",
        scorer=ServerScorer(server, probed.wire, pictures, priors=probed.priors),
        reasoner=reasoner,
        encoder=encoder,
        detector=detector,
        card=_distinct(
            ("model", server.address.model),
            ("server", f"{server.address.base}{probed.wire.path}"),
            *probed.facts,
            ("priors", "asked without a picture" if probed.priors else NO_PRIORS),
            ("pictures", pictures.told),
            *((("context", f"{context} tokens"),) if context else ()),
            *_words(kind, options),
            *reasoning,
            ("encoder", f"{encoder.name} {encoder.revision}" if encoder else _UNSCANNED),
            ("detector", f"{detector.name} {detector.revision}" if detector else NONE),
        ),
        vet=vet,
        vet_texts=encoder.vet if encoder else None,
        vet_words=detector.vet if detector else None,
        threshold_doubt=encoder.doubt if encoder else "",
        doubts=probed.doubts,
    )


_UNSCANNED = "none, so that every rule is asked"


async def _probed(kind: str, pictures: Pictures, connection: Connection) -> tuple[Listing, Probed]:
    listing = await look(connection)
    bare = connection.options.words == "bare"
    if kind == "chat":
        return listing, await probe_chat(connection, listing, pictures, bare=bare)
    shapes = _SHAPES[kind](connection.address.model, Statements(bare), listing.owner)
    return listing, await probe_shapes(connection, listing, pictures, shapes)


def _reasoner(server: Server, listing: Listing) -> tuple[CascadedReasoner | None, Facts]:
    """The reasoner over the server's chat, and what the card tells of it; none without a chat."""
    options = server.options
    if options.reasoning == NONE:
        return None, (("reasoning", NONE),)

    async def probe(connection: Connection) -> ServerWriter:
        return await _writer(server, connection, listing)

    try:
        writer = server.run(probe)
    except ServerError as error:
        if error.retryable:
            raise
        warnings.warn(
            f"no reasonings are written, for the server's chat cannot be used: {error}. What only "
            "reasoning could decide stays unsure",
            CluejudgeWarning,
            stacklevel=4,
        )
        return None, (("reasoning", "none, for the server has no chat"),)
    ask = "" if options.words == "bare" else None
    reasoner = CascadedReasoner(writer, ask=ask, count_tokens=writer.tokens)
    told = [fact for fact in reasoner.card if ask is None or fact[0] != "prompt ask"]
    return reasoner, (("reasoning", "json"), *told, *writer.card)


async def _writer(server: Server, connection: Connection, listing: Listing) -> ServerWriter:
    wire = await probe_writing(connection, listing)
    held = wire.structure if wire.structure != "none" else "nothing but the prompt"
    extras = ", ".join(f"{name}={value}" for name, value in wire.extras.items())
    card = (("writes held to", held), ("writes with", extras))
    return ServerWriter(server, wire, Pictures(server.options), card)


def _words(kind: str, options: ServerOptions) -> Facts:
    """The digests of the words that questions are asked in."""
    if options.words == "bare":
        return (("words", "bare"),)
    names: Sequence[str] = ("ask",) if kind == "chat" else ("look", "statement")
    return tuple((f"prompt {name}", prompts.load(name).digest) for name in names)


def _distinct(*facts: tuple[str, str]) -> Facts:
    """Each fact once: scorer and reasoner may share words."""
    return tuple(dict(facts).items())
