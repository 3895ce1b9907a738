"""Look at a database as it is, for ``doctor``: nothing is created, migrated or changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError

from storage.crypto import CannotOpen
from storage.rotation import SEALED

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from storage.crypto import Sealer

LOOKED_AT = 50
"""Sealed texts of each column that are opened, newest first."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a database looks like."""

    product: str
    journal: str
    """SQLite's journal mode; empty elsewhere."""
    locks_at_once: bool
    """Whether a transaction holds the write lock from its start (BEGIN IMMEDIATE), so that no update is lost."""
    sound: bool
    unopened: tuple[str, ...] = ()
    """Ids of keys that stored texts need and that are not at hand; ``changed`` for a text that no key opens."""


async def inspect_database(engine: AsyncEngine, sealer: Sealer, *, texts: bool = True) -> Inspection:
    """Look at the database behind the engine.

    Args:
        texts: whether to try the sealed texts too; not in a schema that is behind.
    """
    async with engine.connect() as connection:
        unopened = await _unopened(connection, sealer) if texts else ()
        if connection.dialect.name != "sqlite":
            product = str(await connection.scalar(text("SHOW server_version")))
            return Inspection(f"PostgreSQL {product}", "", locks_at_once=True, sound=True, unopened=unopened)
        product = str(await connection.scalar(text("SELECT sqlite_version()")))
        journal = str(await connection.scalar(text("PRAGMA journal_mode")))
        sound = await connection.scalar(text("PRAGMA quick_check(1)")) == "ok"
        locks = await _locks_at_once(engine)
    return Inspection(f"SQLite {product}", journal, locks, sound, unopened)


async def _locks_at_once(engine: AsyncEngine) -> bool:
    """While one transaction is open, a second one must be refused before it has read anything."""
    async with engine.connect() as second:
        raw = await second.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            return False
        await driver.execute("PRAGMA busy_timeout=0")
        try:
            await second.execute(text("SELECT 1"))
        except OperationalError:
            return True
        finally:
            await second.invalidate()
        return False


async def _unopened(connection: AsyncConnection, sealer: Sealer) -> tuple[str, ...]:
    def names(sync: Connection) -> set[str]:
        return set(inspect(sync).get_table_names())

    there = await connection.run_sync(names)
    found: set[str] = set()
    for table, column, context in SEALED:
        if table.name not in there:
            continue
        cell = table.c[column]
        newest = [key.desc() for key in table.primary_key]
        query = select(table).where(cell.is_not(None)).order_by(*newest).limit(LOOKED_AT)
        for row in (await connection.execute(query)).all():
            sealed = getattr(row, column)
            try:
                sealer.open(sealed, context(row))
            except CannotOpen:
                key = sealed.split(".")[1] if sealed.count(".") == 2 else ""  # noqa: PLR2004 - version, key, text
                found.add("changed" if not key or key in sealer.key_ids else key)
    return tuple(sorted(found))
