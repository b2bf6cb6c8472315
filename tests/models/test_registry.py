from __future__ import annotations

import subprocess
import sys

import pytest

from cluejudge.errors import ModelError, UsageError
from cluejudge.models import registry
from cluejudge.models.registry import load_models


def test_models_are_found_by_name() -> None:
    assert load_models("fake").name == "fake"


def test_what_follows_the_colon_goes_to_the_loader() -> None:
    with pytest.raises(UsageError, match=r"C:nowhere\.json"):
        load_models("fake:C:nowhere.json")


@pytest.mark.parametrize(("spec", "meant"), [("embeded", "embedded"), ("fak:x", "fake")])
def test_an_unknown_name_is_told_what_may_have_been_meant(spec: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{meant}'") as raised:
        load_models(spec)
    assert all(name in str(raised.value) for name in registry.NAMES)


@pytest.mark.parametrize("spec", ["", "qqq", "builtins"])
def test_a_name_like_no_other_is_told_all_names(spec: str) -> None:
    with pytest.raises(UsageError, match="there are: embedded, fake"):
        load_models(spec)


def test_a_model_that_is_not_there_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "NAMES", {"gone": "cluejudge.models.gone:load"})
    with pytest.raises(ModelError, match="'gone' cannot be loaded"):
        load_models("gone")


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys, cluejudge.models.registry as r; "
        "print(sorted({t.partition(':')[0] for t in r.NAMES.values()} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
