from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.batch.engines.ray.room import Room, room

LAPTOP = {"CPU": 2.0}
SERVER = {"CPU": 64.0}
GPUS = {"CPU": 16.0, "GPU": 8.0}


@pytest.mark.parametrize(
    ("nodes", "asked", "expected"),
    [
        ((LAPTOP,), {}, Room(1, 2.0, 0.0)),
        ((SERVER,), {}, Room(21, 3.0, 0.0)),
        ((SERVER, LAPTOP), {}, Room(21, 3.0, 0.0)),
        ((SERVER,), {"workers": 7}, Room(8, 8.0, 0.0)),
        ((SERVER,), {"cpus": 16.0}, Room(4, 16.0, 0.0)),
        ((SERVER, SERVER), {"actors": 3}, Room(3, 3.0, 0.0)),
        ((GPUS, LAPTOP), {"gpus": 1.0}, Room(8, 2.0, 1.0)),
        ((GPUS, GPUS), {"gpus": 2.0}, Room(8, 3.0, 2.0)),
        ((GPUS,), {"gpus": 0.5, "cpus": 0.1}, Room(16, 0.1, 0.5)),
        ((GPUS,), {"gpus": 1.0, "cpus": 4.0}, Room(4, 4.0, 1.0)),
        ((LAPTOP,), {"gpus": 1.0}, Room(0, 0.0, 1.0)),
        ((LAPTOP,), {"cpus": 4.0}, Room(0, 4.0, 0.0)),
        ((LAPTOP, LAPTOP), {"cpus": 0.0}, Room(2, 0.0, 0.0)),
    ],
)
def test_as_many_actors_as_fit(
    nodes: tuple[dict[str, float], ...], asked: dict[str, float], expected: Room
) -> None:
    assert room(nodes, **asked) == expected  # type: ignore[arg-type]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"CPU": st.integers(0, 128).map(float), "GPU": st.integers(0, 16).map(float)}
        ),
        max_size=5,
    ),
    st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 4.0]),
    st.integers(1, 16),
)
def test_no_more_is_given_than_there_is_and_no_gpu_is_left(
    nodes: list[dict[str, float]], gpus: float, workers: int
) -> None:
    found = room(nodes, gpus=gpus, workers=workers)
    assert found.actors * found.cpus <= sum(node["CPU"] for node in nodes) + 1e-6
    assert found.cpus <= workers + 1
    if gpus:
        assert found.actors == sum(int(node["GPU"] / gpus) for node in nodes)
