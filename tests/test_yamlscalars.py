from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.yamlfile import read
from cluejudge.yamlscalars import as_written


def test_values_are_those_of_the_core_schema() -> None:
    text = """\
    nothing: [~, null, ]
    flags: [true, False]
    numbers: [1, -2, 0o17, 0x1F, 2.50, 1e3, -.5]
    texts: [no, on, 2026-01-31, 12:30:45, 1_000, "1", '2', a b]
    """

    assert read(text).data == {
        "nothing": [None, None],
        "flags": [True, False],
        "numbers": [1, -2, 15, 31, 2.5, 1000.0, -0.5],
        "texts": ["no", "on", "2026-01-31", "12:30:45", "1_000", "1", "2", "a b"],
    }


@given(st.floats(allow_nan=False) | st.integers(-(10**30), 10**30))
def test_numbers_remember_their_spelling(number: float) -> None:
    spelled = repr(number).replace("inf", ".inf")

    data = read(f"a: {spelled}\n").data

    assert data == {"a": number}
    assert isinstance(data, dict)
    assert as_written(data["a"]) == spelled
