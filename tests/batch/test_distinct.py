import hashlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.batch.distinct import distinct

DIGESTS = st.integers(0, 40).map(lambda value: hashlib.sha256(bytes([value])).hexdigest())


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(DIGESTS | st.just(""))))
def test_as_many_as_a_set_holds(batches: list[list[str]]) -> None:
    expected = len({digest for batch in batches for digest in batch if digest})
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        assert distinct(batches, scratch) == expected
        assert not list(scratch.iterdir())


def test_digests_that_differ_late_in_the_same_bucket(tmp_path: Path) -> None:
    alike = [f"ab{number:016x}{'0' * 46}" for number in range(3000)]
    assert distinct([alike, alike[::2], reversed(alike)], tmp_path) == 3000
