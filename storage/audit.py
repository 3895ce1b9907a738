"""The audit log: append-only, content-free, each entry chained to the one before it by SHA-256.

A changed or missing entry breaks the chain at that place (OWASP ASVS 5.0, 16.4.2). The database
itself refuses to change or delete an entry. A cut-off end shows only against a copy of the last
hash kept elsewhere: ``verify-audit`` prints it for that purpose.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select, text

from storage import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

START = "0" * 64
LOCK = 7203812


def entry_hash(previous: str, seq: int, at: datetime, actor: str, action: str, subject: str) -> str:
    """The hash that binds an entry to the one before it."""
    fields = "\x1f".join((previous, str(seq), at.isoformat(), actor, action, subject))
    return hashlib.sha256(fields.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry at which the chain does not hold."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class SqlAudit:
    """:class:`bot.ports.Audit`."""

    connection: AsyncConnection

    async def write(self, at: datetime, actor: str, action: str, subject: str) -> None:
        """Add an entry. Writers take turns, so that the chain has no fork."""
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        table = tables.audit
        last = (
            await self.connection.execute(select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1))
        ).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, START)
        await self.connection.execute(
            insert(table).values(
                seq=seq,
                at=at,
                actor=actor,
                action=action,
                subject=subject,
                previous=previous,
                hash=entry_hash(previous, seq, at, actor, action, subject),
            )
        )

    async def first(self, action: str, subject: str) -> datetime | None:
        """When this was first done to the subject."""
        return await self._when(action, subject, tables.audit.c.seq)

    async def last(self, action: str, subject: str) -> datetime | None:
        """When this was last done to the subject."""
        return await self._when(action, subject, tables.audit.c.seq.desc())

    async def _when(self, action: str, subject: str, order: Any) -> datetime | None:
        table = tables.audit
        this = and_(table.c.action == action, table.c.subject == subject)
        return await self.connection.scalar(select(table.c.at).where(this).order_by(order).limit(1))

    async def verify(self) -> tuple[int, str, Broken | None]:
        """How many entries hold, the last hash, and the first broken entry if there is one."""
        count, previous = 0, START
        rows = await self.connection.stream(select(tables.audit).order_by(tables.audit.c.seq))
        async for row in rows:
            if row.seq != count + 1:
                return count, previous, Broken(row.seq, f"entry {count + 1} is missing")
            if row.previous != previous:
                return count, previous, Broken(row.seq, "it does not follow the entry before it")
            if row.hash != entry_hash(previous, row.seq, row.at, row.actor, row.action, row.subject):
                return count, previous, Broken(row.seq, "it was changed")
            count, previous = row.seq, row.hash
        return count, previous, None
