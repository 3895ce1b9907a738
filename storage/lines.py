"""Connections to PostgreSQL that are kept for one statement, which then takes a single trip to the server.

A connection from the pool is first asked whether it still answers, and a statement is first
prepared: three trips before anything is written. Somebody waits for this one, so its connections
stay open and prepared. One that has gone stale is replaced when it is used, and the statement
runs again; it must be one that may.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

PATIENCE_SECONDS = 10.0
"""A connection that gives no answer for so long is given up."""

GONE = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's farewell has come in, and its end of the line not yet
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    OSError,
)
"""How a connection says that it is no longer there."""


class Lines:
    """Runs its statement, each time on a connection that nobody else uses."""

    def __init__(self, engine: AsyncEngine, statement: str) -> None:
        self._engine = engine
        self._statement = statement
        self._free: list[AsyncConnection] = []

    async def open(self, count: int, *arguments: Any) -> None:
        """Open so many and run the statement on each, so that it is prepared.

        Args:
            arguments: with which it does nothing.
        """
        opened = await asyncio.gather(*(self._engine.connect() for _ in range(count)))
        for line in opened:
            await self._run_on(line, arguments)
        self._free += opened

    async def run(self, *arguments: Any) -> Sequence[Sequence[Any]]:
        """Run the statement in a transaction of its own; its rows."""
        while self._free:
            line = self._free.pop()
            try:
                return await self._run_on(line, arguments, keep=True)
            except GONE:
                continue  # the server was started again, or a firewall cut the line
        return await self._run_on(await self._engine.connect(), arguments, keep=True)

    async def close(self) -> None:
        """Close them."""
        free, self._free = self._free, []
        for line in free:
            await _drop(line)

    async def _run_on(
        self, line: AsyncConnection, arguments: Sequence[Any], *, keep: bool = False
    ) -> Sequence[Sequence[Any]]:
        try:
            driver = (await line.get_raw_connection()).driver_connection
            rows: Sequence[Sequence[Any]] = await driver.fetch(self._statement, *arguments, timeout=PATIENCE_SECONDS)  # type: ignore[union-attr]
        except BaseException:
            await asyncio.shield(_drop(line))
            raise
        if keep:
            self._free.append(line)
        return rows


async def _drop(line: AsyncConnection) -> None:
    """Close the connection for good, whatever state it is in."""
    with contextlib.suppress(Exception):
        await line.invalidate()
    with contextlib.suppress(Exception):
        await line.close()
