"""What one picture may cost, and what of it is left."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count as counted

from cluejudge.asks import Account
from cluejudge.settings import Budget
from cluejudge.verdict import Cost

_accounts = counted(1)


@dataclass(frozen=True, slots=True)
class Purse:
    """What is left to spend now; None is without limit."""

    asks: int | None
    tokens: int | None

    def affords(self, asks: int, tokens: int) -> bool:
        """Whether so many asks and reasoning tokens are left; nothing costs nothing."""
        return _reaches(self.asks, asks) and _reaches(self.tokens, tokens)

    def less(self, asks: int, tokens: int) -> Purse:
        """What is left after spending them."""
        return Purse(
            None if self.asks is None else self.asks - asks,
            None if self.tokens is None else self.tokens - tokens,
        )


@dataclass(frozen=True, slots=True)
class Allowance:
    """The share of a budget that one picture has; `deadline` is a time of the judge's clock.

    `account` tells models that are waited for whose time they take.
    """

    asks: int | None = None
    reasoning_tokens: int | None = None
    deadline: float | None = None
    account: Account = 0

    def purse(self, cost: Cost, now: float) -> Purse:
        """What is left at the time `now`, after `cost`: nothing from the deadline on."""
        if self.deadline is not None and now >= self.deadline:
            return Purse(0, 0)
        return Purse(self.asks, self.reasoning_tokens).less(cost.asks, cost.reasoning_tokens)


def shares(budget: Budget, count: int, now: float) -> tuple[Allowance, ...]:
    """An input's budget in `count` equal parts; the first parts take what does not divide.

    The views of an input are judged side by side, so all have the same deadline and account.
    """
    deadline = None if budget.seconds is None else now + budget.seconds
    account = next(_accounts)
    return tuple(
        Allowance(
            asks=_part(budget.asks, count, index),
            reasoning_tokens=_part(budget.reasoning_tokens, count, index),
            deadline=deadline,
            account=account,
        )
        for index in range(count)
    )


def _reaches(left: int | None, wanted: int) -> bool:
    return left is None or wanted == 0 or wanted <= left


def _part(whole: int | None, count: int, index: int) -> int | None:
    return None if whole is None else whole // count + (index < whole % count)
