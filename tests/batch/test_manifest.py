from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.batch.arrow import pa
from cluejudge.batch.entries import Entry, Fetched, Refusal
from cluejudge.batch.manifest import Manifest, default_shards, digest_of
from cluejudge.batch.sources.base import Row, batches
from cluejudge.batch.sources.places import File
from cluejudge.errors import UsageError

COLUMNS = pa.schema(
    [("n", pa.int64()), ("when", pa.timestamp("ns")), ("w", pa.dictionary(pa.int32(), pa.string()))]
)


class Made:
    """A source of rows that are made, in batches of any size."""

    passed_over = 3

    def __init__(self, rows: Iterable[Row], columns: pa.Schema, size: int = 1024) -> None:
        self._rows, self.columns, self._size = rows, columns, size
        self.card = {"where": "nowhere"}

    def listing(self) -> Iterator[pa.RecordBatch]:
        for batch in batches(self._rows, self.columns):
            for start in range(0, batch.num_rows, self._size):
                yield batch.slice(start, self._size)

    def fetch(self, entries: Iterable[Entry]) -> Iterator[Fetched]:
        raise NotImplementedError


def rows(count: int) -> list[Row]:
    return [
        Row(f"i{at}", File(f"p{at}"), f"s{at}", (at, at, None if at % 5 else f"w{at % 3}"))
        for at in range(count)
    ]


def made(count: int, size: int = 1024) -> Made:
    return Made(rows(count), COLUMNS, size)


@settings(max_examples=12)
@given(count=st.integers(1, 30), shards=st.integers(1, 35), size=st.integers(1, 20))
def test_every_row_is_in_one_shard_in_order(
    count: int, shards: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("inputs")
    written = Manifest.write(folder, made(count, size), shards)
    manifest = Manifest.open(folder)
    assert manifest == written
    assert (manifest.count, manifest.shards) == (count, min(count, shards))
    assert manifest.digest == digest_of(made(count))
    parts = [manifest.entries(shard) for shard in range(manifest.shards)]
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert [[one.row for one in part] for part in parts] == [list(range(len(one))) for one in parts]
    found = [(one.id, one.place, one.stamp) for part in parts for one in part]
    assert found == [(f"i{at}", f"p{at}", f"s{at}") for at in range(count)]
    carried = [
        row for shard in range(manifest.shards) for row in manifest.carried(shard).to_pylist()
    ]
    assert [row["n"] for row in carried] == list(range(count))
    assert [row["w"] for row in carried] == [row.carried[2] for row in rows(count)]
    assert manifest.carried(0).schema.equals(COLUMNS)


def test_the_digest_is_over_all_that_a_listing_says() -> None:
    plain = rows(3)
    digests = {digest_of(made(3))}
    for change in (
        Row("x", File("p0"), "s0", (0, 0, "w0")),
        Row("i0", File("x"), "s0", (0, 0, "w0")),
        Row("i0", File("p0"), "x", (0, 0, "w0")),
        Row("i0", File("p0"), "s0", (9, 0, "w0")),
        Row("i0", File("p0"), "s0", (0, 1, "w0")),
        Row("i0", File("p0"), "s0", (0, 0, "x")),
    ):
        digests.add(digest_of(Made([change, *plain[1:]], COLUMNS)))
    digests.add(digest_of(Made(plain[::-1], COLUMNS)))
    assert len(digests) == 8


def test_shards_are_of_100_to_10000_rows_and_about_64() -> None:
    assert [default_shards(count) for count in (1, 100, 101, 6400, 6401)] == [1, 1, 2, 64, 64]
    assert default_shards(640_000) == 64
    assert default_shards(100_000_000) == 10_000


def test_what_differs_is_said(tmp_path: Path) -> None:
    manifest = Manifest.write(tmp_path, made(300), None)
    assert manifest.differences(made(300, 7)) == ()
    said = manifest.differences(made(302))
    assert said == ("300 rows were listed, now 302", "2 new: i300, i301")


def test_a_manifest_is_there_when_it_is_whole_only(tmp_path: Path) -> None:
    class Breaks(Made):
        def listing(self) -> Iterator[pa.RecordBatch]:
            yield from super().listing()
            raise KeyboardInterrupt

    folder = tmp_path / "inputs"
    with pytest.raises(KeyboardInterrupt):
        Manifest.write(folder, Breaks(rows(5), COLUMNS))
    assert Manifest.open(folder) is None
    (folder / "shard-00007.arrow").write_bytes(b"left over")
    Manifest.write(folder, made(5))
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "shard-00000.arrow"]
    assert Manifest.open(tmp_path / "absent") is None


def test_what_is_damaged_is_told(tmp_path: Path) -> None:
    manifest = Manifest.write(tmp_path, made(5))
    shard = tmp_path / "shard-00000.arrow"
    whole = shard.read_bytes()
    for data in (whole[:-100], b"", whole[:8]):
        shard.write_bytes(data)
        for read in (manifest.entries, manifest.carried, lambda shard: list(manifest.rows(shard))):
            with pytest.raises(UsageError, match="damaged"):
                read(0)
    for text, said in (("{", "damaged"), ('{"version": 0}', "another version"), ("[]", "damaged")):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(UsageError, match=said):
            Manifest.open(tmp_path)


def test_nothing_to_judge_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no image in nowhere; 3 other files"):
        Manifest.write(tmp_path, Made([], pa.schema([])))
    refused = [Row("a", Refusal("unreadable", "it is broken")), Row("b", Refusal("x", "y"))]
    with pytest.raises(UsageError, match="nothing in nowhere can be listed: it is broken"):
        Manifest.write(tmp_path, Made(refused, pa.schema([])))
    one_good = [*refused, Row("c", File("c"))]
    assert Manifest.write(tmp_path, Made(one_good, pa.schema([]))).count == 3


def test_it_is_told_how_far_it_is(tmp_path: Path) -> None:
    heard: list[int] = []
    Manifest.write(tmp_path, made(2000, 600), told=heard.append)
    assert heard == [600, 1024, 1624, 2000]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    many = (Row(f"i{at}", File(f"folder/{at}.png"), "12 34") for at in range(100_000))
    blocks, arrow = sys.getallocatedblocks(), pa.total_allocated_bytes()
    most = 0

    def told(_: int) -> None:
        nonlocal most
        most = max(most, sys.getallocatedblocks() - blocks)

    manifest = Manifest.write(tmp_path, Made(many, pa.schema([])), shards=50, told=told)
    assert manifest.count == 100_000
    # Of rows that are kept there would be several blocks each.
    assert most < 30_000
    assert pa.total_allocated_bytes() - arrow < 2**20
