"""A checkpoint of each kind of detector, and the detector in it; each is built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.mllm.detection.detector import OpenDetector
from tests.mllm.detection.fakes import load
from tests.mllm.lookers import DETECTORS, build


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("detectors")
    return {kind: build(kind, root / kind) for kind in DETECTORS}


@pytest.fixture(scope="session")
def detectors(folders: dict[str, Path]) -> dict[str, OpenDetector]:
    return {kind: load(str(folder)) for kind, folder in folders.items()}


@pytest.fixture(params=DETECTORS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)
