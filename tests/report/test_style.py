import re
from importlib.resources import files

import pytest

CSS = files("cluejudge.report").joinpath("report.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{([^}]*--page[^}]*)\}", CSS)
)
PAIRS = [
    *(
        (text, ground)
        for text in ("ink", "quiet", "abstain")
        for ground in ("card", "sunk", "page")
    ),
    *((name, f"{name}-bg") for name in ("unsafe", "abstain", "error", "safe")),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: dict[str, str], text: str, ground: str) -> None:
    low, high = sorted((luminance(theme[text]), luminance(theme[ground])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_both_themes_name_the_same_colours() -> None:
    assert set(LIGHT) == set(DARK)
    assert set(re.findall(r"var\(--([a-z-]+)\)", CSS)) == set(LIGHT)
