"""What every route may use, made once for a service."""

from __future__ import annotations

from dataclasses import dataclass

from cluejudge.service.counters import Counters
from cluejudge.service.courts import Courts
from cluejudge.service.desk import Desk
from cluejudge.service.principal import Doorman
from cluejudge.service.record import Record
from cluejudge.service.settings import ServiceSettings
from cluejudge.store.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """A service's parts. Each file of routes has `router(context) -> APIRouter`."""

    settings: ServiceSettings
    record: Record
    courts: Courts
    desk: Desk
    counters: Counters
    doorman: Doorman

    @property
    def store(self) -> Store:
        """The store; its methods are called by `await context.record.ask(method, ...)`."""
        return self.record.store
