from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.service.making import opened, service


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[TestClient]:
    """A service that keeps images."""
    place = str(tmp_path / "images")
    with service(tmp_path, store=opened(tmp_path, images=place), keep_images=place) as client:
        yield client
