"""How long a picture is waited for: one time for all that is asked about it, stage after stage."""

from __future__ import annotations

from collections.abc import Callable

from cluejudge.asks import Account
from cluejudge.models.cache import Memory

_KEPT = 65_536
"""Accounts that are remembered: far more than are ever under way at a time."""


class Patience:
    """Of the `seconds` that each account has, those that are left.

    Only the time in which an account's own requests are under way counts: a judgement is not given
    up because others, with which its questions were merged, are slow.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._taken: Memory[Account, float] = Memory(_KEPT)

    def left(self, account: Account) -> float:
        """Seconds, 0 at the least; all of them for nobody's account."""
        return max(0.0, self._seconds - (self._taken.recall(account) or 0.0))

    def take(self, account: Account, seconds: float) -> None:
        """Takes `seconds` off what the account has left; nobody's account always has all."""
        if account:
            self._taken.keep(account, (self._taken.recall(account) or 0.0) + seconds)


class Clock:
    """The time of one account, from the first of its requests in a batch to the last."""

    def __init__(self, patience: Patience, account: Account, now: Callable[[], float]) -> None:
        self._patience = patience
        self._account = account
        self._now = now
        self._counted = now()
        self.until = self._counted + patience.left(account)

    def tick(self) -> None:
        """Takes the time since the last tick off what the account has left."""
        now = self._now()
        self._patience.take(self._account, now - self._counted)
        self._counted = now


class Clocks:
    """The clocks of one batch; each starts when it is first looked at. `now` is in seconds."""

    def __init__(self, patience: Patience, now: Callable[[], float]) -> None:
        self._patience = patience
        self._now = now
        self._running: dict[tuple[Account, int], Clock] = {}

    def of(self, account: Account, place: int) -> Clock:
        """The clock of an account; those of nobody have one for each `place`."""
        key = (account, 0 if account else place)
        if key not in self._running:
            self._running[key] = Clock(self._patience, account, self._now)
        return self._running[key]
