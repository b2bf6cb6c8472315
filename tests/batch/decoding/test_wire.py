"""What is sent arrives, whole or not at all."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.batch.decoding.wire import receive, send
from cluejudge.batch.entries import Prepared
from cluejudge.image import LoadedImage, Picture, View, load
from tests.batch.decoding.rows import fetched, png


def sent(value: object) -> bytes:
    file = io.BytesIO()
    send(file, value)
    return file.getvalue()


values = st.recursive(
    st.none() | st.integers() | st.binary() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner),
)


@given(st.lists(values, max_size=4))
def test_values_arrive_in_their_order(several: list[object]) -> None:
    file = io.BytesIO(b"".join(map(sent, several)))
    assert [receive(file) for _ in several] == several
    with pytest.raises(EOFError):
        receive(file)


def test_pictures_arrive_with_their_digests_and_are_not_copied() -> None:
    record = load(png()).record
    pixels = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    views = (View("whole", Picture(pixels)), View("frame 2", Picture(pixels[:5])))
    assert len({view.picture.digest for view in views}) == 2
    prepared = Prepared(fetched(b"").entry, "abc", LoadedImage(record, views))
    arrived = receive(io.BytesIO(sent(prepared)))
    assert arrived == prepared
    for view, other in zip(arrived.image.views, views, strict=True):
        assert view.picture.__dict__["digest"] == other.picture.digest
        assert not view.picture.pixels.flags.writeable
        assert not view.picture.pixels.flags.owndata


@given(st.integers(min_value=0))
def test_what_is_torn_is_no_value(end: int) -> None:
    whole = sent([b"abc", np.zeros(100)])
    with pytest.raises(EOFError):
        receive(io.BytesIO(whole[: end % len(whole)]))
