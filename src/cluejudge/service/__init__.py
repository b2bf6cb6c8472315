"""The service: judging over HTTP, review in the browser, every decision on record.

Importing it raises `MissingExtraError` where the extra `serve` is not installed.
"""

from __future__ import annotations

from importlib.util import find_spec

from cluejudge.errors import MissingExtraError

_NEEDED = (
    "fastapi",
    "uvicorn",
    "sqlalchemy",
    "alembic",
    "jinja2",
    "python_multipart",
    "prometheus_client",
)

if any(find_spec(name) is None for name in _NEEDED):
    raise MissingExtraError("the service", "serve")
