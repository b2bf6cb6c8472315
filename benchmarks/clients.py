"""Clients that send one request after the other, each over a connection of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import httpx2

_PATIENCE_S = 600.0


@dataclass(slots=True)
class Told:
    """What clients heard: seconds of each request, and of each status how many had it."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    whole_s: float = 0.0
    bytes: int = 0

    def add(self, status: int, seconds: float, size: int) -> None:
        """One answer."""
        self.seconds.append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.bytes += size


def send(url: str, images: Iterable[bytes], clients: int) -> Told:
    """Has `clients` clients send the images, an image a request, each when its last is answered."""
    return asyncio.run(_send(url, iter(images), clients))


async def _send(url: str, images: Iterator[bytes], clients: int) -> Told:
    told = Told()
    async with httpx2.AsyncClient(
        base_url=url,
        timeout=_PATIENCE_S,
        trust_env=False,
        limits=httpx2.Limits(max_connections=clients, max_keepalive_connections=clients),
    ) as client:
        began = time.perf_counter()
        await asyncio.gather(*(_client(client, images, told) for _ in range(clients)))
        told.whole_s = time.perf_counter() - began
    return told


async def _client(client: httpx2.AsyncClient, images: Iterator[bytes], told: Told) -> None:
    for image in images:
        began = time.perf_counter()
        answer = await client.post("/v1/judge", files={"image": ("scene.png", image, "image/png")})
        told.add(answer.status_code, time.perf_counter() - began, len(answer.content))
