"""The routes of the HTTP API, one file for each subject."""

from __future__ import annotations

from fastapi import FastAPI

from cluejudge.service import review
from cluejudge.service.api import constitutions, decisions, exporting, health, judging, moderations
from cluejudge.service.context import Context
from cluejudge.service.problems import Renderer

_ROUTERS = (judging, moderations, decisions, constitutions, exporting, health)


def include(app: FastAPI, context: Context) -> dict[str, Renderer]:
    """Adds all routes to `app`; returns what tells problems below which paths."""
    for module in _ROUTERS:
        app.include_router(module.router(context))
    app.include_router(review.router(context))
    return {review.PATH: review.problem_page, moderations.PATH: moderations.as_openai}
