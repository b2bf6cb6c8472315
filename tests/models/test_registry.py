from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from cluejudge.errors import MissingExtraError, ModelError, UsageError
from cluejudge.models import fake, registry
from cluejudge.models.protocols import Models
from cluejudge.models.registry import (
    Fact,
    encoder_of,
    facts,
    keeps_answers,
    load_encoder,
    load_models,
    load_writer,
    takes_options,
)

Given = list[tuple[str, object]]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """What the loader of open models is given, in the place of which stands another."""
    calls: Given = []

    def load(spec: str, options: object) -> Models:
        calls.append((spec, options))
        return fake.load()

    def parse(options: Mapping[str, str]) -> object:
        return {name: value.upper() for name, value in options.items()}

    def tell(spec: str, options: Mapping[str, str]) -> tuple[Fact, ...]:
        return (Fact(spec, ",".join(options)),)

    stand_in(monkeypatch, load=load, parse=parse, tell=tell)
    monkeypatch.setattr(registry, "NAMES", {**registry.NAMES, "mllm": "stand_in:load"})
    monkeypatch.setattr(registry, "OPTIONS", {"mllm": "stand_in:parse"})
    monkeypatch.setattr(registry, "FACTS", {"mllm": "stand_in:tell"})
    monkeypatch.setattr(registry, "WRITERS", {**registry.WRITERS, "mllm": "stand_in:load"})
    return calls


def stand_in(monkeypatch: pytest.MonkeyPatch, **functions: Callable[..., object]) -> None:
    module = ModuleType("stand_in")
    vars(module).update(functions)
    monkeypatch.setitem(sys.modules, "stand_in", module)


def test_models_are_found_by_name() -> None:
    assert load_models("fake").name == "fake"


def test_what_follows_the_colon_goes_to_the_loader() -> None:
    with pytest.raises(UsageError, match=r"C:nowhere\.json"):
        load_models("fake:C:nowhere.json")


