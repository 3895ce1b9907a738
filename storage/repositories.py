"""The directory, the inbox, the outbox and the places, on one connection of a unit of work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.model import Event, EventState, MessageState, OutgoingMessage, Person
from bot.rules.protocol import Position, Role
from storage import tables
from storage.crypto import CannotOpen
from storage.serial import address_from_json, address_to_json, reply_from_json, reply_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.messages import Reply
    from storage.crypto import Sealer

log = structlog.get_logger()

T = TypeVar("T")

SET_ASIDE = timedelta(hours=1)
"""How long a row is left alone that no key opens. It keeps its content, so that it goes on once its key is back."""


async def insert_unless_there(connection: AsyncConnection, table: Table, values: dict[str, Any]) -> bool:
    """Insert the row; False, and nothing done, where a unique value of it is taken already."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    result = await connection.execute(make(table).values(**values).on_conflict_do_nothing())
    return result.rowcount == 1


def opened(rows: Sequence[Row[Any]], open_one: Callable[[Row[Any]], T], what: str) -> tuple[list[T], list[int]]:
    """What the rows hold, and the numbers of those that no key opens: one such row must not hold up the others."""
    found: list[T] = []
    shut: list[int] = []
    for row in rows:
        try:
            found.append(open_one(row))
        except CannotOpen:
            shut.append(row.id)
            log.error("row.cannot_open", table=what, row=row.id)
    return found, shut


@dataclass(frozen=True, slots=True)
class SqlPeople:
    """:class:`bot.ports.People`."""

    connection: AsyncConnection

    async def by_platform_id(self, platform: str, user_id: str) -> Person | None:
        """The person whom the platform calls by this id."""
        columns = tables.people.c
        column = {"slack": columns.slack_user_id, "teams": columns.teams_user_id, "demo": columns.id}.get(platform)
        if column is None or not user_id:
            return None
        return await self._one(and_(column == user_id, tables.people.c.active))

    async def by_email(self, email: str) -> Person | None:
        """The person with this address, whatever its capitals."""
        return await self._one(tables.people.c.email == email.strip().lower()) if email.strip() else None

    async def get(self, person_id: str) -> Person | None:
        """The person with this id."""
        return await self._one(tables.people.c.id == person_id)

    async def all(self) -> Sequence[Person]:
        """Everybody who is active, by name."""
        rows = await self.connection.execute(
            select(tables.people).where(tables.people.c.active).order_by(tables.people.c.name, tables.people.c.id)
        )
        return [_person(row) for row in rows]

    async def everybody(self) -> Sequence[Person]:
        """Everybody, those who have left too."""
        rows = await self.connection.execute(select(tables.people).order_by(tables.people.c.name, tables.people.c.id))
        return [_person(row) for row in rows]

    async def save(self, person: Person) -> None:
        """Add the person, or update the one with the same e-mail address; its id stays."""
        values = {
            "name": person.name,
            "email": person.email.strip().lower(),
            "role": person.role.value,
            "positions": ";".join(position.value for position in person.positions),
            "department": person.department,
            "manager_email": person.manager_email.strip().lower(),
            "party_group": person.group,
            "ward": person.ward,
            "slack_user_id": person.slack_user_id,
            "teams_user_id": person.teams_user_id,
            "cover_email": person.cover_email.strip().lower(),
            "active": person.active,
        }
        changed = await self.connection.execute(
            update(tables.people).where(tables.people.c.email == values["email"]).values(**values)
        )
        if not changed.rowcount:
            await self.connection.execute(insert(tables.people).values(id=person.id or secrets.token_hex(16), **values))

    async def link(self, person_id: str, platform: str, user_id: str) -> None:
        """Remember the platform's id for the person."""
        column = {"slack": "slack_user_id", "teams": "teams_user_id"}[platform]
        await self.connection.execute(
            update(tables.people).where(tables.people.c.id == person_id).values(**{column: user_id})
        )

    async def _one(self, condition: Any) -> Person | None:
        row = (await self.connection.execute(select(tables.people).where(condition).limit(1))).first()
        return _person(row) if row else None


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        positions=tuple(Position(word) for word in row.positions.split(";") if word),
        department=row.department,
        manager_email=row.manager_email,
        group=row.party_group,
        ward=row.ward,
        slack_user_id=row.slack_user_id,
        teams_user_id=row.teams_user_id,
        cover_email=row.cover_email,
        active=row.active,
    )


