"""What is missing is told by what to install."""

from __future__ import annotations

import importlib
from importlib import util

import pytest

import cluejudge.store
from cluejudge.errors import MissingExtraError


@pytest.mark.parametrize("missing", ["sqlalchemy", "alembic", "pg8000"])
def test_a_missing_library_is_told(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == missing else real(name))
    with pytest.raises(MissingExtraError) as error:
        importlib.reload(cluejudge.store)
    assert "cluejudge[serve]" in error.value.hint
