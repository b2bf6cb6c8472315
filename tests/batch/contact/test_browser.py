from pathlib import Path
from typing import Any

import pytest

from cluejudge.batch.contact import write_contact
from cluejudge.batch.summing import summed
from tests.api.colours import NOISE, picture, png
from tests.batch.judged import COMMON, judged
from tests.service.review.browser import browser


@pytest.fixture
def address(tmp_path: Path) -> str:
    both = png(picture("blue", "red"))
    black = png(picture("black", "black"))
    batch = judged(tmp_path, [("both", both), ("noise", NOISE), ("black", black)])
    summary = summed(tmp_path, COMMON, tmp_path)
    write_contact(tmp_path, summary, COMMON, batch.again, 10)
    return (tmp_path / "contact.html").as_uri()


def shown(page: Any) -> list[str]:
    # Not the inner texts: those of a card that is not drawn yet are empty.
    names: list[str] = page.locator(".card:visible h2").all_text_contents()
    return [name.strip() for name in names]


def test_a_person_finds_images_by_rule_and_kind_and_looks_at_them(address: str) -> None:
    with browser() as opened:
        page = opened.new_page(viewport={"width": 390, "height": 844})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        assert sorted(shown(page)) == ["black", "both", "noise"]

        page.select_option("#rule", "only-black")
        assert shown(page) == ["black"]
        page.locator("label", has_text="Abstain").click()
        assert shown(page) == []
        assert page.locator(".nothing").is_visible()
        page.select_option("#rule", "")
        assert shown(page) == ["noise"]
        page.locator("label", has_text="All").first.click()

        picture = page.locator(".shot").first
        blurred = "shot => getComputedStyle(shot.querySelector('img')).filter"
        assert "blur" in picture.evaluate(blurred)
        picture.focus()
        page.keyboard.press("Enter")
        assert picture.evaluate(blurred) == "none"
        page.get_by_role("button", name="Show all pictures").click()
        assert page.locator(".shot[aria-pressed=false]").count() == 0

        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert said == []