@dataclass(frozen=True, slots=True)
class SqlInbox:
    """:class:`bot.ports.Inbox`. Payload and response are sealed."""

    connection: AsyncConnection
    sealer: Sealer

    async def remember(self, event: Event) -> bool:
        """Keep the event. False where one with the same platform and key is there already."""
        return await insert_unless_there(
            self.connection,
            tables.inbox,
            {
                "platform": event.platform,
                "event_key": event.key,
                "kind": event.kind,
                "payload": self.sealer.seal(event.payload, f"inbox.payload:{event.platform}:{event.key}"),
                "received_at": event.received_at,
                "state": EventState.WAITING.value,
                "attempts": 0,
            },
        )

    async def claim(self, platform: str, now: datetime, lease: timedelta, limit: int) -> Sequence[Event]:
        """Take up to ``limit`` waiting events that nobody else holds, until the lease ends."""
        return await self._claim(tables.inbox.c.platform == platform, now, lease, limit)

    async def claim_one(self, platform: str, key: str, now: datetime, lease: timedelta) -> Event | None:
        """Take this event if it waits and nobody else holds it."""
        condition = and_(tables.inbox.c.platform == platform, tables.inbox.c.event_key == key)
        return next(iter(await self._claim(condition, now, lease, 1)), None)

    async def _claim(self, condition: Any, now: datetime, lease: timedelta, limit: int) -> Sequence[Event]:
        table = tables.inbox
        free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
        rows = (
            await self.connection.execute(
                select(table)
                .where(condition, table.c.state == EventState.WAITING.value, free)
                .order_by(table.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        ).all()
        if rows:
            await self.connection.execute(
                update(table)
                .where(table.c.id.in_([row.id for row in rows]))
                .values(lease_until=now + lease, attempts=table.c.attempts + 1)
            )
        events, shut = opened(rows, self._event, "inbox")
        if shut:
            await self.connection.execute(update(table).where(table.c.id.in_(shut)).values(lease_until=now + SET_ASIDE))
        return events

    def _event(self, row: Row[Any]) -> Event:
        return Event(
            platform=row.platform,
            key=row.event_key,
            kind=row.kind,
            payload=self.sealer.open(row.payload, f"inbox.payload:{row.platform}:{row.event_key}"),
            received_at=row.received_at,
            state=EventState(row.state),
            attempts=row.attempts + 1,
        )

    async def done(self, platform: str, key: str, response: Reply | None = None) -> None:
        """Mark the event as worked, and keep the answer for repeats of it. Its payload is dropped."""
        sealed = self.sealer.seal(reply_to_json(response), f"inbox.response:{platform}:{key}") if response else None
        await self._settle(platform, key, state=EventState.DONE.value, response=sealed)

    async def failed(self, platform: str, key: str, reference: str) -> None:
        """Mark the event as one that cannot be worked."""
        await self._settle(platform, key, state=EventState.FAILED.value, reference=reference)

    async def _settle(self, platform: str, key: str, **values: Any) -> None:
        await self.connection.execute(
            update(tables.inbox)
            .where(tables.inbox.c.platform == platform, tables.inbox.c.event_key == key)
            .values(payload=None, lease_until=None, **values)
        )

    async def response(self, platform: str, key: str) -> Reply | None:
        """The answer that the event got, where one was kept."""
        sealed = await self.connection.scalar(
            select(tables.inbox.c.response).where(tables.inbox.c.platform == platform, tables.inbox.c.event_key == key)
        )
        return reply_from_json(self.sealer.open(sealed, f"inbox.response:{platform}:{key}")) if sealed else None

    async def forget_before(self, moment: datetime) -> int:
        """Drop worked events that are older; how many."""
        result = await self.connection.execute(
            delete(tables.inbox).where(
                tables.inbox.c.received_at < moment, tables.inbox.c.state != EventState.WAITING.value
            )
        )
        return result.rowcount


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """:class:`bot.ports.Outbox`. Address and content are sealed."""

    connection: AsyncConnection
    sealer: Sealer

    async def put(self, message: OutgoingMessage) -> bool:
        """Queue the message. False where one with the same key is there already."""
        return await insert_unless_there(self.connection, tables.outbox, self._row_of(message))

    async def put_all(self, messages: Sequence[OutgoingMessage]) -> None:
        """Queue many messages at once. One with a key that is there already is left out."""
        if messages:
            make = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
            statement = make(tables.outbox).on_conflict_do_nothing()
            await self.connection.execute(statement, [self._row_of(message) for message in messages])

    def _row_of(self, message: OutgoingMessage) -> dict[str, Any]:
        return {
            "message_key": message.key,
            "platform": message.to.platform,
            "address": self.sealer.seal(address_to_json(message.to), f"outbox.address:{message.key}"),
            "content": self.sealer.seal(reply_to_json(message.reply), f"outbox.content:{message.key}"),
            "about": message.about,
            "basis": message.basis,
            "person_id": message.person_id,
            "created_at": message.created_at,
            "not_before": message.not_before,
            "attempts": 0,
            "uncertain": False,
            "state": MessageState.WAITING.value,
            "platform_id": "",
            "problem": "",
        }

    async def claim(self, platform: str, now: datetime, lease: timedelta, limit: int) -> Sequence[OutgoingMessage]:
        """Take up to ``limit`` messages that are due and that nobody else holds, oldest first.

        A message whose earlier holder vanished may have been taken by the platform: it comes back as uncertain.
        """
        table = tables.outbox
        free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
        rows = (
            await self.connection.execute(
                select(table)
                .where(
                    table.c.platform == platform,
                    table.c.state == MessageState.WAITING.value,
                    table.c.not_before <= now,
                    free,
                )
                .order_by(table.c.not_before, table.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        ).all()
        if rows:
            await self.connection.execute(
                update(table).where(table.c.id.in_([row.id for row in rows])).values(lease_until=now + lease)
            )
        messages, shut = opened(rows, self._message, "outbox")
        if shut:
            await self.connection.execute(
                update(table)
                .where(table.c.id.in_(shut))
                .values(lease_until=None, not_before=now + SET_ASIDE, problem=CannotOpen.__name__)
            )
        return messages

    def _message(self, row: Row[Any]) -> OutgoingMessage:
        return OutgoingMessage(
            key=row.message_key,
            to=address_from_json(self.sealer.open(row.address, f"outbox.address:{row.message_key}")),
            reply=reply_from_json(self.sealer.open(row.content, f"outbox.content:{row.message_key}")),
            created_at=row.created_at,
            not_before=row.not_before,
            about=row.about,
            basis=row.basis,
            person_id=row.person_id,
            attempts=row.attempts,
            uncertain=row.uncertain or row.lease_until is not None,
            state=MessageState(row.state),
            platform_id=row.platform_id,
            problem=row.problem,
        )

    async def delivered(self, key: str, platform_id: str, now: datetime) -> None:
        """Mark the message as taken by the platform. Its content is dropped."""
        await self._set(
            key, state=MessageState.DELIVERED.value, platform_id=platform_id[:255], content=None, settled_at=now
        )

    async def postpone(self, key: str, until: datetime, problem: str, *, uncertain: bool) -> None:
        """Try again later; counts an attempt."""
        await self._set(
            key, not_before=until, problem=problem, uncertain=uncertain, attempts=tables.outbox.c.attempts + 1
        )

    async def hold_back(self, key: str, until: datetime) -> None:
        """Wait until then, as if it had been queued for that moment; no attempt is counted."""
        await self._set(key, not_before=until, created_at=until)

    async def withdraw(self, key: str, now: datetime) -> None:
        """It no longer holds and is not sent. Its content is dropped."""
        await self._set(key, state=MessageState.WITHDRAWN.value, content=None, settled_at=now)

    async def fail(self, key: str, problem: str, now: datetime) -> None:
        """Give the message up; it stays visible to operators."""
        await self._set(key, state=MessageState.FAILED.value, problem=problem, settled_at=now)

    async def _set(self, key: str, **values: Any) -> None:
        await self.connection.execute(
            update(tables.outbox).where(tables.outbox.c.message_key == key).values(lease_until=None, **values)
        )

    async def failures(self) -> list[dict[str, str]]:
        """Messages that were given up, oldest first: what an operator may know of them."""
        table = tables.outbox
        rows = await self.connection.execute(
            select(table.c.message_key, table.c.platform, table.c.problem, table.c.created_at)
            .where(table.c.state == MessageState.FAILED.value)
            .order_by(table.c.id)
        )
        return [
            {
                "key": row.message_key,
                "platform": row.platform,
                "problem": row.problem,
                "created_at": row.created_at.isoformat(),
            }
            for row in rows
        ]

    async def replay(self, keys: Sequence[str], now: datetime) -> None:
        """Queue messages again that were given up; they have another day. They may have got through before."""
        for key in keys:
            again = {"created_at": now, "not_before": now, "attempts": 0, "uncertain": True, "settled_at": None}
            await self._set(key, state=MessageState.WAITING.value, **again)

    async def discard(self, keys: Sequence[str], now: datetime) -> None:
        """Drop messages that were given up: their content goes, the note that they were there stays."""
        for key in keys:
            await self._set(key, state=MessageState.WITHDRAWN.value, content=None, settled_at=now)

    async def figures(self, now: datetime) -> dict[str, float]:
        """How many wait, how many failed, and the age in seconds of the oldest that is due."""
        table = tables.outbox
        waiting = and_(table.c.state == MessageState.WAITING.value, table.c.not_before <= now)
        depth = await self.connection.scalar(select(func.count()).select_from(table).where(waiting)) or 0
        failed = await self.connection.scalar(
            select(func.count()).select_from(table).where(table.c.state == MessageState.FAILED.value)
        )
        oldest = (
            await self.connection.execute(
                select(table.c.not_before).where(waiting).order_by(table.c.not_before).limit(1)
            )
        ).scalar()
        return {
            "waiting": float(depth),
            "failed": float(failed or 0),
            "oldest_seconds": (now - oldest).total_seconds() if oldest else 0.0,
        }


@dataclass(frozen=True, slots=True)
class SqlPlaces:
    """:class:`bot.ports.Places`. References are sealed."""

    connection: AsyncConnection
    sealer: Sealer

    async def remember(self, platform: str, user_id: str, tenant: str, reference: str, now: datetime) -> bool:
        """Keep the newest reference for a private conversation with this person. True where it is the first."""
        sealed = self.sealer.seal(reference, f"places.reference:{platform}:{user_id}")
        values = {"tenant": tenant, "reference": sealed, "updated_at": now}
        if await insert_unless_there(
            self.connection, tables.places, {"platform": platform, "user_id": user_id, **values}
        ):
            return True
        await self.connection.execute(update(tables.places).where(self._is(platform, user_id)).values(**values))
        return False

    async def find(self, platform: str, user_id: str) -> str | None:
        """The reference for a private conversation with this person."""
        sealed = await self.connection.scalar(select(tables.places.c.reference).where(self._is(platform, user_id)))
        return self.sealer.open(sealed, f"places.reference:{platform}:{user_id}") if sealed else None

    async def forget(self, platform: str, user_id: str) -> None:
        """The person removed or blocked the bot."""
        await self.connection.execute(delete(tables.places).where(self._is(platform, user_id)))

    @staticmethod
    def _is(platform: str, user_id: str) -> Any:
        return and_(tables.places.c.platform == platform, tables.places.c.user_id == user_id)
