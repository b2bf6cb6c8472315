from __future__ import annotations

import re

import pytest
from jinja2 import UndefinedError

from cluejudge.service.review.site import pages

LINKS = re.compile(r"""(?:href|src|url)\s*[=(]\s*["']?(?:https?:)?//""")


def test_nothing_of_the_pages_comes_from_elsewhere() -> None:
    for name, asset in pages().assets.items():
        text = asset.body.decode()
        assert not LINKS.search(text), name
        assert "@import" not in text


def test_the_look_is_that_of_the_reports() -> None:
    style = pages().assets["review.css"].body.decode()
    assert style.index("--unsafe-bg") < style.index(".topbar")


def test_every_colour_has_a_name_in_light_and_dark() -> None:
    style = pages().assets["review.css"].body.decode()
    used = set(re.findall(r"var\(--([a-z-]+)\)", style))
    # First those of the report, then those of the page; of each light, then dark.
    themes = [theme for theme in re.findall(r":root \{([^}]*)\}", style) if "--" in theme]
    assert len(themes) == 4
    for theme in (themes[0] + themes[2], themes[1] + themes[3]):
        assert used <= set(re.findall(r"--([a-z-]+): ", theme))


def test_an_asset_is_named_by_its_content() -> None:
    tags = {asset.tag for asset in pages().assets.values()}
    assert len(tags) == len(pages().assets)
    assert pages().asset_path("review.js").startswith("static/review.js?v=")


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        pages().render("problem.html", base="", visitor=None, current="")


def test_what_is_put_into_a_page_is_escaped_and_made_visible() -> None:
    said = pages().render(
        "problem.html",
        base="",
        visitor=None,
        current="",
        title="<script>",
        detail='"\u202eevil"',
        hint="a\x07b",
        sign_in=False,
    )
    assert "<h1>&lt;script&gt;</h1>" in said
    assert "&quot;\\u202eevil&quot;" in said
    assert "a\\x07b" in said
