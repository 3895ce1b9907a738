"""Remember events before they are acknowledged, many in one write.

A platform waits for the acknowledgement, so this is the one write whose time a person feels. What
arrives while a write is under way is written together in the next: one statement, one commit, one
flush to disk for all of them. Under load the time for each stays that of two writes, whatever
their number.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy.dialects import sqlite

from bot.model import EventState
from storage import tables
from storage.lines import Lines

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.model import Event
    from storage.crypto import Sealer
    from storage.turn import Turn

    Waiting = tuple[Event, asyncio.Future[bool]]
    Row = dict[str, object]

MOST_AT_ONCE = 200
"""Rows in one statement."""

AT_ONCE = 2
"""Writes under way at once on PostgreSQL, so that an event need not wait for the one before; SQLite has one."""

INSERT = """
INSERT INTO inbox (platform, event_key, kind, payload, received_at, state, attempts)
SELECT platform, event_key, kind, payload, received_at, 'waiting', 0
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
     AS given (platform, event_key, kind, payload, received_at)
ON CONFLICT DO NOTHING
RETURNING platform, event_key
"""
"""The same statement for any number of rows, so that it is prepared once and each write is one trip to the server."""


class Intake:
    """Writes events as they come.

    Args:
        turn: on SQLite, held for each write, before every other transaction of this process that waits.
    """

    def __init__(self, engine: AsyncEngine, sealer: Sealer, turn: Turn | None) -> None:
        self._engine = engine
        self._sealer = sealer
        self._turn = turn
        self._lines = Lines(engine, INSERT) if turn is None else None
        self._waiting: list[Waiting] = []
        self._writing: list[asyncio.Task[None]] = []

    async def prepare(self) -> None:
        """Open what the first event would otherwise wait for."""
        if self._lines is not None:
            await self._lines.open(AT_ONCE, *_columns([]))

    async def close(self) -> None:
        """Close what was opened."""
        if self._lines is not None:
            await self._lines.close()

    async def remember(self, event: Event) -> bool:
        """Keep the event; it is safe on disk when this returns. False where it was there already."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, kept))
        self._writing = [task for task in self._writing if not task.done()]
        if len(self._writing) < (AT_ONCE if self._turn is None else 1):
            self._writing.append(asyncio.create_task(self._write_waiting()))
        return await kept

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                new = await self._write([event for event, _ in batch])
            except BaseException as error:
                problem = error if isinstance(error, Exception) else RuntimeError("stopped while writing")
                for _, kept in batch:
                    if not kept.done():
                        kept.set_exception(problem)
                if not isinstance(error, Exception):
                    raise
            else:
                for event, kept in batch:
                    key = (event.platform, event.key)
                    if not kept.done():
                        kept.set_result(key in new)
                    new.discard(key)  # the same event twice in one write: the second is the repeat

    async def _write(self, events: list[Event]) -> set[tuple[str, str]]:
        """Write the events in one transaction; the keys of those that were new."""
        rows = list({(event.platform, event.key): self._row(event) for event in reversed(events)}.values())[::-1]
        if self._lines is not None:
            # In the same order everywhere: two writes with the same events in another order would wait for each other.
            rows.sort(key=lambda row: (str(row["platform"]), str(row["event_key"])))
            return {(row[0], row[1]) for row in await self._lines.run(*_columns(rows))}
        statement = (
            sqlite.insert(tables.inbox)
            .on_conflict_do_nothing()
            .returning(tables.inbox.c.platform, tables.inbox.c.event_key)
        )
        # The rows are parameters, so that the statement is compiled once, whatever their number.
        values = [{**row, "state": EventState.WAITING.value, "attempts": 0} for row in rows]
        if self._turn is None:
            raise RuntimeError("SQLite needs its turn")
        async with self._turn, self._engine.begin() as connection:
            return {(row.platform, row.event_key) for row in await connection.execute(statement, values)}

    def _row(self, event: Event) -> Row:
        return {
            "platform": event.platform,
            "event_key": event.key,
            "kind": event.kind,
            "payload": self._sealer.seal(event.payload, f"inbox.payload:{event.platform}:{event.key}"),
            "received_at": event.received_at,
        }


def _columns(rows: list[Row]) -> list[list[object]]:
    """The rows as columns, in the order of the statement."""
    return [[row[name] for row in rows] for name in ("platform", "event_key", "kind", "payload", "received_at")]
