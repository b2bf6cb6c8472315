from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.batch.journal import Journal, journaled, journals, whole_lines
from cluejudge.verdict import Outcome, Verdict
from tests.batch.verdicts import COMMON, verdicts

OUTCOMES = list(Outcome)
SAID = [
    COMMON.model_copy(update={"image": f"é{n}.png", "outcome": OUTCOMES[n % 4]}) for n in range(6)
]


def digest(row: int) -> str:
    return f"{row:064x}" if row % 3 else ""


def write(folder: Path, *rows: int, shard: int = 7) -> Path:
    journal = Journal.open(folder, shard, COMMON)
    for row in rows:
        journal.add(row, digest(row), SAID[row])
    journal.close()
    return journal.done[rows[-1]].path


def read(folder: Path, shard: int = 7) -> dict[int, Verdict]:
    journal = Journal.open(folder, shard, COMMON)
    return {row: journal.verdict(row) for row in journal.done}


def test_no_file_is_no_row_and_opening_makes_none(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journals", 7, COMMON)
    assert not journal.done
    journal.close()
    assert not (tmp_path / "journals").exists()


def test_each_row_is_there_at_once(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, 7, COMMON)
    for row in (2, 0, 1):
        assert row not in journal.done
        journal.add(row, digest(row), SAID[row])
        assert journal.verdict(row) == SAID[row]
        assert read(tmp_path)[row] == SAID[row]
    found = journaled(tmp_path, 7)
    assert found == dict(journal.done)
    assert {row: (one.sha256, one.outcome) for row, one in found.items()} == {
        row: (digest(row), SAID[row].outcome) for row in range(3)
    }
    journal.close()
    journal.close()


@given(found=verdicts)
def test_any_verdict_is_what_it_was(
    found: Verdict, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    journal = Journal.open(folder, 0, COMMON)
    journal.add(5, "", found)
    journal.close()
    assert read(folder, 0) == {5: found}


@given(data=st.data())
def test_a_file_cut_anywhere_has_its_whole_lines_and_the_next_attempt_goes_on(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    path = write(folder, *range(4))
    whole = path.read_bytes()
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    path.write_bytes(cut)
    left = list(range(cut.count(b"\n")))
    assert read(folder) == {row: SAID[row] for row in left}
    write(folder, *(row for row in range(6) if row not in left))
    assert read(folder) == dict(enumerate(SAID))
    assert path.read_bytes() == cut


@given(data=st.data())
def test_a_damaged_line_is_a_row_that_was_not_judged(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    path = write(folder, *range(4))
    harmed = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(harmed) - 1))
    line = bytes(harmed[:at]).count(b"\n")
    harmed[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(harmed)
    found = read(folder)
    # The end of a line that is no end any more harms the next line too.
    assert found.keys() >= set(range(4)) - {line, line + 1}
    assert line not in found
    assert all(found[row] == SAID[row] for row in found)


def test_attempts_share_what_they_judged_and_the_first_of_two_counts(tmp_path: Path) -> None:
    one, other = (Journal.open(tmp_path, 7, COMMON) for _ in range(2))
    for journal, outcome in ((one, Outcome.SAFE), (other, Outcome.ABSTAIN)):
        journal.add(3, "", COMMON.model_copy(update={"outcome": outcome}))
    one.add(4, "", SAID[4])
    other.add(5, "", SAID[5])
    first = min((one, other), key=lambda journal: journal.done[3].path.name)
    found = read(tmp_path)
    assert found.keys() == {3, 4, 5}
    assert found[3] == first.verdict(3)
    for journal in (one, other):
        journal.close()


def test_shards_are_apart(tmp_path: Path) -> None:
    write(tmp_path, 0, shard=7)
    write(tmp_path, 1, shard=70)
    write(tmp_path, 2, shard=123456)
    write(tmp_path, 3, shard=7)
    (tmp_path / "shard-notes.jsonl").write_text("")
    assert journals(tmp_path) == (7, 70, 123456)
    assert read(tmp_path, 7).keys() == {0, 3}
    Journal.discard(tmp_path, 7)
    assert journals(tmp_path) == (70, 123456)
    Journal.discard(tmp_path, 7)


def test_what_is_added_is_read_from_where_reading_stopped(tmp_path: Path) -> None:
    path = write(tmp_path, 0, 1)
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(write(tmp_path / "other", 2).read_bytes())
    ((row, offset),) = whole_lines(path, size)
    assert (row, offset.read(COMMON)) == (2, SAID[2])


def test_a_verdict_of_another_run_is_not_written(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, 7, COMMON)
    other = SAID[0].model_copy(update={"constitution_digest": "another"})
    with pytest.raises(ValueError, match="another run"):
        journal.add(0, "", other)
    journal.close()
    assert read(tmp_path) == {}
