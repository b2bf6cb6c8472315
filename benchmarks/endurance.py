"""What becomes of a service that is asked for long, and of one that is sent what it should not be.

`remember` has 8 clients send pictures to the embedded models, and reads the service's resident
memory after every 500 requests. Its memories of contexts, sights and scores are full after some
hundred pictures, so the first fifth of the values is warming up; `slope` is over the rest.

`soak` mixes bad input (`benchmarks/bad_input.py`) into good: 8 clients send either, by chance, also
over connections that are cut within the body or before the answer. Then the service is ended, and
every decision that was told is looked for in the record.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx2

from benchmarks.bad_input import KINDS, MAX_BODY_MIB, Cut, Request
from benchmarks.clients import send
from benchmarks.serving import Pictures, Service, serving, slope
from cluejudge.store.records import Decision, DecisionFilter
from cluejudge.store.store import Store
from cluejudge.store.verify import verify
from cluejudge.verdict import Outcome

CLIENTS = 8
CUT = "cut"
"""Stands for the status of a request whose connection was cut by the client."""

_SCENES = 100
_SEED = 7
_PATIENCE_S = 120.0
_BEFORE_CUT_S = 0.02


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB of resident memory after each `every` requests; `slope` in KiB a request."""

    requests: int
    every: int
    per_s: float
    resident: list[float]
    slope: float


@dataclass(frozen=True, slots=True)
class Soak:
    """What was answered to each kind of request, and whether the record has what was told.

    `missing` were told but are not in the record, `different` say something else there, `passed`
    are bad pictures that were called safe. `recorded` counts all decisions, also those whose
    clients had gone.
    """

    requests: int
    seconds: float
    statuses: dict[str, dict[str, int]]
    failures: int
    tracebacks: int
    told: int
    recorded: int
    missing: int
    different: int
    passed: int
    whole: bool
    exit_code: int


def remember(
    folder: Path,
    requests: int,
    every: int = 500,
    *,
    model: str = "embedded",
    side: int | None = None,
) -> Memory:
    """The resident memory over `requests`, whose pictures are all different."""
    pictures = Pictures(min(_SCENES, requests), side)
    every = min(every, requests)
    resident: list[float] = []
    with serving(folder, ("-m", model)) as service:
        began = time.perf_counter()
        for _ in range(requests // every):
            told = send(service.url, (pictures.next() for _ in range(every)), CLIENTS)
            if set(told.statuses) != {200}:
                raise RuntimeError(f"not all requests were answered by 200: {told.statuses}")
            resident.append(service.resident())
            print(f"{every * len(resident)} requests: {resident[-1]:.1f} MiB", flush=True)
        seconds = time.perf_counter() - began
    rate = every * len(resident) / seconds
    grown = 1024 * slope(resident[len(resident) // 5 :]) / every
    print(f"{grown:.3f} KiB a request behind the first fifth, {rate:.1f} requests a second")
    return Memory(every * len(resident), every, rate, resident, grown)


@dataclass(slots=True)
class Heard:
    """What the clients heard."""

    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    told: dict[str, str] = field(default_factory=dict)
    passed: int = 0

    def answer(self, request: Request, status: int, content: bytes) -> None:
        """Notes an answer."""
        self.statuses[request.kind][str(status)] += 1
        if status != 200:
            return
        decisions = json.loads(content).get("decisions", ())
        outcomes = [(one["id"], one["verdict"]["outcome"]) for one in decisions]
        self.told.update(outcomes)
        if request.bad:
            self.passed += sum(outcome == Outcome.SAFE for _, outcome in outcomes)


def soak(folder: Path, requests: int, *, model: str = "embedded", side: int | None = None) -> Soak:
    """Sends good and bad requests, and looks at what is left of them."""
    pictures, chance = Pictures(min(_SCENES, requests), side), random.Random(_SEED)
    makers = [maker for maker, often in KINDS for _ in range(often)]
    made = (chance.choice(makers)(pictures, chance) for _ in range(requests))
    with serving(folder, ("-m", model, "--max-body", str(MAX_BODY_MIB))) as service:
        began = time.perf_counter()
        heard = asyncio.run(_clients(service.url, made))
        seconds = time.perf_counter() - began
        code = service.end()
        found = looked_up(service, heard, requests, seconds, code)
    for kind, statuses in found.statuses.items():
        print(f"{kind}: {', '.join(f'{count} of {name}' for name, count in statuses.items())}")
    print({name: value for name, value in asdict(found).items() if name != "statuses"})
    return found


async def _clients(url: str, requests: Iterator[Request]) -> Heard:
    heard = Heard()
    async with httpx2.AsyncClient(base_url=url, timeout=_PATIENCE_S, trust_env=False) as client:
        await asyncio.gather(*(_client(client, requests, heard) for _ in range(CLIENTS)))
    return heard


async def _client(client: httpx2.AsyncClient, requests: Iterator[Request], heard: Heard) -> None:
    for request in requests:
        if request.cut:
            await _cut(client.base_url, request, request.cut)
            heard.statuses[request.kind][CUT] += 1
        else:
            answer = await client.request(
                request.method, request.path, headers=request.headers, content=request.content
            )
            heard.answer(request, answer.status_code, answer.content)


async def _cut(url: httpx2.URL, request: Request, where: Cut) -> None:
    """Sends a part of the request, or all of it, and hears no answer."""
    raw = request.raw(url.netloc.decode())
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(raw if where is Cut.ANSWER else raw[: len(raw) // 2])
    await writer.drain()
    await asyncio.sleep(_BEFORE_CUT_S)
    writer.close()
    await writer.wait_closed()


def looked_up(service: Service, heard: Heard, requests: int, seconds: float, code: int) -> Soak:
    """What the record of the service, which has ended, says of what was heard."""
    with Store.open(service.database) as store:
        found = {id: store.decisions.get(id) for id in heard.told}
        said = {id: one.verdict.outcome.value for id, one in found.items() if one}
        verified = verify(store.database)
        recorded = sum(1 for _ in _all(store))
    return Soak(
        requests=requests,
        seconds=seconds,
        statuses={kind: dict(counts) for kind, counts in sorted(heard.statuses.items())},
        failures=sum(
            count
            for counts in heard.statuses.values()
            for status, count in counts.items()
            if status.startswith("5")
        ),
        tracebacks=service.said().count("Traceback"),
        told=len(heard.told),
        recorded=recorded,
        missing=len(heard.told.keys() - said.keys()),
        different=sum(said[id] != heard.told[id] for id in said),
        passed=heard.passed,
        whole=verified.ok,
        exit_code=code,
    )


def _all(store: Store) -> Iterator[Decision]:
    """All decisions of a record, the newest first."""
    before: int | None = None
    while True:
        page = store.decisions.find(DecisionFilter(before=before, limit=200))
        yield from page.items
        if page.next is None:
            return
        before = page.next
