"""The register; :class:`bot.ports.Disclosures`. What people wrote is sealed, bound to its record and column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, or_, select, update

from bot.errors import ChangedMeanwhile
from bot.rules.disclosures import Conditions, Content, Disclosure, DisclosureEvent, State, Step
from bot.rules.protocol import Position
from storage import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.crypto import Sealer

CONTENT = TypeAdapter(Content)
CONDITIONS = TypeAdapter(Conditions)
CHANGED = "Somebody else has just changed this. Open it again to see how it stands now."


@dataclass(frozen=True, slots=True)
class SqlDisclosures:
    """Disclosures, their readers and their events."""

    connection: AsyncConnection
    sealer: Sealer

    async def add(self, disclosure: Disclosure) -> None:
        """Keep a new disclosure with its readers."""
        await self.connection.execute(
            insert(tables.disclosures).values(
                id=disclosure.id,
                reference=disclosure.reference,
                declarer_id=disclosure.declarer_id,
                position=disclosure.position.value,
                ref=disclosure.ref,
                created_at=disclosure.created_at,
                version=disclosure.version,
                hold=False,
                **self._changing(disclosure),
            )
        )
        await self._name_readers(disclosure)

    async def save(self, disclosure: Disclosure) -> None:
        """Keep a change; ``version`` is the one that was read."""
        changed = await self.connection.execute(
            update(tables.disclosures)
            .where(tables.disclosures.c.id == disclosure.id, tables.disclosures.c.version == disclosure.version)
            .values(version=disclosure.version + 1, **self._changing(disclosure))
        )
        if changed.rowcount != 1:
            raise ChangedMeanwhile(CHANGED)
        await self._name_readers(disclosure)

    def _changing(self, disclosure: Disclosure) -> dict[str, Any]:
        content = CONTENT.dump_json(disclosure.content).decode()
        conditions = CONDITIONS.dump_json(disclosure.conditions).decode()
        return {
            "content": self.sealer.seal(content, f"disclosures.content:{disclosure.id}"),
            "conditions": self.sealer.seal(conditions, f"disclosures.conditions:{disclosure.id}"),
            "at_risk": disclosure.at_risk,
            "state": disclosure.state.value,
            "confirmed_at": disclosure.confirmed_at,
            "asked_at": disclosure.asked_at,
        }

    async def _name_readers(self, disclosure: Disclosure) -> None:
        table = tables.disclosure_readers
        known = set(
            await self.connection.scalars(select(table.c.person_id).where(table.c.disclosure_id == disclosure.id))
        )
        gone = known - set(disclosure.readers)
        if gone:
            await self.connection.execute(
                delete(table).where(table.c.disclosure_id == disclosure.id, table.c.person_id.in_(gone))
            )
        new = [reader for reader in disclosure.readers if reader not in known]
        if new:
            await self.connection.execute(
                insert(table), [{"disclosure_id": disclosure.id, "person_id": reader} for reader in new]
            )

    async def get(self, disclosure_id: str) -> Disclosure | None:
        """The disclosure with this id or reference."""
        table = tables.disclosures
        found = await self._read(or_(table.c.id == disclosure_id, table.c.reference == disclosure_id.strip().upper()))
        return found[0] if found else None

    async def all(self) -> Sequence[Disclosure]:
        """Every disclosure, newest first."""
        return await self._read(None)

    async def by_declarer(self, person_id: str) -> Sequence[Disclosure]:
        """What a person declared, newest first."""
        return await self._read(tables.disclosures.c.declarer_id == person_id)

    async def _read(self, condition: Any) -> list[Disclosure]:
        table = tables.disclosures
        query = select(table).order_by(table.c.created_at.desc(), table.c.id)
        rows = (await self.connection.execute(query if condition is None else query.where(condition))).all()
        readers: dict[str, list[str]] = {}
        named = tables.disclosure_readers
        wanted = select(named).where(named.c.disclosure_id.in_([row.id for row in rows]))
        for disclosure_id, person_id in await self.connection.execute(wanted.order_by(named.c.person_id)):
            readers.setdefault(disclosure_id, []).append(person_id)
        return [self._disclosure(row, tuple(readers.get(row.id, ()))) for row in rows]

    def _disclosure(self, row: Row[Any], readers: tuple[str, ...]) -> Disclosure:
        return Disclosure(
            id=row.id,
            reference=row.reference,
            declarer_id=row.declarer_id,
            position=Position(row.position),
            ref=row.ref,
            content=CONTENT.validate_json(self.sealer.open(row.content, f"disclosures.content:{row.id}")),
            conditions=CONDITIONS.validate_json(self.sealer.open(row.conditions, f"disclosures.conditions:{row.id}")),
            at_risk=row.at_risk,
            state=State(row.state),
            readers=readers,
            created_at=row.created_at,
            confirmed_at=row.confirmed_at,
            asked_at=row.asked_at,
            version=row.version,
        )

    async def record(self, event: DisclosureEvent) -> None:
        """Add a step to a disclosure's life."""
        await self.connection.execute(
            insert(tables.disclosure_events).values(
                disclosure_id=event.disclosure_id,
                at=event.at,
                by=event.by,
                step=event.step.value,
                text=self.sealer.seal(event.text, f"disclosure_events.text:{event.disclosure_id}"),
            )
        )

    async def events(self, disclosure_id: str) -> Sequence[DisclosureEvent]:
        """Every step, oldest first."""
        table = tables.disclosure_events
        rows = await self.connection.execute(
            select(table).where(table.c.disclosure_id == disclosure_id).order_by(table.c.id)
        )
        return [
            DisclosureEvent(
                disclosure_id=row.disclosure_id,
                at=row.at,
                by=row.by,
                step=Step(row.step),
                text=self.sealer.open(row.text, f"disclosure_events.text:{row.disclosure_id}"),
            )
            for row in rows
        ]
