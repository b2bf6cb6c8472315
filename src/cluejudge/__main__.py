"""`python -m cluejudge` is the command `cluejudge`."""

from __future__ import annotations

from cluejudge.cli.main import main

if __name__ == "__main__":
    main()
