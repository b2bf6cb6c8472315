"""`cluejudge`, whose models are asked one question at a time: what merging is measured against."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

import cluejudge.api
from cluejudge.cli.main import run
from cluejudge.judge import Answerer


def main(arguments: Sequence[str]) -> int:
    """The command line, in a process of its own: it is changed for good."""
    vars(cluejudge.api)["Answerer"] = partial(Answerer, max_batch=1)
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
