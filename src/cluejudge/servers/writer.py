"""The writer: texts by a server's chat completions, all of a batch side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cluejudge.asks import Failed, Unanswered
from cluejudge.errors import ModelError
from cluejudge.models.cache import Memory
from cluejudge.models.cascade import estimated_tokens
from cluejudge.models.protocols import Write
from cluejudge.servers.connection import Connection, RejectedError
from cluejudge.servers.pictures import Pictures
from cluejudge.servers.scorer import refusal_in
from cluejudge.servers.server import Server
from cluejudge.servers.turns import Group, in_turns
from cluejudge.servers.wires.chat import PATH, read_completion
from cluejudge.servers.wires.writing import WritingWire, Written, read_text


class ServerWriter:
    """The likeliest text for each request. What fails is `Failed` for its own request.

    `card` says how the server writes.
    """

    def __init__(
        self,
        server: Server,
        wire: WritingWire,
        pictures: Pictures,
        card: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._server = server
        self._wire = wire
        self._pictures = pictures
        self._tokens: Memory[str, int] = Memory(4096)
        self.name = f"chat:{server.address}"
        self.card = card

    def write(self, asks: Sequence[Write]) -> list[str | Unanswered]:
        """A text for each request, in their order; none of them is an exception."""
        return self._server.run(partial(self._written, asks)) if asks else []

    def tokens(self, text: str) -> int:
        """How many tokens the server counted for a text that it wrote lately, else an estimate."""
        return self._tokens.recall(text) or estimated_tokens(text)

    async def _written(
        self, asks: Sequence[Write], connection: Connection
    ) -> list[str | Unanswered]:
        groups = [
            Group((partial(self._one, connection, ask),), first_alone=False, account=ask.account)
            for ask in asks
        ]
        workers = connection.options.concurrency
        found = await in_turns(groups, workers=workers, patience=self._server.patience)
        return [one for (one,) in found]

    async def _one(self, connection: Connection, ask: Write, until: float) -> str | Unanswered:
        try:
            body = self._wire.body(ask, await self._pictures.ready(ask.image))
            data = await connection.post(PATH, body, until)
            written = read_text(read_completion(data), ask)
        except RejectedError as error:
            return refusal_in(error) or Failed(str(error), error.retryable)
        except ModelError as error:
            return Failed(str(error), error.retryable)
        if not isinstance(written, Written):
            return written
        if written.tokens:
            self._tokens.keep(written.text, written.tokens)
        return written.text
