from __future__ import annotations

import json
import random
from dataclasses import asdict
from pathlib import Path

import pytest

pytest.importorskip("cluejudge.service")

import cluejudge.api
from benchmarks import endurance, service, unmerged
from benchmarks.bad_input import KINDS, Request
from benchmarks.clients import Told
from benchmarks.service import Plan, Run, joined, medians, percentile, ratios, rounds, table
from benchmarks.serving import Pictures, Service, serving, slope
from cluejudge import Judge
from cluejudge.judge import Answerer
from cluejudge.models.protocols import Models
from tests.api.colours import COLOURS, UNSAFE, Counting

FAKE = ("-m", "fake")
SMALL = Plan("fake", FAKE, {1: 2, 2: 2}, rounds=1, side=32, warm=1)


def made(way: str, turn: int, per_s: float, clients: int = 8) -> Run:
    return Run("m", way, clients, turn, 10, per_s, 1 / per_s, 2 / per_s, 0.5)


def test_percentiles_are_values_that_were_seen() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99)) == (50, 99)
    assert percentile([3.0], 0.99) == 3


def test_ratios_are_of_one_round_each() -> None:
    runs = [made("merged", 0, 8), made("images", 0, 4), made("merged", 1, 2), made("images", 1, 2)]
    runs += [made("merged", 2, 9), made("images", 2, 1), made("merged", 0, 1, clients=1)]
    assert ratios(runs) == [
        {"model": "m", "clients": 8, "over": "images", "ratio": 2, "rounds": [2, 1, 9]}
    ]
    rows = list(table({"speed": [asdict(run) for run in runs], "ratios": ratios(runs)}))
    assert len({row.count("|") for row in rows}) == 1
    assert [row.split("|")[-2].strip() for row in rows[2:]] == ["", "2.00", ""]
    middle = medians(runs)
    assert [(run.way, run.clients, run.per_s, run.requests) for run in middle] == [
        ("merged", 8, 8, 30),
        ("images", 8, 2, 30),
        ("merged", 1, 1, 10),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5.0, 5, 5, 5], 0), ([1.0, 3, 5, 7], 2), ([1.0, 2, 90, 4], 1), ([], 0)],
)
def test_one_jump_is_no_slope(values: list[float], expected: float) -> None:
    assert slope(values) == pytest.approx(expected)


def test_no_two_pictures_are_equal() -> None:
    pictures = Pictures(2, 32)
    some = pictures.some(600)
    assert len(set(some)) == 600
    assert pictures.numbered(7) == some[7]


def test_unmerged_asks_one_question_at_a_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluejudge.api, "Answerer", Answerer)  # so that it is put back
    merged, alone = Counting(), Counting()
    expected = Judge(COLOURS, model=Models(name="counting", scorer=merged)).judge(UNSAFE, "a")
    assert unmerged.main(["--help"]) == 0
    capsys.readouterr()
    found = Judge(COLOURS, model=Models(name="counting", scorer=alone)).judge(UNSAFE, "a")
    assert found == expected
    assert alone.calls > merged.calls


def test_every_way_is_timed_with_every_number_of_clients(tmp_path: Path) -> None:
    runs = list(rounds(SMALL, tmp_path))
    assert {(run.way, run.clients) for run in runs} == {
        (way, clients) for way in service.WAYS for clients in (1, 2)
    }
    assert all(run.requests == 2 and run.per_s > 0 for run in runs)
    assert all(0 < run.p50_s <= run.p99_s for run in runs)


def test_what_was_not_run_stays_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "service.json"
    file.write_text('{"memory": 1, "speed": [{"model": "other"}]}')
    monkeypatch.setattr(service, "plans", lambda args, checkpoint: [])
    service.main(["--model", "embedded", "--json", str(file)])
    assert json.loads(file.read_text()) == {
        "memory": 1,
        "speed": [{"model": "other"}],
        "ratios": [],
    }
    assert "processors" in capsys.readouterr().out


def test_a_model_that_is_run_again_is_told_anew() -> None:
    rows = [{"model": "a", "per_s": 1}, {"model": "b", "per_s": 1}]
    now = {"speed": [{"model": "b", "per_s": 2}], "ratios": []}
    assert joined({"speed": rows, "soak": 1}, now) == {
        "speed": [rows[0], {"model": "b", "per_s": 2}],
        "ratios": [],
        "soak": 1,
    }
    assert joined({"speed": rows}, {"soak": 2}) == {"speed": rows, "soak": 2}


def test_answers_other_than_200_are_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Told(statuses={200: 3, 429: 1})
    monkeypatch.setattr(service, "send", lambda *_: refused)
    with pytest.raises(RuntimeError, match="429"):
        service.timed(SMALL, "merged", Still(), [b"x"], clients=1, turn=0)


class Still(Service):
    """A service that is not there."""

    def __init__(self) -> None:
        self.url = "http://127.0.0.1:1"

    def processor_s(self) -> float:
        return 0.0


def test_memory_is_read_after_so_many_requests(tmp_path: Path) -> None:
    found = endurance.remember(tmp_path / "memory", 5, every=2, model="fake", side=32)
    assert (found.requests, found.every, len(found.resident)) == (4, 2, 2)
    assert all(20 < value < 4000 for value in found.resident)


def test_bad_input_costs_nothing_that_was_told(tmp_path: Path) -> None:
    found = endurance.soak(tmp_path / "soak", 60, model="fake", side=32)
    assert sum(sum(counts.values()) for counts in found.statuses.values()) == 60
    assert (found.failures, found.tracebacks, found.missing, found.different) == (0, 0, 0, 0)
    assert (found.passed, found.whole, found.exit_code) == (0, True, 0)
    assert 0 < found.told <= found.recorded


def test_a_request_over_the_wire_says_how_long_it_is() -> None:
    raw = Request("a", b"body", {"content-type": "text/plain"}).raw("here:1")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert body == b"body"
    assert b"content-length: 4" in head
    assert b"host: here:1" in head


def test_a_decision_that_is_lost_or_another_is_told(tmp_path: Path) -> None:
    heard = endurance.Heard()
    decision = {"id": "dec_1", "verdict": {"outcome": "safe"}}
    content = json.dumps({"decisions": [decision]}).encode()
    heard.answer(Request("half a picture", bad=True), 200, content)
    heard.answer(Request("half a picture", bad=True), 500, b"")
    with serving(tmp_path / "service", FAKE) as started:
        started.end()
        found = endurance.looked_up(started, heard, 1, 1.0, 0)
    assert (found.told, found.missing, found.failures, found.passed) == (1, 1, 1, 1)


def test_kinds_of_requests_have_names_of_their_own() -> None:
    pictures, chance = Pictures(2, 32), random.Random(1)
    names = [maker(pictures, chance).kind for maker, _ in KINDS]
    assert len(set(names)) == len(names)
