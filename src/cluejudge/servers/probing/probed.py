"""What was found out about a server."""

from __future__ import annotations

from dataclasses import dataclass

from cluejudge.servers.wires.question import Wire

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Probed:
    """How it is asked, whether it takes questions without a picture, and what there is to tell.

    `doubts` are what makes its answers less sure than they look.
    """

    wire: Wire
    priors: bool
    facts: Facts
    doubts: tuple[str, ...] = ()
