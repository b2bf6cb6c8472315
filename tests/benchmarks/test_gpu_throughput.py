from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.contents import draw
from benchmarks.gpu_throughput import BIG, Setting, estimate, main, measured, table
from benchmarks.loads import Load
from benchmarks.roofline import GPUS, Gpu, Lengths, Mix, find_gpu, least_seconds, phases
from benchmarks.shapes import LARGE, TINY
from benchmarks.ways import picture_in

LENGTHS = Lengths(1024, 1084, 16, 77)


def test_gpus_are_found_by_the_names_of_their_driver() -> None:
    assert find_gpu("NVIDIA H100 80GB HBM3") == GPUS["H100"]
    assert find_gpu("NVIDIA H100 PCIe") == GPUS["H100 PCIe"]
    assert find_gpu("NVIDIA A100-SXM4-80GB") == GPUS["A100"]
    assert find_gpu("GeForce GTX 970") is None


def test_roofline_is_the_sum_of_the_slower_bounds() -> None:
    parts = phases(LARGE, Mix(40), LENGTHS, texts=56)
    gpu = GPUS["H200"]
    computed = sum(part.flops for part in parts) / gpu.flops
    assert least_seconds(parts, gpu) > computed
    boundless = Gpu(gpu.flops, float("inf"))
    assert least_seconds(parts, boundless) == pytest.approx(computed)


def test_an_8b_model_does_two_operations_a_weight_and_token() -> None:
    read = phases(LARGE, Mix(40, masked=1e-9), LENGTHS, texts=56)[1]
    assert read.flops == pytest.approx(2 * 6.95e9 * 1084, rel=0.05)


def test_more_texts_side_by_side_read_the_weights_less_often() -> None:
    alone, many = (phases(LARGE, Mix(10), LENGTHS, texts=texts)[-1] for texts in (1, 100))
    assert alone.flops == many.flops
    assert alone.bytes > 10 * many.bytes


def test_load_is_the_mix_in_whole_asks(tmp_path: Path) -> None:
    pictures = [picture_in(draw(16, seed, tmp_path)) for seed in range(6)]
    load = Load.of(16, pictures, Mix(10, words=5))
    assert len(load.scores) == 60
    assert len(load.again) == 2 * 2
    assert not {score.image for score in load.again} & set(pictures)
    assert len(load.reasons) == 7
    assert len(set(load.reasons)) == 7
    real = load.mix(words=4.6)
    assert real.words == 5
    assert real.masked == pytest.approx(1 / 3)
    assert real.reasonings == pytest.approx(7 / 6)


def test_toy_is_measured() -> None:
    setting = Setting(TINY, (16,), (2,), words=3, pictures=2, batch_tokens=512)
    rows = list(measured(setting, ("packed", "naive"), "cpu", Gpu(1e15, 1e13), runs=1))
    assert [row.way for row in rows] == ["packed", "naive"]
    for row in rows:
        assert row.images_per_s == pytest.approx(1 / row.median_s)
        assert row.of_peak is not None
        assert row.of_roofline is not None
        assert 0 < row.of_peak <= row.of_roofline < 1
    assert rows[0].teraflops == pytest.approx(rows[1].teraflops)
    assert len(list(table(rows))) == 4


def test_estimate_has_a_table_for_each_cell() -> None:
    lines = list(estimate(BIG))
    assert sum("images a second" in line for line in lines) == 4
    assert all("H200" in line for line in lines if line.startswith("| phase"))


def test_without_a_gpu_it_says_what_can_be_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(SystemExit):
        main([])
    assert "--estimate" in capsys.readouterr().err
