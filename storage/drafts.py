"""Forms that are being filled in; :class:`bot.ports.Drafts`. What was typed is sealed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text, update

from storage import tables
from storage.repositories import insert_unless_there

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.crypto import Sealer

LOCK = 7203813
"""The first half of the number of a form's lock on PostgreSQL; the second is the token's."""


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    """Drafts by the token of their form."""

    connection: AsyncConnection
    sealer: Sealer

    async def keep(self, token: str, person_id: str, form: str, values: Mapping[str, str], now: datetime) -> None:
        """Keep what was typed; a form that was sent in already stays as it is."""
        sealed = self.sealer.seal(json.dumps(dict(values)), f"drafts.typed:{token}")
        row = {"token": token, "person_id": person_id, "form": form, "typed": sealed, "updated_at": now}
        if await insert_unless_there(self.connection, tables.drafts, row):
            return
        table = tables.drafts
        await self.connection.execute(
            update(table)
            .where(table.c.token == token, table.c.person_id == person_id, table.c.outcome.is_(None))
            .values(typed=sealed, updated_at=now)
        )

    async def newest(self, person_id: str, form: str) -> tuple[str, Mapping[str, str]] | None:
        """Token and values of the person's newest form of this kind that was not sent in."""
        table = tables.drafts
        row = (
            await self.connection.execute(
                select(table.c.token, table.c.typed)
                .where(table.c.person_id == person_id, table.c.form == form, table.c.outcome.is_(None))
                .order_by(table.c.updated_at.desc())
                .limit(1)
            )
        ).first()
        if row is None or row.typed is None:
            return None
        return row.token, json.loads(self.sealer.open(row.typed, f"drafts.typed:{row.token}"))

    async def settle(self, token: str, person_id: str, form: str, outcome: str, now: datetime) -> None:
        """The form was sent in: what was typed is dropped and the outcome kept; so are older drafts of it."""
        table = tables.drafts
        await self.connection.execute(
            delete(table).where(table.c.person_id == person_id, table.c.form == form, table.c.outcome.is_(None))
        )
        await insert_unless_there(
            self.connection,
            table,
            {"token": token, "person_id": person_id, "form": form, "outcome": outcome, "updated_at": now},
        )

    async def outcome(self, token: str) -> str | None:
        """What came of a form that was sent in.

        Whoever asks holds the form until their transaction ends: the same form pressed twice at once
        would else find no outcome twice, and have two. SQLite has one writer anyway.
        """
        if self.connection.dialect.name == "postgresql":
            turn = text("SELECT pg_advisory_xact_lock(:space, hashtext(:token))")
            await self.connection.execute(turn, {"space": LOCK, "token": token})
        return await self.connection.scalar(select(tables.drafts.c.outcome).where(tables.drafts.c.token == token))
