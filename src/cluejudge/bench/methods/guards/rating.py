"""Guard models that write their verdict: what they wrote is read, and never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cluejudge.bench.methods.asking import Found
from cluejudge.bench.methods.classifying import Seen
from cluejudge.bench.methods.guards.writing import Guard
from cluejudge.compiled import CompiledRule
from cluejudge.image import Picture
from cluejudge.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Rating:
    """What a text says: safe or unsafe, the codes of what it names, and all of it for people."""

    outcome: Outcome
    codes: tuple[str, ...] = ()
    evidence: str = ""


class Rater:
    """Unsafe or safe where a guard model writes so; what is no rating abstains.

    `read` gives None for a text that is none, which `unread` says in words. `rules` are those that
    the model is told of in `message`, by the codes that it names them by.
    """

    def __init__(
        self,
        guard: Guard,
        message: str,
        read: Callable[[str], Rating | None],
        unread: str,
        rules: Mapping[str, CompiledRule],
    ) -> None:
        self._guard = guard
        self._message = message
        self._read = read
        self._unread = unread
        self._rules = rules

    def classify(self, pictures: Sequence[Picture]) -> list[Seen]:
        """What it writes about each picture, one after another."""
        return [self._seen(picture) for picture in pictures]

    def _seen(self, picture: Picture) -> Seen:
        written = self._guard.write(picture, self._message)
        rating = self._read(written.text)
        if rating is None:
            found = Found(Outcome.ABSTAIN, written.share, self._unread, written.text)
            return Seen(found, (), tokens=written.tokens)
        named = rating.codes if rating.outcome is Outcome.UNSAFE else ()
        return Seen(
            Found(rating.outcome, written.share, evidence=rating.evidence),
            tuple(self._rules[code].id for code in named if code in self._rules),
            tokens=written.tokens,
        )
