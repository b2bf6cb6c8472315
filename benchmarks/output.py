"""Where a benchmark's rows go: the option for a file, and the file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, with `--json FILE`; a file that could not be written is refused at once."""
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args(arguments)
    if args.json and not args.json.absolute().parent.is_dir():
        parser.error(f"there is no folder for {args.json}")
    return args


def write(rows: Sequence[Mapping[str, Any]] | Mapping[str, Any], file: Path | None) -> None:
    """Write rows as JSON, a list or by name, if there is a file for them."""
    if file:
        file.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
