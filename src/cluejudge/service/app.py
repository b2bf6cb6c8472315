"""The service as an ASGI application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

import cluejudge
from cluejudge.api import Judge
from cluejudge.errors import StoreError
from cluejudge.service import api, problems, review
from cluejudge.service.bodies import BodyLimit
from cluejudge.service.context import Context
from cluejudge.service.counters import Counters
from cluejudge.service.courts import Courts
from cluejudge.service.desk import Desk
from cluejudge.service.headers import SecurityHeaders
from cluejudge.service.principal import Doorman
from cluejudge.service.record import Record
from cluejudge.service.settings import ServiceSettings
from cluejudge.service.watching import Watch
from cluejudge.store.store import Store

_HOUR = 3600.0
_SPARE_THREADS = 8
_log = logging.getLogger("cluejudge.service")


def create_app(settings: ServiceSettings, store: Store, judge: Judge) -> FastAPI:
    """The application over `store`, which it closes when it ends.

    Constitutions of the record are judged by siblings of `judge`; `settings.constitution` must
    be one that is active.
    """
    record, counters = Record(store), Counters()
    context = Context(
        settings=settings,
        record=record,
        courts=Courts(judge, record, settings.constitution),
        desk=Desk(settings, record, counters),
        counters=counters,
        doorman=Doorman(settings, record),
    )
    app = FastAPI(
        title="cluejudge",
        version=cluejudge.__version__,
        description="Judges images against a constitution; every decision is on record.",
        lifespan=_lifespan(context),
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
    )
    app.state.context = context
    app.add_api_route("/", _to_review, include_in_schema=False)
    teller = problems.install(app, api.include(app, context))
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Watch, counters=counters, teller=teller)
    app.add_middleware(SecurityHeaders)
    return app


async def _to_review() -> RedirectResponse:
    """Whoever opens the service in a browser wants its pages."""
    return RedirectResponse(review.PATH)


def _lifespan(context: Context) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Decoding, the judge's own work and the models' calls go by the loop's threads: enough of
        # them that one slow image does not hold up the others.
        threads = context.settings.in_flight + _SPARE_THREADS
        pool = ThreadPoolExecutor(threads, thread_name_prefix="cluejudge")
        asyncio.get_running_loop().set_default_executor(pool)
        chores = asyncio.create_task(_purge(context))
        try:
            yield
        finally:
            chores.cancel()
            await context.desk.close()
            await asyncio.to_thread(context.record.close)

    return lifespan


async def _purge(context: Context) -> None:
    """Removes kept images that have expired, every hour; also where none is kept any more."""
    while True:
        try:
            await context.record.ask(context.store.images.purge)
        except StoreError as error:
            _log.error("kept images could not be removed: %s", error)
        await asyncio.sleep(_HOUR)
