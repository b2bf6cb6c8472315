"""Importing the package is cheap, and its names are there."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cluejudge

HEAVY = ("torch", "transformers", "onnxruntime", "numpy", "PIL", "pydantic", "rich", "ruamel")


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_no_library() -> None:
    assert loaded_after("import cluejudge; cluejudge.__version__") == set()


def test_the_errors_alone_load_no_library() -> None:
    assert loaded_after("from cluejudge import ModelError, UsageError") == set()


def test_judging_by_other_models_loads_no_model_library() -> None:
    code = "from cluejudge import Judge; Judge(model='fake')"
    assert loaded_after(code).isdisjoint({"torch", "transformers", "onnxruntime", "rich"})


@pytest.mark.parametrize("name", cluejudge.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(cluejudge, name).__name__ == name
    assert name in dir(cluejudge)


def test_the_public_names_are_those_that_can_be_loaded() -> None:
    assert list(cluejudge._HOMES) == cluejudge.__all__


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'judge_all'"):
        cluejudge.judge_all  # noqa: B018
