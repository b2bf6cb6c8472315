"""Checkpoints of the families, each built when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.mllm.families import build


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`checkpoint(family)` is the folder of its checkpoint."""
    folder = tmp_path_factory.mktemp("checkpoints")

    @cache
    def of(family: str) -> Path:
        return build(family, folder / family)

    return of
