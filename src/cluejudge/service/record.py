"""The store, asked from the event loop: in threads of its own, its failures told as problems."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from cluejudge.store.store import Store

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 8


class Record:
    """The store behind a few threads, so that a slow database holds up no judging."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="cluejudge-record")

    async def ask(self, call: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What `call`, a method of the store, returns. Errors of the database are raised."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(call, *args, **named))

    def close(self) -> None:
        """Waits for the calls under way, and closes the store."""
        self._pool.shutdown()
        self.store.close()
