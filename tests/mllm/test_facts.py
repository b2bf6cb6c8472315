from __future__ import annotations

import pytest

from cluejudge.embedded.models import DATA
from cluejudge.errors import UsageError
from cluejudge.mllm.facts import facts
from cluejudge.mllm.opening import loading, placement
from cluejudge.mllm.opening.loading import make_plan
from cluejudge.mllm.opening.memory import in_words
from cluejudge.mllm.options import MllmOptions

OWN = str(DATA / "checkpoint")


def test_what_can_be_told_before_the_weights_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "free_bytes", lambda _: 3 * 2**30)
    found = facts(OWN, {"device": "cpu"})
    told = {fact.name: fact.text for fact in found}
    assert all(fact.good for fact in found)
    assert set(told) == {"hardware", "memory"}
    assert told["hardware"].startswith("cpu: ")
    needed = make_plan(OWN, MllmOptions(device="cpu")).needed or 0
    assert told["memory"] == f"about {in_words(needed)} needed, 3.0 GiB free in this machine"
    monkeypatch.setattr(placement, "find_spec", lambda _: True)
    spread = facts(OWN, {"device_map": "auto"})[1]
    assert spread.good
    assert spread.text.endswith("needed, an unknown amount free in all devices")
    with pytest.raises(UsageError, match="option dtype=half"):
        facts(OWN, {"dtype": "half"})


def test_too_little_memory_is_no_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "free_bytes", lambda _: 2**20)
    hardware, memory = facts(OWN, {"device": "cpu"})
    assert (hardware.good, memory.good) == (True, False)
    assert memory.text.endswith("needed, 1 MiB free in this machine")
