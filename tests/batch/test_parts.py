from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.batch import parts
from cluejudge.batch.columns import ABOUT
from cluejudge.batch.entries import Entry
from cluejudge.batch.journal import Journal
from cluejudge.batch.parts import (
    check_part,
    part_path,
    read_verdict,
    scan,
    write_rows,
)
from cluejudge.errors import UsageError
from cluejudge.verdict import Outcome, Verdict, ViewVerdict
from tests.batch.verdicts import COMMON, verdicts
from tests.batch.written import NONE, read_verdicts, write_part

VIEWS = (4, 1, 0, 1, 1, 2, 1)


def safe(number: int) -> Verdict:
    return COMMON.model_copy(update={"image": f"{number}.png", "outcome": Outcome.SAFE})


def rows(found: Sequence[Verdict]) -> Iterator[tuple[Entry, str, Verdict]]:
    return ((Entry(row, one.image, ""), "", one) for row, one in enumerate(found))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "GROUP", 3)


@given(found=st.lists(verdicts, max_size=4))
@settings(max_examples=25)
def test_verdicts_are_what_they_were(
    found: list[Verdict], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("part") / "part-00000.parquet"
    write_part(path, rows(found), NONE, COMMON)
    assert read_verdicts(path, COMMON) == found
    assert [read_verdict(path, row, COMMON) for row in range(len(found))] == found


@pytest.mark.parametrize("count", [0, 1, 3, 7])
@pytest.mark.usefixtures("small")
def test_rows_are_written_and_read_in_groups(tmp_path: Path, count: int) -> None:
    path = part_path(tmp_path, 12)
    found = [safe(number) for number in range(count)]
    carried = pa.table(
        {"label": pa.array(range(count), pa.int8()), "more": [[n] for n in range(count)]}
    )
    write_part(path, rows(found), carried, COMMON)
    assert path.name == "part-00012.parquet"
    assert parts.parts(tmp_path) == {12: path}
    assert pq.read_metadata(path).num_row_groups == -(-count // 3)
    assert read_verdicts(path, COMMON) == found
    assert [read_verdict(path, row, COMMON) for row in range(count)] == found
    table = pa.Table.from_batches(scan(path, ["label", "more"]), carried.schema)
    assert table == carried
    check_part(path, count)


@pytest.mark.usefixtures("small")
def test_rows_of_many_views_are_written_fewer_at_a_time(tmp_path: Path) -> None:
    path = part_path(tmp_path, 0)
    view = ViewVerdict(view="frame", outcome=Outcome.SAFE)
    found = [safe(n).model_copy(update={"views": (view,) * count}) for n, count in enumerate(VIEWS)]
    write_part(path, rows(found), NONE, COMMON)
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert groups == [1, 3, 2, 1]
    assert [read_verdict(path, row, COMMON) for row in range(len(found))] == found


def test_rows_of_a_journal_make_the_part_that_their_verdicts_make(tmp_path: Path) -> None:
    found = [safe(number) for number in range(4)]
    journal = Journal.open(tmp_path, 0, COMMON)
    for row in (2, 0, 3, 1):
        journal.add(row, "", found[row])
    write_part(part_path(tmp_path, 0), rows(found), NONE, COMMON)
    write_rows(part_path(tmp_path, 1), (journal.row(row) for row in range(4)), NONE, COMMON)
    journal.close()
    assert part_path(tmp_path, 0).read_bytes() == part_path(tmp_path, 1).read_bytes()


@pytest.mark.usefixtures("small")
def test_carried_columns_that_come_in_pieces(tmp_path: Path) -> None:
    path = part_path(tmp_path, 0)
    carried = pa.concat_tables([pa.table({"label": ["a"]}), pa.table({"label": ["b", "c", "d"]})])
    write_part(path, rows([safe(number) for number in range(4)]), carried, COMMON)
    assert pq.read_table(path)["label"].to_pylist() == ["a", "b", "c", "d"]


def test_a_part_says_what_its_verdicts_share(tmp_path: Path) -> None:
    path = part_path(tmp_path, 0)
    write_part(path, rows([safe(0)]), NONE, COMMON)
    about = pq.read_schema(path).metadata[ABOUT.encode()]
    assert Verdict.model_validate_json(about) == COMMON


def test_equal_rows_are_equal_files(tmp_path: Path) -> None:
    for number in (0, 1):
        write_part(part_path(tmp_path, number), rows([safe(0), safe(1)]), NONE, COMMON)
    assert part_path(tmp_path, 0).read_bytes() == part_path(tmp_path, 1).read_bytes()


@pytest.mark.parametrize("count", [2, 4])
def test_rows_that_are_not_those_of_the_shard_make_no_part(tmp_path: Path, count: int) -> None:
    path = part_path(tmp_path, 0)
    found = rows([safe(number) for number in range(count)])
    with pytest.raises(ValueError, match="rows"):
        write_part(path, found, pa.table({"label": [0, 1, 2]}), COMMON)
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_no_parts(tmp_path: Path) -> None:
    for name in ("part-1.parquet", "part-00001.parquet.bak", ".part-00001.parquet", "run.json"):
        (tmp_path / name).write_text("")
    assert parts.parts(tmp_path) == {}


@pytest.mark.parametrize("harm", [lambda whole: whole[:-40], lambda _: b"", lambda _: b"PAR1"])
def test_a_broken_part_is_told(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    path = part_path(tmp_path, 0)
    write_part(path, rows([safe(0)]), NONE, COMMON)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(UsageError, match=r"part-00000\.parquet is broken.*delete the file"):
        read_verdicts(path, COMMON)
    with pytest.raises(UsageError, match="is broken"):
        read_verdict(path, 0, COMMON)
    with pytest.raises(UsageError, match="is broken"):
        list(scan(path, ["id"]))
    with pytest.raises(UsageError, match="is broken"):
        check_part(path, 1)


def test_no_bit_that_flips_makes_another_verdict(tmp_path: Path) -> None:
    path = part_path(tmp_path, 0)
    found = [safe(number) for number in range(3)]
    write_part(path, rows(found), NONE, COMMON)
    whole = path.read_bytes()
    data = len(whole) - int.from_bytes(whole[-8:-4], "little")
    told = 0
    for at in range(4, data, data // 40):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        try:
            assert read_verdicts(path, COMMON) == found
        except UsageError:
            told += 1
    assert told > 20


def test_a_part_of_another_length_is_told(tmp_path: Path) -> None:
    path = part_path(tmp_path, 0)
    write_part(path, rows([safe(0)]), NONE, COMMON)
    with pytest.raises(UsageError, match="it has 1 rows, and its shard 2"):
        check_part(path, 2)
    with pytest.raises(UsageError, match="it has no row 1"):
        read_verdict(path, 1, COMMON)
