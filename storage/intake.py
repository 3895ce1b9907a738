"""Remember events before they are acknowledged, many in one write.

A platform waits for the acknowledgement, so this is the one write whose time a person feels. What
arrives while a write is under way is written together in the next: one statement, one commit, one
flush to disk for all of them. Under load the time for each stays that of two writes, whatever
their number.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

from bot.model import EventState
from storage import tables

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.model import Event
    from storage.crypto import Sealer
    from storage.turn import Turn

    Waiting = tuple[Event, asyncio.Future[bool]]

MOST_AT_ONCE = 200
"""Rows in one statement; SQLite takes 32,766 values, PostgreSQL through asyncpg 32,767."""


class Intake:
    """Writes events as they come.

    Args:
        turn: on SQLite, held for each write, before every other transaction of this process that waits.
    """

    def __init__(self, engine: AsyncEngine, sealer: Sealer, turn: Turn | None) -> None:
        self._engine = engine
        self._sealer = sealer
        self._turn = turn
        self._waiting: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def remember(self, event: Event) -> bool:
        """Keep the event; it is safe on disk when this returns. False where it was there already."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, kept))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())
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
        rows = {(event.platform, event.key): self._row(event) for event in reversed(events)}
        make = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        statement = (
            make(tables.inbox).on_conflict_do_nothing().returning(tables.inbox.c.platform, tables.inbox.c.event_key)
        )
        values = list(rows.values())  # as parameters, so that the statement is compiled once, whatever their number
        if self._turn is None:
            # One statement is a transaction of its own: no BEGIN and COMMIT to wait for.
            async with self._engine.connect() as connection:
                connection = await connection.execution_options(isolation_level="AUTOCOMMIT")  # noqa: PLW2901
                return {(row.platform, row.event_key) for row in await connection.execute(statement, values)}
        async with self._turn, self._engine.begin() as connection:
            return {(row.platform, row.event_key) for row in await connection.execute(statement, values)}

    def _row(self, event: Event) -> dict[str, object]:
        return {
            "platform": event.platform,
            "event_key": event.key,
            "kind": event.kind,
            "payload": self._sealer.seal(event.payload, f"inbox.payload:{event.platform}:{event.key}"),
            "received_at": event.received_at,
            "state": EventState.WAITING.value,
            "attempts": 0,
        }
