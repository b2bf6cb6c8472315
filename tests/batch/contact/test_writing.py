import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from cluejudge.batch.contact import write_contact
from cluejudge.batch.contact.rows import ERRORS
from cluejudge.batch.contact.writing import Again
from cluejudge.batch.entries import Entry, Prepared, Refusal
from cluejudge.batch.summing import summed
from tests.api.colours import BROKEN, NOISE, SAFE, picture, png
from tests.batch.judged import COMMON, Judged, judged
from tests.report.test_markup import read

EVIL = "<script>alert(1)</script>\x1b[31m.png"


def unsafe(number: int) -> bytes:
    """Violates `red-on-blue`, in bytes of its own."""
    return png(picture("blue", "red", 20 + number))


def page(batch: Judged, most: int = 100, again: Again | None = None) -> str:
    summary = summed(batch.folder, COMMON, batch.folder)
    write_contact(batch.folder, summary, COMMON, again or batch.again, most)
    return (batch.folder / "contact.html").read_text(encoding="utf-8")


def cards(html: str) -> list[str]:
    return re.findall(r"<article.*?</article>", html, re.DOTALL)


@pytest.fixture
def batch(tmp_path: Path) -> Judged:
    first = [("noise", NOISE), ("safe", SAFE), ("a", unsafe(1)), (EVIL, unsafe(2))]
    return judged(tmp_path, first, [("broken", BROKEN), ("b", unsafe(3)), ("copy", unsafe(1))])


def test_unsafe_and_abstained_images_have_a_card_each(batch: Judged) -> None:
    drawn = cards(page(batch))
    assert [re.search(r'data-outcome="(\w+)"', card)[1] for card in drawn] == [  # type: ignore[index]
        *["unsafe"] * 3,
        "abstain",
    ]
    assert all("<img" in card and 'aria-pressed="false"' in card for card in drawn)
    assert 'data-rules="red-on-blue"' in drawn[0]
    assert all(re.search(r"<b>red-on-blue</b> 0\.\d\d<", card) for card in drawn[:3])
    (twice,) = [card for card in drawn if "<h2>a</h2>" in card]
    assert "2 rows have these bytes" in twice
    assert "red 1.00" in twice  # the box of what was found


def test_only_what_is_shown_is_read_again(batch: Judged) -> None:
    page(batch)
    assert sorted(batch.asked) == [(0, 0), (0, 2), (0, 3), (1, 1)]


def test_no_more_than_wanted(tmp_path: Path) -> None:
    batch = judged(tmp_path, [(str(number), unsafe(number)) for number in range(12)])
    html = page(batch, 5)
    assert len(cards(html)) == len(batch.asked) == 5
    assert "5 of 12 unsafe and abstained images are shown" in html
    batch.asked.clear()
    assert cards(page(batch, 0)) == []
    assert batch.asked == []
    assert "No image is shown." in page(batch, 0)


def test_an_image_that_is_gone_or_changed_has_a_card_without_picture(batch: Judged) -> None:
    def again(shard: int, rows: Sequence[int]) -> list[Prepared]:
        entries = [Entry(row, str(row), "") for row in rows]
        if shard == 1:
            return [Prepared(entry, "", Refusal("missing", "there is no b")) for entry in entries]
        other = next(iter(judged_again.again(0, [0])))
        return [Prepared(entries[0], other.sha256, other.image)]

    judged_again = Judged(batch.folder, [[("", unsafe(9))]])
    drawn = cards(page(batch, again=again))
    assert len(drawn) == 4
    assert sum("The image has changed since it was judged" in card for card in drawn) == 1
    assert sum("The image cannot be read again: there is no b" in card for card in drawn) == 1
    assert sum("The image is no longer there<" in card for card in drawn) == 2
    assert "<img" not in "".join(drawn)


def test_errors_are_listed_by_their_code_up_to_a_bound(tmp_path: Path) -> None:
    many = [(f"broken {number}", BROKEN + bytes([number])) for number in range(ERRORS + 3)]
    html = page(judged(tmp_path, many, [("empty", b"")]), 0)
    assert f"<h3>truncated: {ERRORS + 3}</h3>" in html
    assert html.count("<b>broken") == ERRORS
    assert "and 3 more" in html
    assert "<b>empty</b>" in html
    assert "No image was unsafe, and none was left undecided." in html


def test_the_page_asks_nothing_of_the_network_and_runs_only_its_own(batch: Judged) -> None:
    html = page(batch)
    reader = read(html)
    for found in reader.attributes:
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            assert (found.get(name) or "data:").startswith("data:")
    assert "url(" not in html
    assert 'style="' not in html
    assert not re.search(r"\son[a-z]+=", html)
    assert reader.tags.count("script") == 1
    assert r"\x1b[31m" in html
    policy = next(
        found["content"] or ""
        for found in reader.attributes
        if found.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:;")
    for kind in ("style", "script"):
        inline = html.split(f"<{kind}>", 1)[1].split(f"</{kind}>", 1)[0]
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_the_same_parts_make_the_same_page(batch: Judged) -> None:
    assert page(batch) == page(batch)


def test_a_page_that_fails_leaves_the_old_one(batch: Judged) -> None:
    old = page(batch)

    def again(shard: int, rows: Sequence[int]) -> list[Prepared]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        page(batch, again=again)
    assert (batch.folder / "contact.html").read_text(encoding="utf-8") == old
