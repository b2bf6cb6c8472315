"""The record: every decision, review and constitution, in a database and a chain of hashes.

Importing it raises `MissingExtraError` where the extra `serve` is not installed.
"""

from __future__ import annotations

from importlib.util import find_spec

from cluejudge.errors import MissingExtraError

if any(find_spec(name) is None for name in ("alembic", "pg8000", "sqlalchemy")):
    raise MissingExtraError("the record", "serve")
