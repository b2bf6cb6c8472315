from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

from cluejudge.asks import Locate, Located
from cluejudge.errors import CluejudgeWarning, ModelError, UsageError
from cluejudge.image import Box, Picture
from cluejudge.mllm.detection.detector import EYES, FLOOR, OpenDetector, load_detector
from cluejudge.mllm.detection.owl import PROMPT
from cluejudge.mllm.opening.pretrained import Checkpoint, find_kind, open_checkpoint
from tests.mllm.lookers import DETECTORS, build
from tests.models.contract import DetectorContract, plain

OWLS, DINOS = DETECTORS[:2], DETECTORS[2:]
WORDS = ("person", "fire", "fire truck")

load = partial(load_detector, device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("detectors")
    return {kind: build(kind, root / kind) for kind in DETECTORS}


@pytest.fixture(scope="module")
def detectors(folders: dict[str, Path]) -> dict[str, OpenDetector]:
    return {kind: load(str(folder)) for kind, folder in folders.items()}


@pytest.fixture(params=DETECTORS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.filterwarnings("ignore:.* (reads only the first|cannot read the word)")
class TestDetectorContract(DetectorContract):
    @pytest.fixture
    def detector(self, detectors: dict[str, OpenDetector], kind: str) -> OpenDetector:
        return detectors[kind]


class Faked:
    """A detector whose model is `answer`: from its inputs to boxes and logits."""

    device = torch.device("cpu")
    dtype = torch.float32

    def __init__(self, answer: Callable[..., tuple[torch.Tensor, torch.Tensor]]) -> None:
        self._answer = answer
        self.passes = 0

    def __call__(self, **inputs: torch.Tensor) -> SimpleNamespace:
        self.passes += 1
        boxes, logits = self._answer(**inputs)
        return SimpleNamespace(pred_boxes=boxes, logits=logits)


@cache
def opened(folder: Path, kind: str) -> Checkpoint:
    source = find_kind(str(folder), [kind], "a detector")
    auto = AutoModelForZeroShotObjectDetection
    return open_checkpoint(source, auto, device="cpu", dtype="float32")


def faked(checkpoint: Checkpoint, model: Faked) -> OpenDetector:
    return OpenDetector(replace(checkpoint, name="faked", model=model))


def bright(pixel_values: torch.Tensor, **inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One box a picture, around the bright pixels that the model is given, sure of every word."""
    boxes = []
    for pixels in pixel_values:
        levels = pixels.mean(dim=0)
        lit = (levels > (levels.min() + levels.max()) / 2).nonzero()
        low, high = lit.min(dim=0).values, lit.max(dim=0).values + 1
        sides = torch.tensor(pixels.shape[1:])
        centre, size = (low + high) / 2 / sides, (high - low) / sides
        boxes.append(torch.stack([centre.flip(0), size.flip(0)]).reshape(1, 4))
    return torch.stack(boxes), torch.full((len(boxes), 1, 40), 5.0)


def rectangle(width: int, height: int, box: Box) -> Picture:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[box.top : box.bottom, box.left : box.right] = 255
    return Picture(pixels)


@pytest.mark.parametrize(
    ("width", "height", "box"),
    [
        (400, 100, Box(300, 20, 380, 90)),
        (400, 100, Box(0, 0, 40, 40)),
        (90, 360, Box(10, 280, 80, 350)),
        (160, 160, Box(80, 80, 160, 160)),
        (60, 40, Box(30, 5, 50, 35)),
    ],
)
def test_what_is_seen_comes_back_where_it_is(
    folders: dict[str, Path], kind: str, width: int, height: int, box: Box
) -> None:
    """Through the real processor: its resizing and padding is undone, for any shape of picture."""
    checkpoint = opened(folders[kind], kind)
    checkpoint = replace(checkpoint, processor=deepcopy(checkpoint.processor))
    images = checkpoint.processor.image_processor
    for size in (images.size, getattr(images, "crop_size", None)):
        for side in ("height", "width"):
            if size and size[side]:
                size[side] = 256
    if kind in DINOS:
        images.size = {"shortest_edge": 256, "longest_edge": 512}
    ((found,),) = faked(checkpoint, Faked(bright)).locate(
        [Locate(rectangle(width, height, box), ("dog",))]
    )
    pixel = max(width, height) / 256
    assert corners(found.box) == pytest.approx(corners(box), abs=1.5 * pixel + 0.5)


def corners(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("owlv2", Box(60, 30, 140, 70)),
        ("owlvit", Box(60, 12, 140, 28)),
        ("grounding-dino", Box(60, 12, 140, 28)),
        ("mm-grounding-dino", Box(60, 12, 140, 28)),
    ],
)
def test_known_shares_come_back_as_known_pixels(
    folders: dict[str, Path], kind: str, expected: Box
) -> None:
    """A picture of 200 x 80; OWLv2's shares are of a square of 200."""

    def known(**_: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        inside, outside = (0.5, 0.25, 0.4, 0.2), (0.5, 1.25, 0.1, 0.1)
        return torch.tensor([[inside, outside]]), torch.full((1, 2, 40), 5.0)

    detector = faked(opened(folders[kind], kind), Faked(known))
    ((found,),) = detector.locate([Locate(plain(1, 2, 3, 200, 80), ("dog",))])
    assert found.box == expected
    assert found.score == pytest.approx(1 / (1 + np.exp(-5)))


@pytest.mark.parametrize("kind", OWLS)
@pytest.mark.parametrize("sure_of", WORDS)
def test_owl_names_the_word_of_the_column(
    folders: dict[str, Path], kind: str, sure_of: str
) -> None:
    checkpoint = opened(folders[kind], kind)
    prompt = checkpoint.processor.tokenizer(
        PROMPT.format(sure_of), padding="max_length", return_tensors="pt"
    )["input_ids"]

    def of_prompt(
        input_ids: torch.Tensor, pixel_values: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        asked = (input_ids == prompt).all(dim=1).reshape(len(pixel_values), 1, -1)
        boxes = torch.tensor([0.5, 0.1, 0.2, 0.1]).expand(len(pixel_values), 1, 4)
        return boxes, torch.where(asked, 3.0, -9.0)

    detector = faked(checkpoint, Faked(of_prompt))
    picture = plain(1, 2, 3, 200, 80)
    asks = [Locate(picture, WORDS), Locate(picture, ("dog",)), Locate(picture, WORDS[::-1])]
    assert [[one.word for one in found] for found in detector.locate(asks)] == [
        [sure_of],
        [],
        [sure_of],
    ]


@pytest.mark.parametrize("kind", DINOS)
@pytest.mark.parametrize("sure_of", WORDS)
def test_dino_names_the_word_whose_tokens_light_up(
    folders: dict[str, Path], kind: str, sure_of: str
) -> None:
    checkpoint = opened(folders[kind], kind)
    tokenizer = checkpoint.processor.tokenizer
    own = tokenizer(sure_of, add_special_tokens=False)["input_ids"]

    def of_phrase(
        input_ids: torch.Tensor, pixel_values: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        assert ((input_ids != 0) == attention_mask.bool()).all()
        logits = torch.full((len(input_ids), 1, 24), -9.0)
        for row, ids in enumerate(input_ids.tolist()):
            stops = [at for at, token in enumerate(ids) if token in (101, 102, 1012)]
            for start, stop in pairwise(stops):
                if ids[start + 1 : stop] == own:
                    logits[row, 0, start + 1 : stop] = 3.0
        return torch.tensor([0.5, 0.5, 0.2, 0.1]).expand(len(input_ids), 1, 4), logits

    detector = faked(checkpoint, Faked(of_phrase))
    picture = plain(1, 2, 3, 200, 80)
    asks = [Locate(picture, WORDS), Locate(picture, ("dog",)), Locate(picture, WORDS[::-1])]
    found = detector.locate(asks)
    assert [[one.word for one in boxes if one.score > 0.9] for boxes in found] == [
        [sure_of],
        [],
        [sure_of],
    ]


@pytest.mark.parametrize("kind", DINOS)
def test_more_words_than_dino_reads_are_asked_for_in_several_captions(
    folders: dict[str, Path], kind: str
) -> None:
    model = Faked(bright)
    detector = faked(opened(folders[kind], kind), model)
    words = tuple(f"{one} on {other}" for one in ("dog", "cat", "car") for other in ("fire", "dog"))
    (found,) = detector.locate([Locate(rectangle(60, 40, Box(5, 5, 20, 20)), words)])
    # 24 tokens hold five words of four tokens, so that six need two rows of one pass.
    assert [one.word for one in found] == list(words)
    assert model.passes == 1
    detector.locate([Locate(rectangle(60, 40, Box(5, 5, 20, 20)), words)] * 3)
    assert model.passes == 3


@pytest.mark.parametrize("kind", OWLS)
def test_owl_takes_any_number_of_words_in_one_pass(folders: dict[str, Path], kind: str) -> None:
    model = Faked(bright)
    words = tuple(f"dog {at}" for at in range(40))
    picture = rectangle(60, 40, Box(5, 5, 20, 20))
    (found,) = faked(opened(folders[kind], kind), model).locate([Locate(picture, words)])
    assert [one.word for one in found] == list(words)
    assert model.passes == 1


def best(found: list[Located], word: str) -> Located:
    return next(one for one in found if one.word == word)


@pytest.mark.parametrize("kind", OWLS)
def test_owl_tells_what_transformers_tells(
    folders: dict[str, Path], detectors: dict[str, OpenDetector], kind: str
) -> None:
    picture = plain(200, 50, 0, 32, 24)  # OWLv2 pads it to its own size: nothing is resized
    model = AutoModelForZeroShotObjectDetection.from_pretrained(folders[kind]).eval()
    processor = AutoProcessor.from_pretrained(folders[kind])
    (found,) = detectors[kind].locate([Locate(picture, WORDS)])
    for word in WORDS:
        inputs = processor(text=[[PROMPT.format(word)]], images=picture.pil(), return_tensors="pt")
        with torch.inference_mode():
            out = model(**inputs)
        (told,) = processor.post_process_grounded_object_detection(
            out, threshold=0.0, target_sizes=[(picture.height, picture.width)]
        )
        surest = told["scores"].argmax()
        assert best(found, word).score == pytest.approx(float(told["scores"][surest]), abs=1e-5)
        assert corners(best(found, word).box) == pytest.approx(
            np.clip(told["boxes"][surest].numpy(), 0, [32, 24, 32, 24]), abs=0.51
        )


@pytest.mark.parametrize("kind", DINOS)
def test_dino_tells_what_transformers_tells(
    folders: dict[str, Path], detectors: dict[str, OpenDetector], kind: str
) -> None:
    picture = plain(200, 50, 0, 130, 70)
    model = AutoModelForZeroShotObjectDetection.from_pretrained(folders[kind]).eval()
    processor = AutoProcessor.from_pretrained(folders[kind])
    words = ["dog", "fire truck", "person"]
    inputs = processor(images=picture.pil(), text=[words], return_tensors="pt")
    with torch.inference_mode():
        out = model(**inputs)
    (told,) = processor.image_processor.post_process_object_detection(
        out, threshold=0.0, target_sizes=[(70, 130)]
    )
    (found,) = detectors[kind].locate([Locate(picture, tuple(words))])
    shares = out.logits[0].sigmoid().numpy()
    for word, tokens in zip(words, ([1], [3, 4], [6]), strict=True):
        scores = shares[:, tokens].mean(axis=1)
        assert best(found, word).score == pytest.approx(float(scores.max()), abs=1e-5)
        assert corners(best(found, word).box) == pytest.approx(
            np.clip(told["boxes"][scores.argmax()].numpy(), 0, [130, 70, 130, 70]), abs=0.51
        )


def test_owlv2_is_resized_about_as_transformers_does(folders: dict[str, Path]) -> None:
    pytest.importorskip("scipy", reason="transformers resizes for OWLv2 by SciPy")
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (6, 9, 3), np.uint8)
    picture = Picture(np.kron(coarse, np.ones((20, 20, 1), np.uint8)))
    processor = AutoProcessor.from_pretrained(folders["owlv2"]).image_processor
    own = opened(folders["owlv2"], "owlv2")
    OpenDetector(own)
    for side in (32, 150, 180, 250):
        size = {"height": side, "width": side}
        theirs = processor(picture.pil(), size=size, return_tensors="np")["pixel_values"]
        ours = own.processor.image_processor(picture.pil(), size=size, return_tensors="np")
        difference = np.abs(ours["pixel_values"] - theirs)[..., 1:-1, 1:-1]
        assert difference.max() < 1e-3, side


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_finds_about_the_same(
    folders: dict[str, Path], detectors: dict[str, OpenDetector], kind: str, dtype: str
) -> None:
    asks = [Locate(plain(255, 0, 0, 130, 70), WORDS[:1])]
    exact, half = detectors[kind].locate(asks)[0], load(str(folders[kind]), dtype=dtype)
    found = half.locate(asks)[0]
    assert found
    assert found[0].score == pytest.approx(exact[0].score, abs=0.1)


def test_it_stays_within_one_pass_a_batch(folders: dict[str, Path], kind: str) -> None:
    model = Faked(bright)
    detector = faked(opened(folders[kind], kind), model)
    picture = rectangle(60, 40, Box(5, 5, 20, 20))
    detector.locate([Locate(picture, ("dog", "cat")), Locate(picture, ("dog",))])
    assert model.passes == 1


def test_many_pictures_keep_their_order(folders: dict[str, Path], kind: str) -> None:
    checkpoint = opened(folders[kind], kind)
    boxes = [Box(5 + at, 5, 25 + at, 35) for at in range(0, 40, 2)]
    shapes = [(120, 60) if at % 3 else (90, 100) for at in range(len(boxes))]
    asks = [
        Locate(rectangle(width, height, box), ("dog",))
        for box, (width, height) in zip(boxes, shapes, strict=True)
    ]
    model = Faked(bright)
    detector = faked(checkpoint, model)
    together = detector.locate(asks)
    # 13 pictures of one shape and 7 of another: OWL makes all squares, Grounding DINO keeps shapes.
    assert model.passes == (3 if kind in OWLS else 4 + 2)
    assert together == [detector.locate([ask])[0] for ask in asks]
    assert len({one.box for (one,) in together}) > 5


def test_a_word_asked_for_twice_is_looked_for_once(
    detectors: dict[str, OpenDetector], kind: str
) -> None:
    picture = plain(255, 0, 0, 130, 70)
    twice, once = detectors[kind].locate(
        [Locate(picture, ("dog", "dog")), Locate(picture, ("dog",))]
    )
    assert [(one.box, one.word) for one in twice] == [(one.box, one.word) for one in once]
    assert [one.score for one in twice] == pytest.approx([one.score for one in once], abs=1e-5)
    assert once


def test_no_word_no_pass(folders: dict[str, Path], kind: str) -> None:
    model = Faked(bright)
    detector = faked(opened(folders[kind], kind), model)
    picture = rectangle(60, 40, Box(5, 5, 20, 20))
    found = detector.locate([Locate(picture, ()), Locate(picture, ("dog",)), Locate(picture, ())])
    assert [len(boxes) for boxes in found] == [0, 1, 0]
    assert model.passes == 1


@pytest.mark.parametrize("word", ["", "  "])
def test_an_empty_word_is_refused(detectors: dict[str, OpenDetector], kind: str, word: str) -> None:
    with pytest.raises(ModelError, match="nothing to look for"):
        detectors[kind].locate([Locate(plain(1, 2, 3), ("dog", word))])


@pytest.mark.parametrize("kind", OWLS)
def test_owl_cuts_a_long_word_and_tells_it_once(folders: dict[str, Path], kind: str) -> None:
    detector = load(str(folders[kind]))
    asks = [Locate(plain(1, 2, 3), ("dog " * 40,))]
    with pytest.warns(CluejudgeWarning, match="reads only the first"):
        first = detector.locate(asks)
    assert detector.locate(asks) == first
    assert first[0]


def test_boxes_that_are_no_numbers_fail(folders: dict[str, Path], kind: str) -> None:
    def broken(**inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        boxes, logits = bright(**inputs)
        return boxes, logits * torch.nan

    detector = faked(opened(folders[kind], kind), Faked(broken))
    with pytest.raises(ModelError, match="no numbers"):
        detector.locate([Locate(rectangle(60, 40, Box(5, 5, 20, 20)), ("dog",))])


def test_a_model_that_fails_says_so(folders: dict[str, Path], kind: str) -> None:
    def fails(**_: torch.Tensor) -> tuple[Any, Any]:
        raise RuntimeError("selected index k out of range")

    with pytest.raises(ModelError, match="faked failed: selected index"):
        faked(opened(folders[kind], kind), Faked(fails)).locate([Locate(plain(1, 2, 3), ("dog",))])


class TestThreshold:
    def test_that_of_the_papers_detector_is_the_papers(
        self, detectors: dict[str, OpenDetector]
    ) -> None:
        assert detectors["owlv2"].threshold == 0.05
        assert detectors["owlvit"].threshold == 0.1

    @pytest.mark.parametrize("kind", DINOS)
    def test_that_of_dino_is_transformers_own(
        self, folders: dict[str, Path], detectors: dict[str, OpenDetector], kind: str
    ) -> None:
        processor = AutoProcessor.from_pretrained(folders[kind])
        (own, *_) = processor.post_process_grounded_object_detection.__defaults__[1:]
        assert detectors[kind].threshold == own

    def test_boxes_below_it_are_told_too(self, folders: dict[str, Path], kind: str) -> None:
        def unsure(**inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            boxes, logits = bright(**inputs)
            return boxes, torch.full_like(logits, float(np.log(0.03 / 0.97)))

        ask = Locate(rectangle(60, 40, Box(5, 5, 20, 20)), ("dog",))
        ((found,),) = faked(opened(folders[kind], kind), Faked(unsure)).locate([ask])
        assert FLOOR < found.score < EYES[kind][1]

    def test_a_threshold_below_the_floor_lowers_it(self, folders: dict[str, Path]) -> None:
        low = load(str(folders["mm-grounding-dino"]), threshold=0.0)
        assert low.threshold == 0
        (all_of_them,) = low.locate([Locate(plain(255, 0, 0, 130, 70), ("dog",))])
        (usual,) = load(str(folders["mm-grounding-dino"])).locate(
            [Locate(plain(255, 0, 0, 130, 70), ("dog",))]
        )
        assert set(usual) <= set(all_of_them)

    @pytest.mark.parametrize("threshold", [-0.1, 1.1, 5])
    def test_what_is_no_confidence_is_wrong_usage(
        self, folders: dict[str, Path], threshold: float
    ) -> None:
        with pytest.raises(UsageError, match="a confidence"):
            load(str(folders["owlv2"]), threshold=threshold)


def test_an_encoder_is_no_detector(tmp_path: Path) -> None:
    folder = build("clip", tmp_path / "clip")
    with pytest.raises(ModelError, match=r"'clip'.*a detector \(use one of type grounding-dino"):
        load(str(folder))


def test_a_detector_without_its_processor(tmp_path: Path, kind: str) -> None:
    folder = build(kind, tmp_path / kind)
    (folder / "processor_config.json").unlink()
    with pytest.raises(ModelError, match="processor"):
        load(str(folder))
