"""A folder of plain pictures, and a constitution over their colours, for the fake model."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

CONSTITUTION = """\
name: colours
version: "2"
rules:
  - id: red-and-blue
    text: Red and blue may not meet.
    severity: high
    chain:
      - {text: something red, objects: red}
      - any_of:
          - {text: something blue, objects: blue}
          - {text: something purple, objects: purple}
  - id: a-cat
    text: A cat in yellow.
    chain:
      - {text: something yellow, objects: yellow}
      - {text: a cat, objects: cat}
"""


@pytest.fixture
def constitution(tmp_path: Path) -> Path:
    path = tmp_path / "colours.yaml"
    path.write_text(CONSTITUTION)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One picture of each outcome, by name: abstain, error, safe, unsafe; and a text."""
    path = tmp_path / "pictures"
    path.mkdir()
    Image.new("RGB", (40, 40), (255, 255, 0)).save(path / "abstain.png")
    (path / "error.png").write_bytes((path / "abstain.png").read_bytes()[:60])
    Image.new("RGB", (40, 40), (0, 160, 0)).save(path / "safe.png")
    both = Image.new("RGB", (60, 40), (255, 0, 0))
    both.paste((0, 0, 255), (30, 0, 60, 40))
    both.save(path / "unsafe.png")
    (path / "notes.txt").write_text("not a picture")
    return path
