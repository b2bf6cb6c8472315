from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.risks import WORLD, Row, counted, main, table, world
from cluejudge.distill.bands import VIOLATED

ROOT = Path(__file__).parents[2]


def test_heads_of_the_world_are_right_about_how_sure_they_are() -> None:
    p, states = world(np.random.default_rng(3))
    for low, high in ((0.1, 0.3), (0.4, 0.6), (0.7, 0.9)):
        some = (p > low) & (p < high)
        assert (states[some] == VIOLATED).mean() == pytest.approx(p[some].mean(), abs=0.03)


def test_what_is_decided_is_counted() -> None:
    p, states = world(np.random.default_rng(1))
    safe, alarms = counted(p, states, 0.1, draws=3, images=2000)
    assert (safe.what, alarms.what) == ("called safe", "called violated")
    assert safe.decided == alarms.decided == 3
    assert 0 < safe.share < 1
    assert len(p) == WORLD
    none, _ = counted(p, states, 0.0001, draws=2, images=500)
    assert (none.decided, none.over, none.share) == (0, 0, 0.0)


def test_it_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.json"
    main(["--draws", "2", "--images", "500", "--risks", "0.05", "--json", str(file)])
    rows = json.loads(file.read_text())
    assert [row["what"] for row in rows] == ["called safe", "called violated"]
    assert "| 5% | called safe | 2 |" in capsys.readouterr().out


def test_no_more_than_promised_are_over_the_risk_in_the_results_that_the_docs_have() -> None:
    told = json.loads((ROOT / "benchmarks/results/risks.json").read_text())
    rows = [Row(**row) for row in told]
    assert {row.risk for row in rows} == {0.01, 0.02, 0.05}
    assert all(row.draws >= 200 and row.over <= 0.05 * row.draws for row in rows)
    assert "\n".join(table(rows)) in (ROOT / "docs/distill.md").read_text("utf-8")
