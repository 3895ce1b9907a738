"""Open the database: SQLite out of the box, PostgreSQL when a council outgrows it.

SQLite takes the write lock at the start of each transaction (BEGIN IMMEDIATE). A deferred
transaction that reads first and writes later would lose updates without any error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.errors import ConfigurationError
from storage.one_hop import OneHopConnection, connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

BUSY_MILLISECONDS = 15_000
"""How long a writer waits for another process that holds the lock."""


POOL = 12
"""Connections of one process to PostgreSQL: eight processes fit a server as it comes, which takes a hundred."""


def make_engine(url: str) -> AsyncEngine:
    """The engine for a DATABASE_URL. Nothing is connected yet.

    Raises:
        ConfigurationError: the address is not one of SQLite or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError("DATABASE_URL is not a database address. Correct it.") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite(
            str(parsed.set(drivername="sqlite+aiosqlite")),
            in_memory=not parsed.database or parsed.database == ":memory:",
        )
    if backend == "postgresql":
        return create_async_engine(
            parsed.set(drivername="postgresql+asyncpg"),
            pool_size=POOL,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    raise ConfigurationError("DATABASE_URL must begin with sqlite+aiosqlite:// or postgresql+asyncpg://.")


def _sqlite(url: str, *, in_memory: bool) -> AsyncEngine:
    extra: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    arguments, options = SQLiteDialect_aiosqlite().create_connect_args(make_url(url))

    async def opened() -> OneHopConnection:
        return await connect(*arguments, **{**options, "isolation_level": None, "check_same_thread": False})

    engine = create_async_engine(url, async_creator=opened, hide_parameters=True, **extra)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
