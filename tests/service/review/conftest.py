from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.service.making import service
from tests.service.review.making import (
    kept_store,
)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service that keeps images."""
    images = str(tmp_path / "images")
    with service(tmp_path, store=kept_store(tmp_path), keep_images=images, sample=1.0) as made:
        yield made
