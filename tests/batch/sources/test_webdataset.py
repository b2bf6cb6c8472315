from __future__ import annotations

import bz2
import gzip
import tarfile
from pathlib import Path

import pytest

from cluejudge.batch.entries import Refusal
from cluejudge.errors import UsageError
from tests.batch.sources.making import (
    BLUE,
    RED,
    carried,
    codes,
    entries,
    fetched,
    ids,
    opened,
    tar,
    write,
)

SAMPLES = [
    ("d/0.jpg", RED),
    ("d/0.json", b'{"n": 0}'),
    ("d/0.txt", b"red \xff"),
    ("d/1.txt", b"blue"),
    ("d/1.png", BLUE),
]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_samples_are_found_and_fetched(mode: str, tmp_path: Path) -> None:
    name = "s.tar" + mode[1:].replace(":", ".")
    write(tmp_path, {name: tar(SAMPLES, mode)})
    source = opened(tmp_path / name, carry=["txt", "data=json", "__key__"])
    assert source.card["kind"] == "webdataset"
    assert fetched(source) == {f"{name}/d/0.jpg": RED, f"{name}/d/1.png": BLUE}
    assert carried(source) == {
        "txt": ["red \\xff", "blue"],
        "data": ['{"n": 0}', None],
        "__key__": ["d/0", "d/1"],
    }
    backwards = entries(source)[::-1]
    assert [one.data for one in source.fetch(backwards)] == [BLUE, RED]


def test_all_texts_are_carried_and_ids_may_be_keys_or_texts(tmp_path: Path) -> None:
    write(tmp_path, {"s.tar": tar([*SAMPLES, ("d/1.npy", b"\0")])})
    assert carried(opened(tmp_path, carry=["*"])).keys() == {"json", "txt"}
    assert ids(opened(tmp_path, id="__key__")) == ["d/0", "d/1"]
    assert ids(opened(tmp_path, id="txt")) == ["red \\xff", "blue"]


def test_every_image_of_a_sample_counts_unless_one_is_named(tmp_path: Path) -> None:
    members = [("0.JPG", RED), ("0.mask.png", BLUE), ("1.png", RED), ("2.cls", b"1"), ("3", BLUE)]
    write(tmp_path, {"s.tar": tar(members)})
    source = opened(tmp_path / "s.tar")
    assert ids(source) == ["s.tar/0.JPG", "s.tar/0.mask.png", "s.tar/1.png", "s.tar/2", "s.tar/3"]
    assert codes(source) == {"s.tar/2": "missing"}
    named = opened(tmp_path / "s.tar", image="jpg")
    assert fetched(named)["s.tar/0.JPG"] == RED
    assert codes(named) == dict.fromkeys(("s.tar/1", "s.tar/2", "s.tar/3"), "missing")
    assert "no member .jpg" in str(fetched(named)["s.tar/1"])


def test_what_is_hidden_or_about_the_tar_is_left_out(tmp_path: Path) -> None:
    members = [("./0.png", RED), ("._0.png", b"x"), (".cache/1.png", RED), ("__meta__.json", b"{}")]
    write(tmp_path, {"s.tar": tar(members)})
    source = opened(tmp_path / "s.tar")
    assert ids(source) == ["s.tar/0.png"]
    assert source.passed_over == 3


def test_names_that_lead_out_of_the_tar_are_rows_like_others(tmp_path: Path) -> None:
    members = [("../0.png", RED), ("././1.png", BLUE), ("a/../2.png", RED), ("/etc/3.png", RED)]
    write(tmp_path, {"s.tar": tar(members)})
    assert ids(opened(tmp_path)) == [
        *("s.tar/../0.png", "s.tar/./1.png", "s.tar/a/../2.png", "s.tar//etc/3.png")
    ]


