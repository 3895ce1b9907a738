"""Find and delete what has been kept long enough. Whatever is held stays, and nothing open is ever found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from bot.model import MessageState
from bot.rules.disclosures import CLOSED, Step
from storage import tables

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Record:
    """Something that may be deleted: its id, and what people call it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SqlRetention:
    """What is old enough, by class."""

    connection: AsyncConnection

    async def find(self, kind: str, before: datetime) -> list[Record]:
        """What of this class ended before the moment, and is not held."""
        return await FINDERS[kind](self.connection, before)

    async def delete(self, kind: str, records: Sequence[Record]) -> None:
        """Delete these, and everything that hangs on them."""
        ids = [record.id for record in records]
        for start in range(0, len(ids), AT_ONCE):
            for table, column in HANGS_ON[kind]:
                cell = table.c[column]
                some: list[Any] = [cell.type.python_type(each) for each in ids[start : start + AT_ONCE]]
                await self.connection.execute(delete(table).where(cell.in_(some)))

    async def hold(self, reference: str, *, held: bool) -> bool:
        """Hold a disclosure or an enquiry, or release it. False where there is none with this reference."""
        changed = 0
        for table in (tables.disclosures, tables.cases):
            this = update(table).where(table.c.reference == reference.strip().upper())
            changed += (await self.connection.execute(this.values(hold=held))).rowcount
        return changed > 0

    async def held(self) -> list[str]:
        """References of everything that is held."""
        found: list[str] = []
        for table in (tables.disclosures, tables.cases):
            query = select(table.c.reference).where(table.c.hold).order_by(table.c.reference)
            found += (await self.connection.scalars(query)).all()
        return found


async def _disclosures(connection: AsyncConnection, before: datetime) -> list[Record]:
    table, events = tables.disclosures, tables.disclosure_events
    ends = (Step.ENDED.value, Step.WITHDRAWN.value)
    ended = (
        select(events.c.disclosure_id, func.max(events.c.at).label("at"))
        .where(events.c.step.in_(ends))
        .group_by(events.c.disclosure_id)
        .subquery()
    )
    rows = await connection.execute(
        select(table.c.id, table.c.reference)
        .join(ended, ended.c.disclosure_id == table.c.id)
        .where(table.c.state.in_([state.value for state in CLOSED]), ended.c.at < before, table.c.hold.is_(False))
        .order_by(table.c.reference)
    )
    return [Record(row.id, row.reference) for row in rows]


async def _enquiries(connection: AsyncConnection, before: datetime) -> list[Record]:
    table = tables.cases
    rows = await connection.execute(
        select(table.c.id, table.c.reference)
        .where(table.c.is_open.is_(False), table.c.closed_at < before, table.c.hold.is_(False))
        .order_by(table.c.reference)
    )
    return [Record(row.id, row.reference) for row in rows]


async def _questions(connection: AsyncConnection, before: datetime) -> list[Record]:
    rows = await connection.scalars(
        select(tables.gaps.c.id).where(tables.gaps.c.at < before).order_by(tables.gaps.c.id)
    )
    return [Record(str(each), f"question {each}") for each in rows]


async def _handoffs(connection: AsyncConnection, before: datetime) -> list[Record]:
    table = tables.handoffs
    rows = await connection.scalars(select(table.c.id).where(table.c.at < before).order_by(table.c.id))
    return [Record(each, f"question {each}") for each in rows]


async def _drafts(connection: AsyncConnection, before: datetime) -> list[Record]:
    table = tables.drafts
    rows = await connection.scalars(select(table.c.token).where(table.c.updated_at < before).order_by(table.c.token))
    return [Record(each, f"draft {each[:8]}") for each in rows]


async def _messages(connection: AsyncConnection, before: datetime) -> list[Record]:
    table = tables.outbox
    settled = table.c.state != MessageState.WAITING.value
    rows = await connection.execute(select(table.c.id).where(settled, table.c.settled_at < before).order_by(table.c.id))
    return [Record(str(row.id), f"message {row.id}") for row in rows]


FINDERS: Mapping[str, Callable[[AsyncConnection, datetime], Awaitable[list[Record]]]] = {
    "disclosures": _disclosures,
    "enquiries": _enquiries,
    "questions": _questions,
    "handoffs": _handoffs,
    "drafts": _drafts,
    "messages": _messages,
}
"""Each class of records, and who finds those that ended before a moment."""

HANGS_ON: Mapping[str, Sequence[tuple[Table, str]]] = {
    "disclosures": (
        (tables.disclosure_events, "disclosure_id"),
        (tables.disclosure_readers, "disclosure_id"),
        (tables.disclosures, "id"),
    ),
    "enquiries": (
        (tables.reminders, "case_id"),
        (tables.case_events, "case_id"),
        (tables.case_readers, "case_id"),
        (tables.cases, "id"),
    ),
    "questions": ((tables.gaps, "id"),),
    "handoffs": ((tables.handoffs, "id"),),
    "drafts": ((tables.drafts, "token"),),
    "messages": ((tables.outbox, "id"),),
}
"""The tables of each class, the record itself last, and the column that names it."""
