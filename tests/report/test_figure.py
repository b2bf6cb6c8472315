import re

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.report.figure import figure
from cluejudge.verdict import EvidenceBox
from tests.report.samples import picture


def box(left: int = 10, top: int = 10, words: tuple[str, ...] = ("knife",)) -> EvidenceBox:
    return EvidenceBox(left=left, top=top, right=left + 30, bottom=top + 20, score=0.5, words=words)


def test_the_picture_is_hidden_behind_a_button() -> None:
    html = figure("a.png", "whole", picture(), [])
    assert '<button class="shot" type="button" aria-pressed="false"' in html
    assert "figcaption" not in html


def test_a_view_that_is_not_the_whole_is_named() -> None:
    assert "<figcaption>frame 3</figcaption>" in figure("a.gif", "frame 3", picture(), [])


def test_boxes_are_drawn_in_the_picture_s_own_pixels() -> None:
    html = figure("a.png", "whole", picture(200, 100), [box(), box()])
    assert 'viewBox="0 0 200 100"' in html
    assert html.count('class="outline" x="10" y="10" width="30" height="20"') == 1
    assert "knife 0.50" in html


@given(st.integers(0, 400), st.integers(0, 200), st.lists(st.text(max_size=20), max_size=3))
def test_labels_start_within_the_picture(left: int, top: int, words: list[str]) -> None:
    html = figure("a.png", "whole", picture(500, 300), [box(left, top, tuple(words))])
    plate = re.search(r'class="plate" x="([^"]+)" y="([^"]+)"', html)
    assert plate is not None
    assert 0 <= float(plate[1]) <= 500
    assert 0 <= float(plate[2]) <= 300


def test_without_a_picture_a_notice() -> None:
    html = figure("a.png", "whole", None, [])
    assert "No picture to show" in html
    assert "<img" not in html
