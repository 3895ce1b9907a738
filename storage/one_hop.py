"""SQLite with one trip to its thread for each statement.

aiosqlite runs every call on the connection's own thread, and SQLAlchemy makes four for a statement:
open a cursor, execute, fetch, close. Each trip wakes two threads, which costs more than the
statement itself. Here the four are done in one trip; a transaction that took thirty takes eight.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self

import aiosqlite

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Sequence

FETCHED_AT_ONCE = 1000
"""Rows that come along with the statement; a longer result is fetched on as it is read."""


class OneHopCursor:
    """What SQLAlchemy asks of an asynchronous cursor."""

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Any] = []
        self._more = False
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> OneHopCursor:
        """Run the statement and bring its rows along."""
        await self._connection.do(self._run, "execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> OneHopCursor:
        """Run the statement for each row of parameters."""
        await self._connection.do(self._run, "executemany", sql, parameters)
        return self

    def _run(self, method: str, sql: str, parameters: Any) -> None:
        if self._cursor is not None:
            self._cursor.close()
        cursor = self._cursor = self._connection.plain.cursor()
        getattr(cursor, method)(sql, parameters)
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        self._rows = cursor.fetchmany(FETCHED_AT_ONCE) if cursor.description else []
        self._more = len(self._rows) == FETCHED_AT_ONCE
        if not self._more:
            self.rowcount = cursor.rowcount  # of a write with RETURNING, known once its rows are read
            cursor.close()
            self._cursor = None

    async def fetchall(self) -> list[Any]:
        """Every row that is left."""
        rows, self._rows = self._rows, []
        if self._more and self._cursor is not None:
            self._more = False
            rows += await self._connection.do(self._cursor.fetchall)
        return rows

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """So many of the rows that are left."""
        wanted = size or self.arraysize
        if self._more and self._cursor is not None and len(self._rows) < wanted:
            fetched = await self._connection.do(self._cursor.fetchmany, max(FETCHED_AT_ONCE, wanted))
            self._more = bool(fetched)
            self._rows += fetched
        rows, self._rows = self._rows[:wanted], self._rows[wanted:]
        return rows

    async def fetchone(self) -> Any:
        """The next row, if there is one."""
        return next(iter(await self.fetchmany(1)), None)

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Each row that is left."""
        while rows := await self.fetchmany(FETCHED_AT_ONCE):
            for row in rows:
                yield row

    async def close(self) -> None:
        """Let the rows go."""
        cursor, self._cursor, self._rows, self._more = self._cursor, None, [], False
        if cursor is not None:
            await self._connection.do(cursor.close)


class OneHopConnection(aiosqlite.Connection):
    """A connection that makes such cursors, and no trip where there is nothing to end."""

    _stopped = False

    @property
    def plain(self) -> sqlite3.Connection:
        """SQLite's own connection; for this connection's thread."""
        return self._conn

    async def do(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do something on this connection's thread."""
        return await self._execute(work, *arguments)  # type: ignore[no-untyped-call]

    def cursor(self) -> OneHopCursor:  # type: ignore[override]
        """A cursor that nothing is opened for yet; SQLAlchemy enters it, and needs no more."""
        return OneHopCursor(self)

    def stop(self) -> asyncio.Future[Any] | None:
        """End this connection's thread, once.

        A cancelled task and the engine's own clearing up may both close a connection. The thread ends at the
        first request, so nobody would ever answer the second, and whoever waited for it would wait for ever.
        """
        if self._stopped:
            return None
        self._stopped = True
        return super().stop()

    async def commit(self) -> None:
        """Keep the transaction, if there is one."""
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        if self.in_transaction:
            await super().rollback()


async def connect(*arguments: Any, **options: Any) -> OneHopConnection:
    """Open a connection, as :func:`aiosqlite.connect` does."""
    connection = OneHopConnection(lambda: sqlite3.connect(*arguments, **options), iter_chunk_size=FETCHED_AT_ONCE)
    # A daemon, so that a forgotten connection does not keep the process from ending (omnilib/aiosqlite#290).
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with aiosqlite's own
    await connection
    return connection
