"""Whatever happens to a file: it is refused as a whole, or all that is left of it is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cluejudge.batch.entries import Refusal
from cluejudge.batch.plan import InputFormat
from cluejudge.errors import UsageError
from tests.batch.sources.making import BLUE, RED, arrow, fetched, opened, parquet, tar

MEMBERS = [(f"{number}.png", RED) for number in range(6)] + [("6.txt", b"x"), ("6.png", BLUE)]
WHOLE = {
    "t.parquet": parquet({"image": [RED, BLUE] * 6, "n": list(range(12))}, rows=4),
    "t.arrow": arrow([RED, BLUE], [RED] * 5, [BLUE]),
    "t.tar": tar(MEMBERS),
    "t.tar.gz": tar(MEMBERS, "w:gz"),
}
CARRY = {"t.parquet": "n", "t.arrow": "label", "t.tar": "txt", "t.tar.gz": "txt"}
SHARE = st.floats(0, 1, exclude_max=True)
DAMAGE = st.one_of(
    st.tuples(st.just("cut"), SHARE, st.just(b"")),
    st.tuples(st.sampled_from(["put in", "put over"]), SHARE, st.binary(min_size=1, max_size=40)),
)


def damaged(data: bytes, kind: str, share: float, new: bytes) -> bytes:
    at = int(share * len(data))
    if kind == "cut":
        return data[:at]
    return data[:at] + new + data[at + (len(new) if kind == "put over" else 0) :]


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(DAMAGE, min_size=1, max_size=3))
@example(damage=[("cut", 0.0, b"")])
def test_damage_is_told_and_never_raised(
    name: str, damage: list[tuple[str, float, bytes]], tmp_path: Path
) -> None:
    data = WHOLE[name]
    for one in damage:
        data = damaged(data, *one)
    (tmp_path / name).write_bytes(data)
    try:
        source = opened(tmp_path / name, carry=[CARRY[name]])
        found = fetched(source)
    except UsageError:
        return
    assert found
    assert all(isinstance(one, bytes | Path | Refusal) for one in found.values())


@pytest.mark.parametrize("name", WHOLE)
def test_the_rows_before_a_cut_are_there_and_something_tells_of_the_rest(
    name: str, tmp_path: Path
) -> None:
    whole = list(_rows(name, WHOLE[name], tmp_path).values())
    for share in (0.3, 0.5, 0.7):  # what pads a tar at its end may be missing
        found = _rows(name, damaged(WHOLE[name], "cut", share, b""), tmp_path)
        assert any(isinstance(one, Refusal) for one in found.values())
        good = [one for one in found.values() if not isinstance(one, Refusal)]
        assert good == whole[: len(good)]


def _rows(name: str, data: bytes, folder: Path) -> dict[str, object]:
    """With a whole file before it, so that the collection as a whole can be listed."""
    (folder / f"0{name}").write_bytes(WHOLE[name])
    (folder / name).write_bytes(data)
    kind = InputFormat.HUGGINGFACE if name == "t.arrow" else InputFormat.AUTO
    return dict(fetched(opened(folder / f"*{name}", kind)))