def header(size: int, kind: bytes) -> bytes:
    info = tarfile.TarInfo("1.png")
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    "rest",
    [
        *(header(-512, kind) for kind in (tarfile.REGTYPE, tarfile.GNUTYPE_SPARSE, b"V")),
        header(-1024, tarfile.REGTYPE),
        header(2**33, tarfile.GNUTYPE_LONGNAME) + bytes(2**20),
        header(2**15, tarfile.XHDTYPE) + b"1" * 2**15,
        bytes(2**25),
    ],
    ids=["back", "back with holes", "back otherwise", "far back", "long", "number", "nothing"],
)
@pytest.mark.parametrize("name", ["s.tar", "s.tar.gz"])
def test_a_tar_that_is_made_to_be_read_for_ever_is_told(
    rest: bytes, name: str, tmp_path: Path
) -> None:
    data = tar([("0.png", RED)])[:1024] + rest + tar([("2.png", RED)])
    write(tmp_path, {name: gzip.compress(data, 1) if name.endswith("gz") else data})
    source = opened(tmp_path / name)
    assert fetched(source)[f"{name}/0.png"] == RED
    assert codes(source)[name] == "unreadable"
    assert f"{name}/2.png" not in ids(source)


def test_a_tar_that_unpacks_to_a_terabyte_is_not_unpacked(tmp_path: Path) -> None:
    data = tar([("0.png", RED)])[:1024] + header(2**40, tarfile.REGTYPE) + bytes(2**20)
    write(tmp_path, {"s.tar.bz2": bz2.compress(data)})
    source = opened(tmp_path / "s.tar.bz2")
    assert codes(source) == {"s.tar.bz2/1.png": "too_many_bytes", "s.tar.bz2": "unreadable"}
    assert "more than 2000 times its size" in str(fetched(source)["s.tar.bz2"])


def test_links_are_rows_that_say_so(tmp_path: Path) -> None:
    link = tarfile.TarInfo("1.png")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    write(tmp_path, {"s.tar": tar([("0.png", RED)], extra=[link])})
    assert codes(opened(tmp_path / "s.tar")) == {"s.tar/1.png": "unreadable"}


def test_tars_that_follow_one_another_are_read_to_the_end(tmp_path: Path) -> None:
    write(tmp_path, {"s.tar": tar([("0.png", RED)]) + tar([("1.png", BLUE)])})
    assert fetched(opened(tmp_path / "s.tar")) == {"s.tar/0.png": RED, "s.tar/1.png": BLUE}


def test_the_rest_of_a_broken_tar_is_one_row(tmp_path: Path) -> None:
    whole = tar([("0.png", RED), ("1.png", BLUE), ("2.png", RED)])
    zipped = tar([(f"{n}.png", RED) for n in range(3)], "w:gz")
    write(
        tmp_path,
        {
            "0.tar": whole,
            "cut-in-bytes.tar": whole[: 512 + 1024 + 20],
            "cut-in-header.tar": whole[: 1024 + 100],
            "cut-between.tar": whole[:1024],
            "empty.tar": b"",
            "junk.tar": b"x" * 2000,
            "overwritten.tar": whole[:1024] + b"y" * 512 + whole[1536:],
            "zipped.tar.gz": zipped[:-20],
        },
    )
    source = opened(tmp_path)
    found = fetched(source)
    assert found["0.tar/2.png"] == RED
    assert found["cut-in-bytes.tar/0.png"] == RED
    refused = {name for name, data in found.items() if isinstance(data, Refusal)}
    assert refused >= {path.name for path in tmp_path.iterdir()} - {"0.tar"}
    assert refused - {path.name for path in tmp_path.iterdir()} == {"cut-in-bytes.tar/1.png"}
    assert codes(source)["cut-in-bytes.tar/1.png"] == "truncated"


def test_a_tar_that_changes_after_its_listing_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, {"a.tar": tar([("0.png", RED)]), "b.tar": tar([("0.png", BLUE)])})
    source = opened(tmp_path)
    before = entries(source)
    write(tmp_path, {"a.tar": tar([("0.jpg", BLUE), ("0.png", RED)])})
    first, second = (one.data for one in source.fetch(before))
    assert isinstance(first, Refusal)
    assert "changed since" in first.reason
    assert second == BLUE


def test_members_that_are_not_there_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"s.tar": tar(SAMPLES)})
    for given in ({"image": "gif"}, {"id": "cls"}, {"carry": ["cls"]}):
        with pytest.raises(UsageError, match=r"it has: .*json, txt, png"):
            _ = opened(tmp_path / "s.tar", **given).columns


def test_nothing_that_can_be_read_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"s.tar": b"junk" * 500})
    with pytest.raises(UsageError, match="nothing of"):
        list(opened(tmp_path / "s.tar").listing())
    write(tmp_path, {"s.tar": tar([])})
    with pytest.raises(UsageError, match="no tar with a file"):
        list(opened(tmp_path / "s.tar").listing())
