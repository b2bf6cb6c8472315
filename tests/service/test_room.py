"""Room for the pixels of the images that are judged at a time."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cluejudge.service.room import Room, pixels
from cluejudge.settings import Limits

LIMITS = Limits(max_pixels=1000, max_view_pixels=5000, max_frames=8)


def file(kind: str, *sizes: tuple[int, int]) -> bytes:
    """An image with a frame of another grey for each of `sizes`."""
    first, *others = [Image.new("L", size, 20 * place) for place, size in enumerate(sizes)]
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(buffer, kind, **more)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (file("PNG", (20, 30)), 600),
        (file("JPEG", (20, 30)), 600),
        (file("GIF", *[(20, 30)] * 3), 1800),
        (file("GIF", *[(20, 30)] * 12), 4800),
        (file("TIFF", (4, 4), (20, 30)), 2000),
        (file("TIFF", *[(4, 4)] * 9), 5000),
        (file("PNG", (40, 30)), 0),  # refused for its size
        (b"", 0),
        (b"nonsense", 0),
    ],
)
def test_an_image_takes_what_its_headers_tell(data: bytes, expected: int) -> None:
    assert pixels(data, LIMITS) == expected


@given(
    sizes=st.lists(st.integers(0, 15), min_size=1, max_size=12),
    ended=st.sets(st.integers(0, 11), max_size=6),
)
def test_there_is_never_more_than_fits_and_all_get_their_turn(
    sizes: list[int], ended: set[int]
) -> None:
    inside, done = [0], []

    async def work(room: Room, place: int, size: int) -> None:
        async with room.of(size):
            inside[0] += min(size, 10)
            try:
                assert inside[0] <= 10
                await asyncio.sleep(0)
            finally:
                inside[0] -= min(size, 10)
            done.append(place)

    async def all_of_them() -> None:
        room = Room(10)
        tasks = [asyncio.create_task(work(room, *one)) for one in enumerate(sizes)]
        await asyncio.sleep(0)
        for place in ended & set(range(len(tasks))):
            tasks[place].cancel()
        async with asyncio.timeout(5):
            got = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(one is None or isinstance(one, asyncio.CancelledError) for one in got)
        async with asyncio.timeout(5), room.of(10):
            assert inside == [0]

    asyncio.run(all_of_them())
    assert set(range(len(sizes))) - ended <= set(done)
