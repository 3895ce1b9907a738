"""Cases, their events and the ledger of reminders; :class:`bot.ports.Cases`. What people wrote is sealed."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Date, delete, func, insert, literal, or_, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import ChangedMeanwhile
from bot.rules.casework import Case, CaseEvent, Chased, Pause, State, Step
from bot.rules.deadlines import CountedDay, Deadline, Limit
from storage import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.crypto import Sealer

CHANGED = "Somebody else has just changed this. Open it again to see how it stands now."
SWEEP_LOCK = 7203813
AT_ONCE = 500
"""How many rows one statement names at most, so that no database finds it too long."""

STATES = {state.value: state for state in State}
CHASED = [tables.cases.c[each.name] for each in fields(Chased)]
LEAN = [column for column in tables.cases.c if column.name not in {"working", "hold"}]


@dataclass(frozen=True, slots=True)
class SqlCases:
    """Cases of every procedure."""

    connection: AsyncConnection
    sealer: Sealer

    # --- one case ------------------------------------------------------------------------

    async def add(self, case: Case, working: Deadline | None) -> None:
        """Keep a new case with the working of its date."""
        await self.connection.execute(
            insert(tables.cases).values(
                id=case.id,
                reference=case.reference,
                procedure=case.procedure,
                member_id=case.member_id,
                entered_by=case.entered_by,
                received_at=case.received_at,
                version=case.version,
                hold=False,
                working=_working_to_text(working),
                **self._changing(case),
            )
        )
        await self._name_readers(case)

    async def save(self, case: Case, working: Deadline | None = None) -> None:
        """Keep a change; ``version`` is the one that was read. The working stays where none is given."""
        values = self._changing(case)
        if working is not None:
            values["working"] = _working_to_text(working)
        changed = await self.connection.execute(
            update(tables.cases)
            .where(tables.cases.c.id == case.id, tables.cases.c.version == case.version)
            .values(version=case.version + 1, **values)
        )
        if changed.rowcount != 1:
            raise ChangedMeanwhile(CHANGED)
        await self._name_readers(case)

    def _changing(self, case: Case) -> dict[str, Any]:
        return {
            "owner_id": case.owner_id,
            "service": case.service,
            "urgent": case.urgent,
            "content": self.sealer.seal(json.dumps(dict(case.content)), f"cases.content:{case.id}"),
            "state": case.state.value,
            "is_open": case.is_open,
            "counts_from": case.counts_from,
            "started_on": case.started_on,
            "limit_days": case.limit.working_days if case.limit else None,
            "limit_rule": case.limit.rule if case.limit else "",
            "limit_ref": case.limit.ref if case.limit else "",
            "counted_due": case.counted_due,
            "due": case.due,
            "clock_set_on": case.clock_set_on,
            "promised": case.promised,
            "promised_on": case.promised_on,
            "pauses": _pauses_to_text(case.pauses),
            "holding_replies": case.holding_replies,
            "snoozes": case.snoozes,
            "snoozed_until": case.snoozed_until,
            "handled": ";".join(sorted(case.handled)),
            "next_on": case.next_on,
            "replied_at": case.replied_at,
            "closed_at": case.closed_at,
        }

    async def _name_readers(self, case: Case) -> None:
        table = tables.case_readers
        known = set(await self.connection.scalars(select(table.c.person_id).where(table.c.case_id == case.id)))
        gone = known - set(case.readers)
        if gone:
            await self.connection.execute(delete(table).where(table.c.case_id == case.id, table.c.person_id.in_(gone)))
        new = [reader for reader in case.readers if reader not in known]
        if new:
            await self.connection.execute(insert(table), [{"case_id": case.id, "person_id": reader} for reader in new])

    async def get(self, case_id: str) -> Case | None:
        """The case with this id or reference."""
        table = tables.cases
        found = await self._read(or_(table.c.id == case_id, table.c.reference == case_id.strip().upper()))
        return found[0] if found else None

    async def working(self, case_id: str) -> Deadline | None:
        """How the date by the rule was counted."""
        text_kept = await self.connection.scalar(select(tables.cases.c.working).where(tables.cases.c.id == case_id))
        return _working_from_text(text_kept) if text_kept else None

    async def record(self, event: CaseEvent) -> None:
        """Add a step to a case's life."""
        await self.connection.execute(
            insert(tables.case_events).values(
                case_id=event.case_id,
                at=event.at,
                by=event.by,
                step=event.step.value,
                text=self.sealer.seal(event.text, f"case_events.text:{event.case_id}"),
                who=event.who,
                on_date=event.on,
            )
        )

    async def events(self, case_id: str) -> Sequence[CaseEvent]:
        """Every step, oldest first."""
        table = tables.case_events
        rows = await self.connection.execute(select(table).where(table.c.case_id == case_id).order_by(table.c.id))
        return [
            CaseEvent(
                case_id=row.case_id,
                at=row.at,
                by=row.by,
                step=Step(row.step),
                text=self.sealer.open(row.text, f"case_events.text:{row.case_id}"),
                who=row.who,
                on=row.on_date,
            )
            for row in rows
        ]

    # --- several -------------------------------------------------------------------------

    async def many(self, case_ids: Iterable[str]) -> Sequence[Case]:
        """The cases with these ids."""
        wanted = list(dict.fromkeys(case_ids))
        found: list[Case] = []
        for start in range(0, len(wanted), AT_ONCE):
            found += await self._read(tables.cases.c.id.in_(wanted[start : start + AT_ONCE]))
        return found

    async def of_member(self, person_id: str) -> Sequence[Case]:
        """A member's own, newest first."""
        return await self._read(tables.cases.c.member_id == person_id)

    async def of_owners(self, person_ids: Iterable[str]) -> Sequence[Case]:
        """What these officers have in hand, newest first; only what is open."""
        wanted = list(person_ids)
        return await self._read(tables.cases.c.owner_id.in_(wanted), tables.cases.c.is_open) if wanted else []

    async def shared_with(self, person_id: str) -> Sequence[Case]:
        """What other members share with this one, newest first."""
        named = tables.case_readers
        ids = select(named.c.case_id).where(named.c.person_id == person_id)
        return await self._read(tables.cases.c.id.in_(ids))

    async def open(self, after_id: str = "", limit: int | None = None) -> Sequence[Case]:
        """Open cases by id, those after this one; to be gone through a part at a time."""
        return await self._read(
            tables.cases.c.is_open, tables.cases.c.id > after_id, order=(tables.cases.c.id,), limit=limit
        )

    async def since(self, moment: datetime | None) -> Sequence[Case]:
        """Cases that are open, or were raised or answered since, oldest first, without what people wrote."""
        table = tables.cases
        condition = (
            true()
            if moment is None
            else or_(table.c.is_open, table.c.received_at >= moment, table.c.replied_at >= moment)
        )
        return await self._read(condition, order=(table.c.received_at, table.c.id), sealed=True)

    async def _read(
        self, *conditions: Any, order: tuple[Any, ...] = (), limit: int | None = None, sealed: bool = False
    ) -> list[Case]:
        table = tables.cases
        query = select(*LEAN).where(*conditions).order_by(*(order or (table.c.received_at.desc(), table.c.id)))
        rows = (await self.connection.execute(query.limit(limit) if limit is not None else query)).all()
        readers = await self._readers([row.id for row in rows])
        return [self._case(row, readers.get(row.id, ()), sealed=sealed) for row in rows]

    async def _readers(self, case_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        named = tables.case_readers
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(case_ids), AT_ONCE):
            wanted = select(named).where(named.c.case_id.in_(case_ids[start : start + AT_ONCE]))
            for case_id, person_id in await self.connection.execute(wanted.order_by(named.c.person_id)):
                found[case_id] = (*found.get(case_id, ()), person_id)
        return found

    def _case(self, row: Row[Any], readers: tuple[str, ...] = (), *, sealed: bool = False) -> Case:
        content: Mapping[str, str] = {}
        if not sealed:
            content = json.loads(self.sealer.open(row.content, f"cases.content:{row.id}"))
        return Case(
            id=row.id,
            reference=row.reference,
            procedure=row.procedure,
            member_id=row.member_id,
            entered_by=row.entered_by,
            owner_id=row.owner_id,
            service=row.service,
            urgent=row.urgent,
            content=content,
            state=STATES[row.state],
            received_at=row.received_at,
            counts_from=row.counts_from,
            started_on=row.started_on,
            limit=Limit(row.limit_days, row.limit_rule, row.limit_ref) if row.limit_days is not None else None,
            counted_due=row.counted_due,
            due=row.due,
            clock_set_on=row.clock_set_on,
            promised=row.promised,
            promised_on=row.promised_on,
            pauses=_pauses_from_text(row.pauses),
            holding_replies=row.holding_replies,
            snoozes=row.snoozes,
            snoozed_until=row.snoozed_until,
            handled=_handled(row.handled),
            next_on=row.next_on,
            replied_at=row.replied_at,
            closed_at=row.closed_at,
            readers=readers,
            version=0 if sealed else row.version,  # what was read without its text must not be saved
        )

    # --- reminders -----------------------------------------------------------------------

    async def open_count(self) -> int:
        """How many cases are open."""
        query = select(func.count()).select_from(tables.cases).where(tables.cases.c.is_open)
        return await self.connection.scalar(query) or 0

    async def ticking(self, today: date) -> Sequence[Chased]:
        """Open cases whose next stage has come, by officer. Only one sweep at a time sees any."""
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SWEEP_LOCK})
        table = tables.cases
        rows = await self.connection.execute(
            select(*CHASED)
            .where(table.c.is_open, table.c.next_on <= today)
            .order_by(table.c.owner_id, table.c.due, table.c.id)
        )
        return [self._chased(row) for row in rows]

    def _chased(self, row: Row[Any]) -> Chased:
        (
            case_id,
            reference,
            member_id,
            owner_id,
            content,
            state,
            started_on,
            due,
            clock_set_on,
            pauses,
            snoozes,
            snoozed_until,
            handled,
        ) = tuple[Any, ...](row)  # by place, since thousands are read at once
        return Chased(
            id=case_id,
            reference=reference,
            member_id=member_id,
            owner_id=owner_id,
            content=json.loads(self.sealer.open(content, f"cases.content:{case_id}")),
            state=STATES[state],
            started_on=started_on,
            due=due,
            clock_set_on=clock_set_on,
            pauses=_pauses_from_text(pauses) if pauses else (),
            snoozes=snoozes,
            snoozed_until=snoozed_until,
            handled=_handled(handled),
        )

    async def tell_once(
        self, stages: Sequence[tuple[str, str, date, bool]], now: datetime
    ) -> set[tuple[str, str, date]]:
        """Write stages into the ledger: case, stage, date, and whether it is told or passed over. Those that are new.

        What is there already is left as it is: each stage of a case is told once for each date.
        """
        table, cases = tables.reminders, tables.cases
        make = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        alike: dict[tuple[str, date, bool], list[str]] = {}
        for case_id, stage, due, was_told in stages:
            alike.setdefault((stage, due, was_told), []).append(case_id)
        new: set[tuple[str, str, date]] = set()
        for (stage, due, was_told), case_ids in alike.items():
            same = (literal(stage), literal(due, Date), literal(was_told, Boolean), literal(now, tables.Instant))
            for start in range(0, len(case_ids), AT_ONCE):
                rows = select(cases.c.id, *same).where(cases.c.id.in_(case_ids[start : start + AT_ONCE]))
                statement = make(table).from_select(["case_id", "stage", "due", "told", "at"], rows)
                kept = await self.connection.scalars(statement.on_conflict_do_nothing().returning(table.c.case_id))
                new |= {(case_id, stage, due) for case_id in kept}
        return new

    async def ledger(self, case_id: str) -> Sequence[tuple[str, date, bool]]:
        """Every stage of a case that was told or passed over: its key, its date, whether it was told."""
        table = tables.reminders
        rows = await self.connection.execute(
            select(table.c.stage, table.c.due, table.c.told)
            .where(table.c.case_id == case_id)
            .order_by(table.c.due, table.c.stage)
        )
        return [(row.stage, row.due, row.told) for row in rows]

    async def advance(self, rows: Sequence[tuple[str, frozenset[str], date | None]]) -> None:
        """Set the stages told and the day of the next one, by the case's id; no change that a person would notice."""
        table = tables.cases
        alike: dict[tuple[frozenset[str], date | None], list[str]] = {}
        for case_id, handled, following in rows:
            alike.setdefault((handled, following), []).append(case_id)
        for (handled, following), case_ids in alike.items():
            values = {"handled": ";".join(sorted(handled)), "next_on": following}
            for start in range(0, len(case_ids), AT_ONCE):
                part = case_ids[start : start + AT_ONCE]
                await self.connection.execute(update(table).where(table.c.id.in_(part)).values(**values))


