from __future__ import annotations

import pytest

from cluejudge import Judge
from tests.api.colours import COLOURS


@pytest.fixture
def judge() -> Judge:
    return Judge(COLOURS, model="fake")
