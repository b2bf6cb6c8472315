from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import fsspec
import pytest


@pytest.fixture
def bucket() -> Iterator[str]:
    """The URL of a folder in memory."""
    name = f"bucket-{uuid4().hex}"
    yield f"memory://{name}"
    files = fsspec.filesystem("memory")
    if files.exists(f"/{name}"):
        files.rm(f"/{name}", recursive=True)
