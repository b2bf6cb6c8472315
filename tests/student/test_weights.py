from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.errors import ModelError
from cluejudge.models.fake import COLOURS
from cluejudge.student.weights import Weights, probes
from tests.student.making import plain, weights

RED = weights(["red", "blue"], [plain("white"), plain("red", "white")])


def vector(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    found = np.abs(np.random.default_rng(seed).normal(size=len(COLOURS))).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found), np.float32)


@given(st.integers(0, 10_000))
def test_probabilities_and_distances_are_such(seed: int) -> None:
    found = RED.probabilities(vector(seed))
    assert found.shape == (2,)
    assert ((found >= 0) & (found <= 1)).all()
    assert 0 <= RED.distance(vector(seed)) <= 2


def test_what_is_known_is_near() -> None:
    assert RED.distance(RED.landmarks[1]) == pytest.approx(0, abs=1e-6)
    assert RED.distance(-RED.landmarks[1]) > 1


def test_what_is_near_a_landmark_counts() -> None:
    near = replace(RED, near=np.array([[0.0, 30.0], [0.0, 0.0]]))
    here, away = RED.landmarks[1], RED.landmarks[0]
    assert near.nearness(here)[1] == pytest.approx(1)
    assert near.nearness(away)[1] < 1
    for head, grows in ((0, True), (1, False)):
        assert (near.probabilities(here)[head] > RED.probabilities(here)[head]) is np.bool_(grows)


def test_huge_log_odds_do_not_overflow() -> None:
    huge = replace(RED, coefficients=RED.coefficients * 1e6)
    assert np.isfinite(huge.probabilities(vector(1))).all()
    assert np.isfinite(huge.probabilities(-vector(1))).all()


def test_weights_come_back_as_they_were() -> None:
    read = Weights.parse(RED.dump(), 2, len(COLOURS))
    assert read.dump() == RED.dump()


def _npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    whole: dict[str, Any] = {name: getattr(RED, name) for name in Weights.__dataclass_fields__}
    np.savez(file, **(whole | arrays))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no archive",
        RED.dump()[:-80],
        _npz(coefficients=np.zeros((3, 9))),
        _npz(biases=np.full(2, np.nan)),
        _npz(biases=np.zeros(2, np.float32)),
        _npz(landmarks=np.zeros((0, 9), np.float32)),
        _npz(near=np.zeros((2, 3))),
        _npz(reach=np.array(0.0)),
        _npz(probes=np.zeros((1, 9), np.float32)),
        _npz(landmarks=np.array([{"a": 1}], dtype=object)),
    ],
    ids=[
        "empty",
        "zip",
        "cut",
        "shape",
        "nan",
        "kind",
        "landmarks",
        "near",
        "reach",
        "probes",
        "pickle",
    ],
)
def test_what_are_no_weights(data: bytes) -> None:
    with pytest.raises(ModelError):
        Weights.parse(data, 2, len(COLOURS))


def test_the_probes_are_two_pictures() -> None:
    one, other = probes()
    assert one != other
    assert (one, other) == probes()
