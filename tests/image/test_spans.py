from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.image.spans import Span, merged, span
from tests.image.samples import examples

times = st.integers(0, 40).map(lambda tenths: tenths / 10)


@examples(80)
@given(st.lists(st.tuples(times, times).map(sorted), max_size=12))
def test_merged_spans_cover_the_same_time_and_never_touch(pairs: list[list[float]]) -> None:
    spans = [span(start, end) for start, end in pairs]
    joined = merged(spans)
    inside = [at / 100 for at in range(5, 405, 10)]
    for at in inside:
        assert any(s.start <= at < s.end for s in joined) == any(
            s.start <= at < s.end for s in spans
        )
    for one, two in pairwise(joined):
        assert one.end < two.start
    assert all(each.start < each.end for each in joined)


def test_spans_that_meet_within_a_rounding_are_one() -> None:
    thirds = [span(at / 3, (at + 1) / 3) for at in range(6)]
    assert merged(thirds) == (Span(start=0, end=2),)
