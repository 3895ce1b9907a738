"""Who is away when, and how far repeated work has come; :class:`bot.ports.Absences` and :class:`bot.ports.Marks`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from storage import tables
from storage.repositories import insert_unless_there

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class SqlAbsences:
    """One absence a person: the present one, or the next."""

    connection: AsyncConnection

    async def set(self, person_id: str, first: date, last: date) -> None:
        """The person is away on these days, and between them."""
        await self.clear(person_id)
        row = {"person_id": person_id, "first": first, "last": last}
        await insert_unless_there(self.connection, tables.absences, row)

    async def clear(self, person_id: str) -> None:
        """The person is not away."""
        await self.connection.execute(delete(tables.absences).where(tables.absences.c.person_id == person_id))

    async def of(self, person_id: str) -> tuple[date, date] | None:
        """The first and the last day of the person's absence."""
        table = tables.absences
        row = (await self.connection.execute(select(table).where(table.c.person_id == person_id))).first()
        return (row.first, row.last) if row else None

    async def on(self, day: date) -> frozenset[str]:
        """Ids of everybody who is away on this day."""
        table = tables.absences
        away = await self.connection.scalars(select(table.c.person_id).where(table.c.first <= day, table.c.last >= day))
        return frozenset(away)


@dataclass(frozen=True, slots=True)
class SqlMarks:
    """Small facts by name."""

    connection: AsyncConnection

    async def get(self, name: str) -> str:
        """The mark; empty where there is none."""
        return await self.connection.scalar(select(tables.marks.c.value).where(tables.marks.c.name == name)) or ""

    async def set(self, name: str, value: str) -> None:
        """Set the mark."""
        if not await insert_unless_there(self.connection, tables.marks, {"name": name, "value": value}):
            await self.connection.execute(update(tables.marks).where(tables.marks.c.name == name).values(value=value))
