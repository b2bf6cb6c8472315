import re

from hypothesis import given
from hypothesis import strategies as st

from cluejudge.report.bars import DIFFERENCE, PROBABILITY, WIDTH, Tick, around_zero, bar

VALUES = st.floats(min_value=-50, max_value=50)


def numbers(html: str, name: str) -> list[float]:
    return [float(found) for found in re.findall(rf' {name}="([^"]+)"', html)]


@given(VALUES, VALUES, VALUES)
def test_nothing_is_drawn_outside_the_track(value: float, low: float, high: float) -> None:
    ticks = (Tick(low, "low"), Tick(high, "high"))
    for scale in (PROBABILITY, DIFFERENCE, around_zero(value)):
        drawn = bar(value, scale, ticks, label="", unsure=(low, high))
        for name in ("x", "x1", "x2", "cx"):
            assert all(0 <= at <= WIDTH for at in numbers(drawn, name))


@given(VALUES, VALUES)
def test_a_log_odds_scale_holds_all_its_values(value: float, bound: float) -> None:
    scale = around_zero(value, bound, None)
    assert scale.low < min(value, bound)
    assert scale.high > max(value, bound)
    assert scale.low == -scale.high


def test_a_difference_grows_from_the_middle() -> None:
    up, down = bar(0.5, DIFFERENCE, label=""), bar(-0.5, DIFFERENCE, label="")
    assert numbers(up, "cx") == [WIDTH * 0.75]
    assert numbers(down, "cx") == [WIDTH * 0.25]
    fill = re.compile(r'class="fill" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"')
    assert [found.groups() for found in fill.finditer(up)] == [("110", "55")]
    assert [found.groups() for found in fill.finditer(down)] == [("55", "55")]


def test_bounds_the_wrong_way_round_leave_nothing_unsure() -> None:
    assert "unsure" in bar(0, DIFFERENCE, label="", unsure=(-0.1, 0.2))
    assert "unsure" not in bar(0, DIFFERENCE, label="", unsure=(0.2, -0.1))


def test_a_bar_reads_aloud() -> None:
    assert 'role="img" aria-label="P(Yes) 0.50"' in bar(0.5, PROBABILITY, label="P(Yes) 0.50")
