"""Puts a service together from what the command line says, and runs it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from cluejudge.api import Judge
from cluejudge.builtin import find_constitution
from cluejudge.cli import exits
from cluejudge.cli.listening import bound, listen
from cluejudge.cli.models import read_key, read_options
from cluejudge.cli.options import parse_settings
from cluejudge.errors import UsageError
from cluejudge.service.app import create_app
from cluejudge.service.defaults import DEFAULT, settle
from cluejudge.service.moderation import check_keys
from cluejudge.service.settings import MEBIBYTE, ServiceSettings, Unsure
from cluejudge.store.store import Store
from cluejudge.store.urls import is_there, shown
from cluejudge.yamlfile import read

if TYPE_CHECKING:
    from cluejudge.compiled import CompiledConstitution
    from cluejudge.store.records import Key, StoredConstitution

_LINGER_S = 0.01
"""Nobody waits this long but for a flow whose own work takes longer; see `Gatherer`."""


@dataclass(frozen=True, slots=True)
class Given:
    """The options of `cluejudge serve`."""

    host: str
    port: int
    db: str
    model: str
    options: tuple[str, ...]
    first: Path | None
    constitution: str | None
    pairs: tuple[str, ...]
    keep_images: str | None
    keep_days: int
    urls: bool
    in_flight: int
    queue: int
    deadline_s: float
    max_body: int
    max_images: int
    per_minute: int | None
    moderation_map: Path | None
    moderation_unsure: str
    sample: float


def run(given: Given) -> int:
    """Serves until a signal ends it; 0 if all that was taken on is finished."""
    wanted = given.constitution or DEFAULT
    settings = _settings(given, wanted)
    judge_by: Callable[[CompiledConstitution], Judge] = partial(_judge, given)
    with ExitStack() as opened:
        store = opened.enter_context(_record(given)) if is_there(given.db) else None
        _check_keys(settings, store.keys.list() if store else (), given)
        sock = opened.enter_context(bound(settings))
        if store is None:  # no file is made for a start that is refused
            judge = judge_by(find_constitution(wanted))
            store, judge_by = opened.enter_context(_record(given)), lambda _: judge
        stored, judge = settle(store.constitutions, wanted, judge_by)
        settings = settings.model_copy(update={"constitution": stored.name})
        app = create_app(settings, store, judge)
        opened.enter_context(_settled_memory())
        listen(app, settings, sock, _told(given, settings, store, stored))
    return exits.OK


@contextmanager
def _settled_memory() -> Iterator[None]:
    """Has Python's collector pass over all that is there by now, which stays as long as it serves.

    Nobody is answered while it goes through it all, now and then.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _record(given: Given) -> Store:
    return Store.open(given.db, images=given.keep_images, image_days=given.keep_days)


def _settings(given: Given, constitution: str) -> ServiceSettings:
    try:
        return ServiceSettings(
            host=given.host,
            port=given.port,
            constitution=constitution,
            in_flight=given.in_flight,
            queue=given.queue,
            deadline_s=given.deadline_s,
            max_body=given.max_body * MEBIBYTE,
            max_held=max(8 * given.max_body, 512) * MEBIBYTE,
            max_images=given.max_images,
            per_minute=given.per_minute,
            urls=given.urls,
            keep_images=given.keep_images or "",
            keep_days=given.keep_days,
            moderation_keys=_moderation(given.moderation_map),
            moderation_unsure=Unsure(given.moderation_unsure),
            sample=given.sample,
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{place}: {said}" if place else said) from error


def _moderation(path: Path | None) -> dict[str, tuple[str, ...]]:
    """For each rule its categories, one or a list of them."""
    data = read(path).data if path else {}
    if not isinstance(data, dict):
        raise UsageError(f"{path} must map ids of rules to categories")
    mapping = {
        str(rule): tuple(map(str, keys)) if isinstance(keys, list) else (str(keys),)
        for rule, keys in data.items()
    }
    check_keys(mapping)
    return mapping


def _check_keys(settings: ServiceSettings, keys: Iterable[Key], given: Given) -> None:
    """`UsageError` where others could ask, and there is no key to tell them apart."""
    if settings.loopback or any(not key.revoked for key in keys):
        return
    where = f" --db {shown(given.db)}" if "@" not in given.db else ""
    raise UsageError(
        f"others than this machine can reach {settings.host}, and there is no key yet",
        hint=f"make one first: cluejudge keys add NAME --scope admin{where}",
    )


def _judge(given: Given, compiled: CompiledConstitution) -> Judge:
    """A judge by the constitution for requests that name none."""
    tuned = parse_settings(given.pairs)
    return Judge(
        compiled,
        model=given.model,
        options=read_options(given.model, given.options),
        key=read_key(),
        first=given.first,
        thresholds=tuned.thresholds,
        method=tuned.method,
        limits=tuned.limits,
        linger=_LINGER_S,
    )


def _told(
    given: Given, settings: ServiceSettings, store: Store, stored: StoredConstitution
) -> list[tuple[str, str]]:
    """What the service runs with, for whoever started it."""
    kept = f"kept for {settings.keep_days} days in {given.keep_images}"
    everyone = "none: everyone on this machine may do everything; `cluejudge keys add` ends that"
    return [
        ("models", given.model + (f", behind the student {given.first}" if given.first else "")),
        ("constitution", f"{stored.name}, version {stored.version}"),
        ("record", shown(given.db)),
        ("images", kept if settings.keep_images else "not kept"),
        ("URLs", "fetched, https only" if settings.urls else "not fetched"),
        ("keys", "needed" if store.keys.any() else everyone),
        *(() if settings.loopback else (("TLS", "none: put a proxy with TLS before it"),)),
    ]
