"""One server for plain code: coroutines run beside its connection, in the background."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TypeVar

from pydantic import SecretStr

from cluejudge.errors import CluejudgeWarning
from cluejudge.servers.address import Address
from cluejudge.servers.background import Background
from cluejudge.servers.connection import Connection, connected
from cluejudge.servers.options import ServerOptions
from cluejudge.servers.patience import Patience
from cluejudge.servers.secret import checked_key

T = TypeVar("T")


class Server:
    """A server, its address and how it is asked. Its connection is kept between calls.

    `patience` is shared by all that ask it: scores and reasonings of a picture have one time.

    Warns (`CluejudgeWarning`) of a key that others could read on the way. Raises `UsageError` for
    one that cannot be sent.
    """

    def __init__(self, address: Address, key: SecretStr | None, options: ServerOptions) -> None:
        key = checked_key(key)
        if key and not address.private:
            warnings.warn(
                f"the key goes to {address.origin} without encryption: use https",
                CluejudgeWarning,
                stacklevel=4,
            )
        self.address = address
        self.options = options
        self.patience = Patience(options.deadline)
        self._background = Background(partial(connected, address, key, options))

    def run(self, work: Callable[[Connection], Coroutine[None, None, T]]) -> T:
        """What `work` comes to. An interruption cancels it, with the requests it has under way."""
        return self._background.run(work)
