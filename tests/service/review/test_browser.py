"""The review page in a real browser, by its keys alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cluejudge.store.records import Answer
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome
from tests.api.colours import NOISE
from tests.report import samples
from tests.service.making import as_json
from tests.service.review.browser import browser, serving
from tests.service.review.making import add_key, item_of, kept_store, looks, recorded


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return kept_store(tmp_path)


@pytest.fixture
def address(store: Store, tmp_path: Path) -> Iterator[str]:
    with serving(store, keep_images=str(tmp_path / "images"), sample=1.0) as found:
        yield found


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A tab that takes everything that goes wrong in it for a failure."""
    wrong: list[str] = []
    with chromium.new_context(viewport={"width": 1280, "height": 860}) as context:
        tab = context.new_page()
        tab.set_default_timeout(10_000)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        yield tab
    assert wrong == []


def press(page: Any, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def answered(page: Any, key: str) -> None:
    """Press a key that answers, and wait for the next page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_judge_review_overrule_and_figures_by_keys_alone(
    page: Any, address: str, store: Store
) -> None:
    judged = httpx2.post(f"{address}/v1/judge", json=as_json(NOISE))
    assert judged.status_code == 200
    first = recorded(store, samples.UNSAFE, keep=True)
    second = recorded(store, samples.UNSAFE, data=b"other")
    page.goto(f"{address}/review?want=unsafe")
    page.wait_for_selector("button[autofocus]:focus")  # browsers see to it after the page is there
    answered(page, "Enter")
    assert page.url.startswith(f"{address}{item_of(first)}")
    press(page, "j o")
    page.keyboard.type("It is a toy")
    press(page, "Escape j c")
    page.keyboard.type("No child is there")
    answered(page, "Enter")
    assert page.url.startswith(f"{address}{item_of(second)}")
    answered(page, "a")
    (review,) = store.reviews.of(first.id)
    said = [(one.rule_id, str(one.outcome), one.reason) for one in review.overrides]
    assert said == [
        ("on-fire", "cleared", "It is a toy"),
        ("medicine-and-child", "cleared", "No child is there"),
    ]
    assert review.outcome is Outcome.SAFE
    assert store.reviews.of(second.id)[0].answer is Answer.AGREE
    page.goto(f"{address}/review/figures")
    assert "50%" in page.inner_text("main")


def test_the_picture_is_fetched_when_it_is_asked_for(page: Any, address: str, store: Store) -> None:
    decision = recorded(store, samples.UNSAFE, keep=True)
    page.goto(f"{address}{item_of(decision)}")
    page.wait_for_load_state("networkidle")
    assert ("local", "image") not in looks(store, decision)
    shot = page.locator("a.shot")
    assert "blur" in shot.locator("img").evaluate("image => getComputedStyle(image).filter")
    with page.expect_response("**/pictures/0"):
        press(page, "b")
    assert shot.get_attribute("aria-pressed") == "true"
    assert shot.locator("img").evaluate("image => getComputedStyle(image).filter") == "none"
    press(page, "b b")
    assert shot.get_attribute("aria-pressed") == "true"
    assert looks(store, decision).count(("local", "image")) == 1


def test_the_boxes_lie_where_they_were_found(page: Any, address: str, store: Store) -> None:
    decision = recorded(store, samples.UNSAFE, keep=True)
    page.goto(f"{address}{item_of(decision)}")
    picture = page.locator("a.shot").bounding_box()
    box = page.locator("a.shot .outline").first.bounding_box()
    found = [
        (box["x"] - picture["x"]) / picture["width"],
        (box["y"] - picture["y"]) / picture["height"],
        box["width"] / picture["width"],
    ]
    # The image is of 60 x 60 pixels, and the box at 20, 12 is 60 wide.
    assert found == pytest.approx([20 / 60, 12 / 60, 60 / 60], abs=0.02)


def test_agreeing_is_held_back_while_a_rule_is_set_otherwise(
    page: Any, address: str, store: Store
) -> None:
    decision = recorded(store)
    page.goto(f"{address}{item_of(decision)}")
    press(page, "j o Escape a")
    assert "set to another outcome" in page.inner_text("#status")
    press(page, "o a")
    page.wait_for_url("**/review*done=*")
    assert store.reviews.of(decision.id)[0].answer is Answer.AGREE


def test_the_key_of_overruling_records_a_rule_that_is_explained(
    page: Any, address: str, store: Store
) -> None:
    decision = recorded(store)
    page.goto(f"{address}{item_of(decision)}")
    press(page, "j c")
    page.keyboard.type("It is a toy")
    press(page, "Escape n")
    page.keyboard.type("Seen twice")
    press(page, "Escape")
    answered(page, "o")
    (review,) = store.reviews.of(decision.id)
    assert [(one.rule_id, one.reason) for one in review.overrides] == [("on-fire", "It is a toy")]
    assert review.note == "Seen twice"


def test_overruling_needs_a_rule_and_a_reason(page: Any, address: str, store: Store) -> None:
    decision = recorded(store)
    page.goto(f"{address}{item_of(decision)}")
    page.click("#overrule")
    assert "Set a rule to another outcome first" in page.inner_text("#status")
    press(page, "o Enter")
    assert "Say why" in page.inner_text("#status")
    assert store.reviews.of(decision.id) == ()


def test_all_open_rules_are_cleared_with_one_key(page: Any, address: str, store: Store) -> None:
    finding = samples.MEDICINE
    rules = tuple(finding.model_copy(update={"rule_id": f"rule-{n}"}) for n in range(12))
    verdict = samples.ABSTAIN.model_copy(update={"rules": rules})
    decision = recorded(store, verdict)
    page.goto(f"{address}{item_of(decision)}")
    press(page, "x")
    page.keyboard.type("a dog")
    press(page, "Escape x x Control+a")
    page.keyboard.type("a cat")
    answered(page, "Enter")
    (review,) = store.reviews.of(decision.id)
    assert len(review.overrides) == 12
    assert {each.reason for each in review.overrides} == {"a cat"}
    assert review.outcome is Outcome.SAFE


def test_what_is_typed_is_no_command(page: Any, address: str, store: Store) -> None:
    decision = recorded(store)
    page.goto(f"{address}{item_of(decision)}")
    press(page, "n")
    page.keyboard.type("as a rule, ask? skip, back, q")
    assert page.input_value("textarea") == "as a rule, ask? skip, back, q"
    press(page, "Escape Shift+? a s")
    assert page.locator("dialog").evaluate("dialog => dialog.open")
    assert store.reviews.of(decision.id) == ()


def test_keys_can_be_turned_off(page: Any, address: str, store: Store) -> None:
    decision = recorded(store)
    page.goto(f"{address}{item_of(decision)}")
    page.click("#help")
    page.uncheck("#keys-on")
    page.click("#keys-close")
    press(page, "a s")
    page.reload()
    press(page, "a s")
    assert store.reviews.of(decision.id) == ()


def test_a_reviewer_is_told_that_another_has_the_item(chromium: Any, tmp_path: Path) -> None:
    store = kept_store(tmp_path)
    secret = add_key(store)[1]
    with serving(store, lease_s=3.0) as address, chromium.new_context() as context:
        decision = recorded(store)
        page = context.new_page()
        page.goto(f"{address}{item_of(decision)}")
        page.keyboard.type(secret)
        page.keyboard.press("Enter")
        page.locator("#agree").wait_for()
        store.reviews.release(decision.id, "ana")
        assert store.reviews.hold(decision.id, "ben", 600)
        page.locator("#lost").wait_for(state="visible", timeout=10_000)
        assert page.locator("#agree").is_disabled()


def test_an_item_stays_held_while_its_page_is_open(chromium: Any, tmp_path: Path) -> None:
    store = kept_store(tmp_path)
    with serving(store, lease_s=3.0) as address, chromium.new_context() as context:
        decision = recorded(store)
        page = context.new_page()
        page.goto(f"{address}{item_of(decision)}")
        for _ in range(4):
            with page.expect_response("**/lease") as renewed:
                pass
            assert renewed.value.json() == {"held": True}
        assert not store.reviews.hold(decision.id, "ben", 600)


def test_without_scripts_the_essential_works(chromium: Any, address: str, store: Store) -> None:
    decision = recorded(store, keep=True)
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/review?want=unsafe")
        page.click("text=Take the next")
        page.click("a.shot")
        assert page.locator("a.shot img").get_attribute("src") == f"{item_of(decision)}/pictures/0"
        page.click("text=cleared >> nth=0")
        page.fill("input[name=reason-0]", "a toy")
        page.keyboard.press("Enter")
        page.wait_for_url("**done=*")
    (review,) = store.reviews.of(decision.id)
    assert review.answer is Answer.OVERRULE
    assert ("local", "image") in looks(store, decision)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_lies_beyond_the_edge_of_the_screen(
    chromium: Any, address: str, store: Store, width: int, scheme: str
) -> None:
    long = samples.UNSAFE.model_copy(update={"image": "w" * 300})
    decision = recorded(store, long, keep=True)
    size = {"width": width, "height": 844}
    with chromium.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        for path in ("/review", "/review/record", "/review/figures", item_of(decision)):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_every_field_and_button_has_a_name(page: Any, address: str, store: Store) -> None:
    decision = recorded(store, keep=True)
    unnamed = """() => [...document.querySelectorAll("input, select, textarea, button, a")]
        .filter(one => one.checkVisibility() && one.type !== "hidden" && !one.ariaHidden)
        .filter(one => !(one.labels?.length || one.ariaLabel || one.innerText.trim()))
        .map(one => one.outerHTML)"""
    for path in ("/review", "/review/record", "/review/figures", item_of(decision)):
        page.goto(address + path)
        assert page.evaluate(unnamed) == [], path


def test_where_the_focus_is_can_be_seen(page: Any, address: str, store: Store) -> None:
    decision = recorded(store, keep=True)
    page.goto(f"{address}{item_of(decision)}")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            """() => { const one = document.activeElement;
            const shown = one.matches("input[type=radio]") ? one.nextElementSibling : one;
            return getComputedStyle(shown).outlineStyle; }"""
        )
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")


def test_what_was_reviewed_can_be_exported(page: Any, address: str, store: Store) -> None:
    recorded(store)
    recorded(store, samples.SAFE)
    page.goto(f"{address}/review/record?outcome=unsafe")
    with page.expect_download() as started:
        page.click("text=LlavaGuard")
    (row,) = json.loads(Path(started.value.path()).read_text("utf-8"))
    assert row["rating"] == "Unsafe"
    assert started.value.suggested_filename == "llavaguard.json"
