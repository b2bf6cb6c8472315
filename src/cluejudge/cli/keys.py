"""`cluejudge keys`: who may ask the service for what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cluejudge.cli import exits
from cluejudge.cli.lazy import Lazy, LazyGroup
from cluejudge.cli.records import db_option

if TYPE_CHECKING:
    from cluejudge.store.keys import Keys
    from cluejudge.store.records import Key

SCOPES = ("judge", "review", "admin")

COMMANDS = {
    "add": Lazy("cluejudge.cli.keys:add", "Make a key, and print its secret."),
    "list": Lazy("cluejudge.cli.keys:names", "Show the keys, without their secrets."),
    "revoke": Lazy("cluejudge.cli.keys:revoke", "Refuse a key from now on."),
}

ADD = """Make a key NAME, and print its secret.

The secret goes to standard output, this once: only its hash is kept. NAME is what the record says
of who asked, so it is given once and for ever. As soon as there is a key, the service asks
everyone for one, on this machine too.

Exit codes: 0 the key is made; 1 the database failed; 2 wrong usage, or NAME is taken.
"""

LIST = """Show the keys, without their secrets; revoked ones too.

Exit codes: 0 shown; 1 the database failed; 2 there is no such record.
"""

REVOKE = """Refuse the key NAME from now on, and end its sessions of the review page.

A service that runs obeys at once. Once there was a key, one is needed, even if all are revoked.

Exit codes: 0 the key is revoked; 1 the database failed; 2 there is no such key or record.
"""


@click.group(cls=LazyGroup, lazy=COMMANDS, help="Say who may ask a service for what.")
def keys() -> None:
    """Hold the commands together."""


@click.command(help=ADD)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What it is for: to judge, to review, or admin for all. May be repeated.",
)
@click.option(
    "--per-minute",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="How many requests a minute it may make; by default as many as the service lets all.",
)
@db_option
def add(name: str, scopes: tuple[str, ...], per_minute: int | None, db: str) -> int:
    """Make a key."""
    with _opened(db, create=True) as stored:
        from cluejudge.store.records import Scope

        key, secret = stored.add(name, map(Scope, scopes), per_minute)
    click.echo(secret)
    said = "Its secret is not kept and cannot be shown again"
    click.echo(f"Key {key.name} may {_listed(key)}. {said}.", err=True)
    return exits.OK


@click.command("list", help=LIST)
@db_option
@click.option("--json", "as_json", is_flag=True, help="Tell it to a program.")
def names(db: str, as_json: bool) -> int:
    """Show the keys."""
    with _opened(db) as stored:
        listed = stored.list()
    if as_json:
        told = [key.model_dump(mode="json") | {"scopes": sorted(key.scopes)} for key in listed]
        click.echo(json.dumps({"keys": told}, indent=2))
    elif listed:
        click.echo(_table(listed))
    else:
        click.echo("There is no key: whoever asks must be on the machine itself.", err=True)
    return exits.OK


@click.command(help=REVOKE)
@click.argument("name")
@db_option
def revoke(name: str, db: str) -> int:
    """Revoke a key."""
    with _opened(db) as stored:
        key = stored.revoke(name)
    click.echo(f"Key {key.name} is revoked since {_moment(key.revoked)}.", err=True)
    return exits.OK


@contextmanager
def _opened(db: str, *, create: bool = False) -> Iterator[Keys]:
    """The keys of the record at `db`, which must be there unless `create` is on."""
    from cluejudge.store.store import Store
    from cluejudge.store.urls import open_engine

    open_engine(db, create=create).dispose()
    with Store.open(db) as store:
        yield store.keys


def _table(listed: Sequence[Key]) -> str:
    rows = [("NAME", "SCOPES", "PER MINUTE", "MADE", "REVOKED")]
    rows += [
        (
            key.name,
            _listed(key),
            str(key.per_minute or "-"),
            _moment(key.created),
            _moment(key.revoked) or "-",
        )
        for key in listed
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _listed(key: Key) -> str:
    return ", ".join(scope for scope in SCOPES if scope in key.scopes)


def _moment(at: str) -> str:
    """A time of the record to the second."""
    return at[:19] + "Z" if at else ""
