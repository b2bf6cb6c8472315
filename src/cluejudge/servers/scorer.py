"""The scorer: contents as questions to a server, a picture's together, each failure kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cluejudge.asks import Failed, Refused, Score, Unanswered, YesNo
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.servers.connection import Connection, RejectedError
from cluejudge.servers.pictures import Pictures
from cluejudge.servers.server import Server
from cluejudge.servers.texts import fault_of
from cluejudge.servers.turns import Group, in_turns
from cluejudge.servers.wires.question import Wire

Replies = list[YesNo | Unanswered]

NO_PRIORS = "the server takes no question without a picture"
PRIORS_HINT = "judge without priors: --set debias=none"

_DECLINED = frozenset(
    {"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"}
)
"""Codes of an error that are no failure: the server declines to look at this."""

_DIVISIBLE = frozenset({400, 413, 422})
"""Statuses of a request that one of its questions may be the reason for."""


def refusal_in(error: RejectedError) -> Refused | None:
    """The refusal that an error of a server is; None for a failure."""
    return Refused(error.words or error.code) if error.code in _DECLINED else None


class ServerScorer:
    """Asks over `wire`. What fails is `Failed` for its own asks, with the reason.

    `priors`: whether the server takes questions without a picture; where not, these fail.
    """

    def __init__(self, server: Server, wire: Wire, pictures: Pictures, *, priors: bool) -> None:
        self._server = server
        self._wire = wire
        self._pictures = pictures
        self._priors = priors

    def score(self, asks: Sequence[Score]) -> Replies:
        """An answer for each ask, in their order; none of them is an exception."""
        replies: dict[Score, YesNo | Unanswered] = {}
        pictures: dict[Picture | None, list[Score]] = {}
        for ask in dict.fromkeys(asks):
            if fault := self._fault(ask):
                replies[ask] = fault
            else:
                pictures.setdefault(ask.image, []).append(ask)
        if pictures:
            replies |= self._server.run(partial(self._asked, pictures))
        return [replies[ask] for ask in asks]

    def _fault(self, ask: Score) -> Failed | None:
        fault = fault_of(ask.content)
        if fault:
            return Failed(fault)
        if ask.image is None and not self._priors:
            return Failed(f"{NO_PRIORS} ({PRIORS_HINT})")
        return None

    async def _asked(
        self, pictures: dict[Picture | None, list[Score]], connection: Connection
    ) -> dict[Score, YesNo | Unanswered]:
        groups: list[Group[Replies]] = []
        asks: list[list[Score]] = []
        for picture, listed in pictures.items():
            account = listed[0].account if picture else 0
            contents = [ask.content for ask in listed]
            for parts, alone in self._parts(contents, pictured=picture is not None):
                tasks = [partial(self._part, connection, picture, part) for part in parts]
                groups.append(Group(tuple(tasks), first_alone=alone, account=account))
                asks.append([Score(picture, content) for part in parts for content in part])
        workers = connection.options.concurrency
        found = await in_turns(groups, workers=workers, patience=self._server.patience)
        return {
            ask: reply
            for group, results in zip(asks, found, strict=True)
            for ask, reply in zip(group, [one for part in results for one in part], strict=True)
        }

    def _parts(
        self, contents: Sequence[str], *, pictured: bool
    ) -> list[tuple[list[list[str]], bool]]:
        """The contents of one picture as requests, and whether the others wait for the first.

        Priors have nothing in common to wait for: each request of theirs has its own time.
        """
        options = self._server.options
        size = min(self._wire.most, options.batch or self._wire.most)
        if not pictured:
            return [([part], False) for part in _chunks(contents, size)]
        first = options.first_question_first
        start = 1 if first and self._wire.warms else size
        return [([list(contents[:start]), *_chunks(contents[start:], size)], first)]

    async def _part(
        self, connection: Connection, picture: Picture | None, contents: list[str], until: float
    ) -> Replies:
        """The answers to one request; one that is rejected is asked in halves, down to the one."""
        try:
            body = self._wire.body(await self._pictures.ready(picture), contents)
            data = await connection.post(self._wire.path, body, until)
            return list(self._wire.read(data, len(contents)))
        except RejectedError as error:
            if refusal := refusal_in(error):
                return [refusal] * len(contents)
            if len(contents) == 1 or error.status not in _DIVISIBLE:
                return [Failed(str(error), error.retryable)] * len(contents)
        except ModelError as error:
            return [Failed(str(error), error.retryable)] * len(contents)
        half = len(contents) // 2
        return [
            *await self._part(connection, picture, contents[:half], until),
            *await self._part(connection, picture, contents[half:], until),
        ]


def _chunks(contents: Sequence[str], size: int) -> list[list[str]]:
    return [list(contents[start : start + size]) for start in range(0, len(contents), size)]
