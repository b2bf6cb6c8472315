"""What someone may do who has the database in their hands, and knows how it works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select, text, update

from cluejudge.store.canonical import entry_hash
from cluejudge.store.store import Store
from cluejudge.store.tables import entries


@contextmanager
def unguarded(store: Store) -> Iterator[Connection]:
    """A connection that no trigger and no foreign key stops; what it does is committed."""
    with store.database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for name in ("update", "delete", "replace"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS entries_no_{name}")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
        connection.commit()
        connection.invalidate()


def rehash(connection: Connection, seq: int, **changes: Any) -> str:
    """Change an entry and give it the hash that goes with it; the new hash."""
    row = connection.execute(select(entries).filter_by(seq=seq)).one()._mapping
    facts = {**row, **changes}
    del facts["hash"]
    changes["hash"] = entry_hash(**facts)
    connection.execute(update(entries).where(entries.c.seq == seq).values(**changes))
    return str(changes["hash"])


def rewrite(connection: Connection, first: int, **changes: Any) -> None:
    """Change an entry, and chain all later ones to it anew: nothing shows it in the log itself."""
    previous = rehash(connection, first, **changes)
    later = select(entries.c.seq).where(entries.c.seq > first).order_by(entries.c.seq)
    for seq in connection.scalars(later).all():
        previous = rehash(connection, seq, previous=previous)
