from __future__ import annotations

from pathlib import Path

import pytest

from cluejudge.batch.plan import InputFormat, InputSpec
from cluejudge.batch.sources.registry import check_apart
from cluejudge.errors import UsageError
from tests.batch.sources.making import RED, opened, parquet, tar, write

TABLE, TAR = parquet({"image": [RED]}), tar([("0.png", RED)])


@pytest.mark.parametrize(
    ("files", "where", "kind"),
    [
        ({"a.png": RED}, "", "folder"),
        ({"plain": RED, "list.csv": b"x"}, "", "folder"),
        ({"a.png": RED, "metadata.csv": b"x"}, "", "folder"),
        ({"a.parquet": TABLE, "README.md": b"x"}, "", "parquet"),
        ({"a.tar": TAR}, "", "webdataset"),
        ({"a.parquet": TABLE}, "*", "parquet"),
        ({"a.tar.gz": TAR, "b.tgz": TAR}, "*", "webdataset"),
        ({"a.arrow": b"", "b.arrow": b""}, "*", "huggingface"),
        ({"a.png": RED}, "*.png", "files"),
        ({"a.png": b""}, "a.png", "files"),
        ({"a": RED}, "a", "files"),
        ({"a": TABLE}, "a", "parquet"),
        ({"a": TAR}, "a", "webdataset"),
        ({"a.txt": b"a.png"}, "a.txt", "list"),
        ({"a.JSONL": b'"a.png"'}, "a.JSONL", "list"),
    ],
)
def test_the_format_is_told_by_names_and_content(
    files: dict[str, bytes], where: str, kind: str, tmp_path: Path
) -> None:
    write(tmp_path, files)
    assert opened(tmp_path / where).card["kind"] == kind


def test_a_named_format_is_taken(tmp_path: Path) -> None:
    write(tmp_path, {"list": b"a.png", "t.parquet": TABLE, "a.png": RED})
    assert opened(tmp_path / "list", InputFormat.LIST).card["kind"] == "list"
    assert opened(tmp_path, InputFormat.FOLDER).card["kind"] == "folder"
    assert opened(tmp_path, InputFormat.PARQUET).card["kind"] == "parquet"


def test_several_kinds_in_a_folder_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"t.parquet": TABLE, "a.png": RED})
    with pytest.raises(UsageError, match="several kinds: images, parquet files"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("where", "kind", "said"),
    [
        ("a.png", InputFormat.FOLDER, "no folder"),
        ("", InputFormat.FILES, "is a folder"),
        ("", InputFormat.LIST, "no list"),
        ("", InputFormat.HUGGINGFACE, "no data set"),
        ("", InputFormat.PARQUET, "no parquet table"),
        ("", InputFormat.WEBDATASET, "no tar"),
        ("what.json", InputFormat.AUTO, "nobody can tell"),
    ],
)
def test_formats_that_it_is_not_are_told(
    where: str, kind: InputFormat, said: str, tmp_path: Path
) -> None:
    write(tmp_path, {"a.png": RED, "what.json": b"[]"})
    with pytest.raises(UsageError, match=said):
        list(opened(tmp_path / where, kind).listing())


@pytest.mark.parametrize(
    ("where", "output", "apart"),
    [
        ("", "run", False),
        ("", ".", False),
        ("", ".run", True),
        ("", "../run", True),
        ("", "../beside/run", True),
        ("**/*.parquet", "sub/run", False),
        ("*.parquet", "run", True),
        ("*/*.png", "run", True),
        ("a.png", "run", True),
    ],
)
def test_an_output_that_would_be_input_the_next_time_is_refused(
    where: str, output: str, apart: bool, tmp_path: Path
) -> None:
    root = write(tmp_path / "in", {"a.png": RED})
    spec = InputSpec(where=str(root / where))
    if apart:
        check_apart(spec, root / output)
    else:
        with pytest.raises(UsageError, match="lies in the input"):
            check_apart(spec, root / output)
