"""Whether the service lives, whether it takes requests, and what it counts."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from cluejudge.service.context import Context
from cluejudge.service.counters import CONTENT_TYPE
from cluejudge.service.principal import MayAdmin
from cluejudge.service.problems import later


class Health(BaseModel):
    """All is well."""

    status: str = "ok"


def router(context: Context) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health/live")
    async def live() -> Health:
        """Whether the process answers."""
        return Health()

    @routes.get("/health/ready")
    async def ready() -> Health:
        """Whether requests are taken on, and the record can be read."""
        if not context.desk.open:
            raise later(503, "closing", "the service is shutting down", 5)
        await context.record.ask(context.store.keys.any)
        return Health()

    @routes.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics(who: MayAdmin) -> Response:
        """What Prometheus reads; it needs the scope admin where keys are needed."""
        return Response(context.counters.text(), media_type=CONTENT_TYPE)

    return routes
