import re

from tests.docs.pages import ROOT


def test_the_map_of_the_rooms_is_true_to_the_tree() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = page.split("## Rooms", 1)[1].split("\n## ", 1)[0]
    first_cells = "".join(re.findall(r"^\|([^|]*)\|", rooms, re.MULTILINE))
    named = {name.rstrip("/") for name in re.findall(r"`([^`]+)`", first_cells)}
    package = ROOT / "src" / "cluejudge"
    there = {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    there |= {path.name for path in package.iterdir() if path.is_dir()} - {"__pycache__", "demo"}
    assert named == there | {"training", "benchmarks"}
