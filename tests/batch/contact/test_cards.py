import base64
import io
import re

import pytest

from cluejudge.batch.contact.cards import LONGEST, card, order, told
from cluejudge.image import LoadedImage, View, load
from cluejudge.verdict import Outcome, RuleFinding, StudentFinding, Verdict
from tests.api.colours import SAFE, picture
from tests.batch.judged import JUDGE
from tests.report.samples import ABSTAIN, MEDICINE, ON_FIRE, UNSAFE
from tests.report.samples import picture as drawn


def animation() -> bytes:
    """Two seconds, of which the third half violates `red-on-blue`."""
    quiet, loud = picture("white", "yellow"), picture("blue", "red")
    frames = [quiet, picture("white", "green"), loud, picture("white", "orange")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=500)
    return file.getvalue()


def loaded(*names: str) -> LoadedImage:
    views = tuple(View(name, drawn(seed=place)) for place, name in enumerate(names))
    return LoadedImage(load(SAFE).record, views)


def test_an_animation_shows_the_frame_that_violates_and_when() -> None:
    data = animation()
    html = card(JUDGE.judge(data, "a.gif"), load(data), 1)
    assert html.count("<img") == 1
    assert "<figcaption>frame 3 of 4</figcaption>" in html
    assert re.search(r'<b>red-on-blue</b> 0\.\d\d <span class="quiet">1\.0-1\.5 s</span>', html)


def test_the_gravest_rule_chooses_the_view() -> None:
    late = ON_FIRE.model_copy(update={"view": "frame 7"})
    early = MEDICINE.model_copy(update={"outcome": ON_FIRE.outcome, "view": "frame 1"})
    verdict = UNSAFE.model_copy(update={"rules": (early, late)})
    assert [found.rule_id for found in told(verdict)] == ["on-fire", "medicine-and-child"]
    assert "<figcaption>frame 7<" in card(verdict, loaded("frame 1", "frame 7"), 1)
    assert "<figcaption>frame 1<" in card(verdict, loaded("frame 1"), 1)


@pytest.mark.parametrize(
    ("found", "score"),
    [
        (ON_FIRE, "0.71"),  # of 0.98 or 0.03, and 0.71
        (ON_FIRE.model_copy(update={"groups": ()}), ""),
        (ON_FIRE.model_copy(update={"groups": (), "student": StudentFinding(p=0.91)}), "0.91"),
        (MEDICINE.model_copy(update={"outcome": ON_FIRE.outcome}), "0.50"),  # not, by reasoning
    ],
)
def test_how_sure_a_rule_is(found: RuleFinding, score: str) -> None:
    html = card(UNSAFE.model_copy(update={"rules": (found,)}), loaded("whole"), 1)
    assert f"<b>{found.rule_id}</b> {score}</li>" in html


def test_one_that_abstained_says_why_in_few_words() -> None:
    verdict = ABSTAIN.model_copy(update={"reason": "so\n" * LONGEST})
    html = card(verdict, loaded("whole"), 1)
    assert "so so" in html
    assert len(html.split("<p>", 1)[1].split("</p>", 1)[0]) <= LONGEST + 1
    assert 'data-rules="medicine-and-child"' in html


def test_unsafe_ones_come_first_and_the_gravest_rules() -> None:
    bare = Verdict(image="bare", outcome=Outcome.ABSTAIN)
    medicine = MEDICINE.model_copy(update={"outcome": ON_FIRE.outcome})
    less = UNSAFE.model_copy(update={"rules": (medicine,)})
    assert sorted([bare, ABSTAIN, less, UNSAFE], key=order) == [UNSAFE, less, ABSTAIN, bare]


def test_a_picture_is_stored_small() -> None:
    large = LoadedImage(load(SAFE).record, (View("whole", drawn(1000, 800)),))
    html = card(UNSAFE, large, 1)
    stored = load(_data(html)).views[0].picture
    assert (stored.width, stored.height) == (256, 205)


def _data(html: str) -> bytes:
    return base64.b64decode(html.split("base64,", 1)[1].split('"', 1)[0])