@lru_cache(maxsize=4096)
def _handled(kept: str) -> frozenset[str]:
    return frozenset(kept.split(";")) if kept else frozenset()


def _working_to_text(working: Deadline | None) -> str | None:
    if working is None:
        return None
    return json.dumps(
        {
            "due": working.due.isoformat(),
            "starts": working.starts.isoformat(),
            "limit": [working.limit.working_days, working.limit.rule, working.limit.ref],
            "days": [[day.date.isoformat(), day.counts, day.why] for day in working.days],
        }
    )


def _working_from_text(kept: str) -> Deadline:
    values = json.loads(kept)
    return Deadline(
        due=date.fromisoformat(values["due"]),
        limit=Limit(*values["limit"]),
        days=tuple(CountedDay(date.fromisoformat(day), counts, why) for day, counts, why in values["days"]),
        starts=date.fromisoformat(values["starts"]),
    )


def _pauses_to_text(pauses: Sequence[Pause]) -> str:
    return ";".join(f"{pause.start.isoformat()}/{pause.until.isoformat()}" for pause in pauses)


def _pauses_from_text(kept: str) -> tuple[Pause, ...]:
    if not kept:
        return ()
    spans = (span.split("/") for span in kept.split(";"))
    return tuple(Pause(date.fromisoformat(start), date.fromisoformat(until)) for start, until in spans)
