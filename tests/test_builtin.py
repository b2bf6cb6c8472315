from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.builtin import builtin_names, constitution_path, find_constitution
from cluejudge.errors import ConstitutionError, UsageError


@pytest.mark.parametrize("name", builtin_names())
def test_built_in_constitutions_are_found_by_name(name: str) -> None:
    assert find_constitution(name).name == name


def test_the_default_is_among_them() -> None:
    assert "pictogram" in builtin_names()


def test_a_typo_is_told_what_may_have_been_meant() -> None:
    with pytest.raises(UsageError, match="did you mean 'pictogram'"):
        find_constitution("pictogramm")


def test_a_bare_word_is_told_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"built in: .*pictogram"):
        find_constitution("qqq")


@pytest.mark.parametrize("path", ["none.yaml", "folder/none", "./pictogram", Path("pictogram")])
def test_what_looks_like_a_path_is_one(path: str | Path) -> None:
    assert constitution_path(path) == Path(path)
    with pytest.raises(ConstitutionError, match="no such file"):
        find_constitution(path)


def test_a_file_without_a_suffix_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "house").write_text(constitution_path("pictogram").read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert find_constitution("house") == find_constitution("pictogram")
