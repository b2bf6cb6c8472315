"""Run as a program: records decisions, and prints the id of each as soon as it is recorded."""

from __future__ import annotations

import sys

from cluejudge.store.store import Store
from tests.store.drafts import draft


def main(url: str, name: str, count: int) -> None:
    """Record `count` decisions by twos at the record `url`; their ids begin with `name`."""
    with Store.open(url) as store:
        for number in range(0, count, 2):
            pair = [draft(id=f"dec_{name}_{number + each}") for each in (0, 1)]
            for recorded in store.decisions.record(pair):
                print(recorded.id, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
