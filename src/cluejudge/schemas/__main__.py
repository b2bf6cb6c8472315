"""Writes the schemas into a folder: `python -m cluejudge.schemas FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from cluejudge.schemas import write

if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
    sys.exit("usage: python -m cluejudge.schemas FOLDER")
for path in write(Path(sys.argv[1])):
    print(path)
