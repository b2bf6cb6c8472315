from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from cluejudge.errors import ModelError, UsageError
from cluejudge.mllm.opening import source
from cluejudge.mllm.opening.source import find_source, folder_digest
from tests.mllm.loopback import COMMIT, GATED, serving


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """As much of a model as is looked at before its configuration is understood."""
    files = {"config.json": '{"model_type": "llava"}', "model.safetensors": "weights"}
    return write(tmp_path / "model", files)


class TestFolder:
    def test_a_model(self, model: Path) -> None:
        source = find_source(str(model))
        assert (source.name, source.place, source.commit) == (str(model), str(model), None)
        assert source.revision == folder_digest(model)
        assert source.config == {"model_type": "llava"}

    def test_its_revision_is_one_of_the_files(self, model: Path) -> None:
        before = folder_digest(model)
        write(model, {".cache/mark": "hidden"})
        assert folder_digest(model) == before
        found = {before}
        for files in ({"config.json": "{}"}, {"chat_template.jinja": ""}, {"sub/words.txt": ""}):
            write(model, files)
            found.add(folder_digest(model))
        (model / "chat_template.jinja").rename(model / "template.jinja")
        found.add(folder_digest(model))
        assert len(found) == 5

    def test_weights_are_known_by_size_and_time(self, model: Path) -> None:
        weights = model / "model.safetensors"
        os.utime(weights, ns=(1, 1))
        before = folder_digest(model)
        weights.write_text("WEIGHTS")
        os.utime(weights, ns=(1, 1))
        assert folder_digest(model) == before
        os.utime(weights, ns=(1, 2))
        assert folder_digest(model) != before

    def test_so_are_other_large_files(self, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(source, "_LARGE", 10)
        write(model, {"vocabulary.txt": "many words"})
        before = folder_digest(model)
        write(model, {"vocabulary.txt": "words, and many more"})
        assert folder_digest(model) != before

    def test_a_folder_that_is_no_model_is_not_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def read(_: Path) -> str:
            raise AssertionError("all of it was read")

        monkeypatch.setattr(source, "folder_digest", read)
        with pytest.raises(ModelError, match="is no model"):
            find_source(str(write(tmp_path / "other", {"notes.txt": ""})))

    def test_it_has_no_revisions(self, model: Path) -> None:
        with pytest.raises(UsageError, match=r"option revision=main: .* is a folder"):
            find_source(str(model), "main")

    @pytest.mark.parametrize(
        ("files", "hint"),
        [
            ({"notes.txt": ""}, "give the folder that a model was saved"),
            ({"adapter_config.json": "{}"}, "merge"),
            ({"card.json": "{}"}, "embedded:FOLDER"),
            ({"model_index.json": "{}"}, "draws pictures"),
            ({"snapshots/abc/config.json": "{}"}, "ORG/NAME"),
            ({"model.gguf": ""}, "GGUF"),
        ],
    )
    def test_another_folder(self, tmp_path: Path, files: dict[str, str], hint: str) -> None:
        with pytest.raises(ModelError, match=r"is no model: it has no config\.json") as raised:
            find_source(str(write(tmp_path / "other", files)))
        assert hint in raised.value.hint

    @pytest.mark.parametrize("config", ["", "{", "[]", "{}", '{"model_type": 3}', "\x00"])
    def test_a_configuration_that_is_none(self, model: Path, config: str) -> None:
        write(model, {"config.json": config})
        with pytest.raises(ModelError, match=r"config\.json of"):
            find_source(str(model))

    def test_a_file(self, model: Path) -> None:
        with pytest.raises(ModelError, match="is a file, and a model is a folder"):
            find_source(str(model / "model.safetensors"))


@pytest.mark.parametrize(
    "spec", ["gpt2", "a/b/c", "./nowhere", "acme/two words", "acme/ß", "no\nname"]
)
def test_what_is_neither_folder_nor_id(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="nor is it the id of a model on the hub"):
        find_source(spec)


class TestHub:
    """Against a hub on this machine."""

    @pytest.fixture(autouse=True)
    def hub(self, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        empty = write(tmp_path / "empty", {"README.md": "nothing"})
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        with serving({"acme/looker": model, "acme/empty": empty}) as address:
            self.at(address, monkeypatch)
            yield

    def at(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        template = "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + template)

    @pytest.mark.parametrize("revision", [None, "main", COMMIT])
    def test_a_model_has_the_commit_of_its_files(self, revision: str | None) -> None:
        source = find_source("acme/looker", revision)
        assert (source.name, source.place) == ("acme/looker", "acme/looker")
        assert source.commit == source.revision == COMMIT
        assert source.config == {"model_type": "llava"}

    @pytest.mark.parametrize(
        ("spec", "revision", "said", "hint"),
        [
            ("acme/lookers", None, "no model of the hub that you may see", "hf auth login"),
            ("acme/looker", "v9", "acme/looker has no revision v9", "option revision"),
            (GATED, None, "is gated", "hf auth login"),
            ("acme/empty", None, "has no config.json", "Qwen/"),
        ],
    )
    def test_a_model_that_is_not_to_be_had(
        self, spec: str, revision: str | None, said: str, hint: str
    ) -> None:
        with pytest.raises(ModelError, match=said) as raised:
            find_source(spec, revision)
        assert hint in raised.value.hint
        assert not raised.value.retryable

    def test_a_hub_that_cannot_be_reached(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at("http://127.0.0.1:9", monkeypatch)
        monkeypatch.setattr("time.sleep", lambda _: None)  # the client waits before it tries again
        with pytest.raises(ModelError, match="the hub cannot be reached") as raised:
            find_source("acme/looker")
        assert raised.value.retryable
        assert "hf download acme/looker --local-dir FOLDER" in raised.value.hint

    def test_offline_what_was_downloaded_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        online = find_source("acme/looker")
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        assert find_source("acme/looker") == online

    def test_offline_nothing_else_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        with pytest.raises(ModelError, match="HF_HUB_OFFLINE forbids") as raised:
            find_source("acme/looker")
        assert "hf download acme/looker" in raised.value.hint


def test_a_broken_file_in_the_hub_s_cache(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    kept = cache / "models--acme--looker"
    shutil.copytree(model, kept / "snapshots" / COMMIT)
    write(kept, {"refs/main": COMMIT})
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert find_source("acme/looker").revision == COMMIT
    write(kept / "snapshots" / COMMIT, {"config.json": json.dumps({"model_type": None})})
    with pytest.raises(ModelError, match="names no model_type"):
        find_source("acme/looker")
