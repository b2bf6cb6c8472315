from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest

from cluejudge.batch.sources.files import Found, is_url
from cluejudge.batch.sources.finding import Pattern, locate
from cluejudge.errors import UsageError
from tests.batch.sources.making import write

TREE = dict.fromkeys(
    (
        *("a.png", "b.jpg", "[x].png", "sub/a.png", "sub/c.jpg", "sub/deep/a.png", "t/1/a.png"),
        *("t/2/a.png", "t/10/b.png", ".hidden/a.png", "sub/.h.png", "a-b.png", "!.png"),
    ),
    b"x",
)


def names(where: Path | str) -> list[str]:
    found = locate(str(where), {}).found()
    return [one.name for one in found if isinstance(one, Found)]


@pytest.mark.parametrize(
    "pattern",
    [
        *("*.png", "**/*.png", "sub/**", "t/*/a.png", "t/[12]/a.png", "t/[!1]/a.png", "?.png"),
        *("**/a.png", "t/1?/*", "*/*.png", "sub/**/a.png", "[[]x].png", "[a-b].*", "[!a-z].png"),
        *("[b-a].png", "[!b-a].png", "***/a.png", "**/**/a.png", "t/**/[0-9]*/a.png", "[]x].png"),
    ],
)
def test_a_glob_names_what_it_names_for_python(pattern: str, tmp_path: Path) -> None:
    write(tmp_path, TREE)
    theirs = glob.glob(pattern, root_dir=tmp_path, recursive=True)
    files = sorted({name for name in theirs if (tmp_path / name).is_file()})
    root, _, _ = pattern.partition("[")[0].partition("*")[0].partition("?")[0].rpartition("/")
    ours = [os.path.join(root, name) for name in names(tmp_path / pattern)]
    assert sorted(ours) == files


def test_a_file_that_is_called_like_a_glob_is_that_file(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    assert names(tmp_path / "[x].png") == ["[x].png"]


def test_folders_that_no_file_can_match_in_are_not_looked_into() -> None:
    pattern = Pattern("t/*/a.png")
    assert pattern.may_hold("t")
    assert pattern.may_hold("t/1")
    assert not pattern.may_hold("sub")
    assert not pattern.may_hold("t/1/2")
    assert Pattern("**/a").may_hold("any/where")


def test_a_glob_follows_links_but_not_for_ever(tmp_path: Path) -> None:
    write(tmp_path, {"real/a.png": b"x"})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "loop").symlink_to(tmp_path)
    assert names(tmp_path / "*" / "*.png") == ["link/a.png", "real/a.png"]
    assert names(tmp_path / "**" / "*.png") == ["real/a.png"]


def test_a_glob_of_many_stars_is_matched_soon() -> None:
    assert not Pattern("*a" * 30 + "b").matches("a" * 200)
    assert not Pattern("**/" * 30 + "b").matches("a/" * 200)


def test_the_order_is_that_of_names_folder_by_folder(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("b/z", "a", "b/a", "c", "B"), b""))
    assert names(tmp_path) == ["B", "a", "b/a", "b/z", "c"]


@pytest.mark.parametrize(
    "where",
    [
        *("absent", "absent/*.png", "", "a\0b", "memory://nowhere/x", "file://", "http://[::1"),
        *("http://[1", "memory://[x/*.png"),
    ],
)
def test_what_is_not_there_is_told(where: str, tmp_path: Path) -> None:
    given = str(tmp_path / where) if where and not is_url(where) else where
    if "*" in where and not is_url(where):  # a glob may match nothing: the listing tells
        assert names(given) == []
        return
    with pytest.raises(UsageError):
        locate(given, {})


def test_urls_with_secrets_or_several_file_systems_are_refused() -> None:
    with pytest.raises(UsageError, match="password") as told:
        locate("s3://me:secret@bucket/x.parquet", {})
    assert "secret" not in str(told.value)
    with pytest.raises(UsageError, match="several"):
        locate("zip://a.png::file:///tmp/x.zip", {})
