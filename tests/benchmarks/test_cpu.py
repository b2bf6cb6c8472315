from __future__ import annotations

import json
from pathlib import Path

from benchmarks import cpu


def test_all_ways_are_timed_and_agree(tmp_path: Path) -> None:
    cpu.main(["--tiny", "--runs", "1", "--json", str(tmp_path / "rows.json")])
    rows = json.loads((tmp_path / "rows.json").read_text("utf-8"))
    assert [row["way"].split(",")[0] for row in rows] == ["float32", "bfloat16", "bfloat16"]
    assert rows[0]["off"] == 0.0
    for row in rows:
        assert min(row["questions_s"], row["token_s"], row["token_of_four_s"]) > 0
        assert row["off"] < 0.05
