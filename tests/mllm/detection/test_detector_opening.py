"""What opens as a detector, and the confidence from which its boxes count."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoProcessor

from cluejudge.asks import Locate
from cluejudge.errors import ModelError, UsageError
from cluejudge.image import Box
from cluejudge.mllm.detection.detector import EYES, FLOOR, OpenDetector
from tests.mllm.detection.fakes import DINOS, OWLS, Faked, bright, faked, load, opened, rectangle
from tests.mllm.lookers import SIDE, build, cut_middle, spoil
from tests.models.promises import plain


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


def test_weights_that_are_no_numbers(tmp_path: Path, kind: str) -> None:
    folder = build(kind, tmp_path / kind)
    spoil(folder, "text_model" if kind in OWLS else "text_backbone")
    with pytest.raises(ModelError, match="no numbers"):
        load(str(folder))


@pytest.mark.parametrize("side", [SIDE, SIDE + 8])
def test_an_image_processor_of_another_model(tmp_path: Path, kind: str, side: int) -> None:
    """What it cuts off, the detector would never see, and take its boxes for the whole's."""
    folder = build(kind, tmp_path / kind)
    cut_middle(folder, side)
    with pytest.raises(ModelError, match="cuts the middle out"):
        load(str(folder))


def test_an_image_processor_that_makes_other_sizes(tmp_path: Path) -> None:
    folder = build("owlv2", tmp_path / "owlv2")
    config = folder / "processor_config.json"
    told = json.loads(config.read_text("utf-8"))
    told["image_processor"]["size"] = {"height": SIDE + 8, "width": SIDE + 8}
    config.write_text(json.dumps(told), "utf-8")
    with pytest.raises(ModelError, match="owlv2 failed"):
        load(str(folder))
