from __future__ import annotations

from pathlib import Path

from benchmarks.checkpoint import save_checkpoint
from benchmarks.overhead import drawn, measure, mllm
from benchmarks.shapes import TINY
from benchmarks.speed import WARM
from cluejudge.models.registry import load_models


def test_share_is_of_the_whole(tmp_path: Path) -> None:
    row = measure(load_models("fake"), "drawn", drawn(WARM + 2, 64, "PNG", tmp_path))
    assert row.images == 2
    assert 0 < row.share < 1
    assert 0 < row.outside_s < row.image_s
    assert row.decoding_s > 0


def test_mllm_is_judged(tmp_path: Path) -> None:
    save_checkpoint(TINY, tmp_path / "model")
    models = mllm(tmp_path / "model", "float32")
    row = measure(models, "drawn", drawn(WARM + 1, 64, "JPEG", tmp_path))
    assert 0 < row.outside_s < row.image_s
