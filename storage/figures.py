"""Counts for those who watch the bot: what waits, for how long, and what was given up.

Every count names its platforms, so that the index over platform and state serves it however many
settled rows there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from bot.model import EventState, MessageState
from storage import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Column
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows wait, and for how many seconds the oldest has."""

    count: int = 0
    oldest_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The inbox and the outbox at one moment, by platform."""

    outbox: Mapping[str, Waiting]
    inbox: Mapping[str, Waiting]
    messages_failed: int
    events_failed: int


async def figures(engine: AsyncEngine, platforms: Sequence[str], now: datetime) -> Figures:
    """What waits and what was given up."""
    outbox, inbox = tables.outbox, tables.inbox
    due = and_(outbox.c.state == MessageState.WAITING.value, outbox.c.not_before <= now)
    async with engine.connect() as connection:
        return Figures(
            outbox=await _waiting(connection, outbox.c, due, outbox.c.not_before, platforms, now),
            inbox=await _waiting(
                connection, inbox.c, inbox.c.state == EventState.WAITING.value, inbox.c.received_at, platforms, now
            ),
            messages_failed=await _failed(connection, outbox, MessageState.FAILED.value, platforms),
            events_failed=await _failed(connection, inbox, EventState.FAILED.value, platforms),
        )


async def _waiting(
    connection: AsyncConnection,
    columns: Any,
    condition: Any,
    since: Column[datetime],
    platforms: Sequence[str],
    now: datetime,
) -> dict[str, Waiting]:
    rows = await connection.execute(
        select(columns.platform, func.count(), func.min(since))
        .where(columns.platform.in_(platforms), condition)
        .group_by(columns.platform)
    )
    found = dict.fromkeys(platforms, Waiting())
    for platform, count, oldest in rows:
        found[platform] = Waiting(count, max(0.0, (now - oldest).total_seconds()))
    return found


async def _failed(connection: AsyncConnection, table: Any, state: str, platforms: Sequence[str]) -> int:
    query = select(func.count()).select_from(table).where(table.c.platform.in_(platforms), table.c.state == state)
    return int(await connection.scalar(query) or 0)
