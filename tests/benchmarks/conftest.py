from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.checkpoint import save_checkpoint
from benchmarks.shapes import TINY


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    save_checkpoint(TINY, folder)
    return folder