@pytest.mark.parametrize(
    ("spec", "meant"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", "Qwen/Qwen3-VL-8B-Instruct"),
        ("mllm:Qwen/Qwen3-VL-8B-Instruct", "Qwen/Qwen3-VL-8B-Instruct"),
        ("acme/model_1.5", "acme/model_1.5"),
        ("./fake", "./fake"),
        ("mllm:fake", "fake"),
        ("folder", "folder"),
    ],
)
def test_hub_ids_and_folders_are_open_models(
    given: Given, spec: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fake", "folder"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_models(spec) is not None
    assert given == [(meant, {})]
    assert takes_options(spec)


def test_a_name_goes_before_a_folder_of_the_same_name(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fake").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_models("fake").name == "fake"
    assert given == []
    assert not takes_options("fake")


def test_options_go_to_the_loader_as_they_are_read(given: Given) -> None:
    load_models("acme/looker", {"dtype": "float16"})
    assert given == [("acme/looker", {"dtype": "FLOAT16"})]


def test_facts_are_told_of_open_models_only(given: Given) -> None:
    assert facts("mllm:acme/looker", {"a": "1"}) == (Fact("acme/looker", "a"),)
    assert facts("fake", {}) == ()
    assert given == []


def test_models_without_options_are_given_none() -> None:
    assert load_models("fake", {}).name == "fake"
    with pytest.raises(UsageError, match="model 'fake' takes no options, such as dtype"):
        load_models("fake", {"dtype": "float16"})


@pytest.mark.parametrize(("spec", "meant"), [("embeded", "embedded"), ("fak:x", "fake")])
def test_an_unknown_name_is_told_what_may_have_been_meant(spec: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{meant}'") as raised:
        load_models(spec)
    assert all(name in str(raised.value) for name in registry.NAMES)


@pytest.mark.parametrize("spec", ["", "qqq", "builtins"])
def test_a_name_like_no_other_is_told_all_names(spec: str) -> None:
    with pytest.raises(UsageError, match=r"there are: chat:MODEL@URL, .*embedded, fake"):
        load_models(spec)


@pytest.mark.parametrize(
    "spec", ["./nowhere", "/no/where", "a/b/c", ".\\nowhere", "acme/two words"]
)
def test_a_folder_that_is_not_there(spec: str) -> None:
    with pytest.raises(UsageError, match="there is no folder") as raised:
        load_models(spec)
    assert "ORG/NAME" in raised.value.hint


@pytest.mark.parametrize("spec", ["mllm", "mllm:"])
def test_open_models_need_an_id_or_a_folder(spec: str) -> None:
    with pytest.raises(UsageError, match="write mllm:ORG/NAME"):
        load_models(spec)


def test_a_model_that_is_not_there_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "NAMES", {"gone": "cluejudge.models.gone:load"})
    with pytest.raises(ModelError, match="'gone' cannot be loaded"):
        load_models("gone")


def test_without_its_extra_an_open_model_tells_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    def find(name: str, package: str | None = None) -> None:
        return None

    for name in [one for one in sys.modules if one.startswith("cluejudge.mllm")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(importlib.util, "find_spec", find)
    for load in (load_models, facts):
        with pytest.raises(MissingExtraError, match=r"pip install 'cluejudge\[torch\]'"):
            load("acme/looker", {})


@pytest.mark.parametrize("code", ["", "r.takes_options('acme/looker')"])
def test_nothing_is_loaded_before_it_is_asked_for(code: str) -> None:
    script = (
        f"import sys, cluejudge.models.registry as r\n{code}\n"
        "loaders = {t.partition(':')[0] for t in (*r.NAMES.values(), *r.OPTIONS.values())}\n"
        "print(sorted((loaders | {'torch', 'transformers'}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", registry.SERVERS)
def test_a_server_is_given_its_options_and_a_key_that_hides(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    calls: list[tuple[object, ...]] = []
    stand_in(monkeypatch, load=lambda *told: calls.append(told), parse=dict)
    for names in ("NAMES", "WRITERS", "OPTIONS"):
        target = "parse" if names == "OPTIONS" else "load"
        monkeypatch.setattr(registry, names, {name: f"stand_in:{target}"})
    for load in (load_models, load_writer):
        load(f"{name}:m@http://h:1/v1", {"retries": "1"}, "sk-hidden")
        load(f"{name}:m@http://h:1/v1")
    for arg, options, key in calls[::2]:
        assert (arg, options) == ("m@http://h:1/v1", {"retries": "1"})
        assert isinstance(key, SecretStr)
        assert key.get_secret_value() == "sk-hidden"
        assert "sk-hidden" not in repr(key)
    assert calls[1] == calls[3] == ("m@http://h:1/v1", {}, None)


def test_writers_are_found_by_the_same_names(given: Given) -> None:
    assert load_writer("acme/looker", {"dtype": "float16"}) is not None
    assert given == [("acme/looker", {"dtype": "FLOAT16"})]


@pytest.mark.parametrize(
    ("spec", "said"), [("embedded", "writes no text"), ("chat", "write chat:MODEL@URL")]
)
def test_not_all_models_write(spec: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_writer(spec)


def test_only_open_models_keep_answers(given: Given) -> None:
    assert keeps_answers("acme/looker")
    assert not any(map(keeps_answers, ("fake", "chat:m@http://h", "embedded")))


def test_an_encoder_by_itself() -> None:
    assert load_encoder("fake").encoder is not None


@pytest.mark.parametrize("spec", ["chat:m@http://localhost", "student:x", "mllm:"])
def test_models_that_are_no_encoder(spec: str) -> None:
    with pytest.raises(UsageError, match="encoder") as raised:
        load_encoder(spec)
    assert "embedded" in raised.value.hint


@pytest.mark.parametrize(
    ("spec", "options", "encoder"),
    [
        ("embedded", {}, "embedded"),
        ("fake", {}, "fake"),
        ("org/name", {}, "openai/clip-vit-base-patch16"),
        ("org/name", {"encoder": "google/siglip"}, "google/siglip"),
        ("chat:m@http://localhost", {"encoder": "./clip"}, "./clip"),
    ],
)
def test_the_encoder_of_models(spec: str, options: dict[str, str], encoder: str) -> None:
    assert encoder_of(spec, options) == encoder


@pytest.mark.parametrize(
    ("spec", "options"),
    [
        ("org/name", {"encoder": "none"}),
        ("chat:m@http://localhost", {}),
        ("student:x", {}),
    ],
)
def test_models_without_an_encoder(spec: str, options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="has no encoder"):
        encoder_of(spec, options)


def test_a_folder_of_a_student_is_no_open_model(tmp_path: Path) -> None:
    assert registry.resolved(str(tmp_path)) == ("mllm", str(tmp_path))
    (tmp_path / registry.STUDENT_CARD).write_text("{}")
    assert registry.resolved(str(tmp_path)) == ("student", str(tmp_path))
