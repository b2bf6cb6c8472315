from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.service.making import service


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service without keys, over the fake model."""
    with service(tmp_path) as made:
        yield made
