from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.image.frames import Glimpse
from cluejudge.image.spans import span
from cluejudge.settings import Sampling
from cluejudge.video import survey
from cluejudge.video.survey import Survey
from tests.image.samples import examples


def look(level: int) -> Glimpse:
    return Glimpse(b"", np.full(48, level, np.uint8))


def surveyed(levels: list[int]) -> Survey:
    made = Survey()
    for place, level in enumerate(levels):
        made.add(place / 10, 0.1, look(level))
    return made


@pytest.mark.parametrize("place", [1, 700, 701, 1998])
def test_a_flash_in_a_video_of_any_length_is_found(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_MOST_GLIMPSES", 32)
    levels = [(index // 20) % 200 for index in range(2000)]
    levels[place] = 255
    made = surveyed(levels)
    found = made.chosen(Sampling(every=20, max_frames=16))
    assert place in found.strange
    spans = made.spans(found)[place]
    assert spans == (span(place / 10, (place + 1) / 10),)


@examples(25)
@given(st.lists(st.integers(0, 255), min_size=1, max_size=300), st.integers(2, 12))
def test_however_little_is_kept_the_spans_are_all_of_the_time(levels: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(survey, "_MOST_GLIMPSES", 16)
        made = surveyed(levels)
        chosen = made.chosen(Sampling(every=1, max_frames=most))
        spans = made.spans(chosen)
    assert chosen.all[0] == 0
    assert len(chosen.all) <= most
    assert set(spans) == set(chosen.all)
    ordered = sorted((each.start, each.end) for known in spans.values() for each in known)
    assert sum(end - start for start, end in ordered) == pytest.approx(len(levels) / 10, abs=0.01)
