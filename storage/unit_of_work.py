"""One transaction with its repositories. Rolls back unless it was committed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from storage.answers import SqlAnswers
from storage.audit import SqlAudit
from storage.cases import SqlCases
from storage.disclosures import SqlDisclosures
from storage.drafts import SqlDrafts
from storage.marks import SqlAbsences, SqlMarks
from storage.repositories import SqlInbox, SqlOutbox, SqlPeople, SqlPlaces
from storage.retention import SqlRetention

if TYPE_CHECKING:
    from types import TracebackType

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from storage.crypto import Sealer
    from storage.turn import Turn


class SqlUnitOfWork:
    """:class:`bot.ports.UnitOfWork` on SQLAlchemy.

    Args:
        turn: on SQLite, held for the whole transaction, so that the tasks of one process queue up
            fairly instead of polling for the file's write lock. None on PostgreSQL.
    """

    people: SqlPeople
    inbox: SqlInbox
    outbox: SqlOutbox
    places: SqlPlaces
    disclosures: SqlDisclosures
    cases: SqlCases
    absences: SqlAbsences
    marks: SqlMarks
    drafts: SqlDrafts
    audit: SqlAudit
    retention: SqlRetention
    answers: SqlAnswers

    def __init__(self, engine: AsyncEngine, sealer: Sealer, turn: Turn | None) -> None:
        self._engine = engine
        self._sealer = sealer
        self._turn = turn
        self._connection: AsyncConnection | None = None

    @property
    def connection(self) -> AsyncConnection:
        """The connection of this transaction; for storage and its tests only."""
        if self._connection is None:
            raise RuntimeError("enter the unit of work first")
        return self._connection

    async def __aenter__(self) -> Self:
        if self._turn:
            await self._turn.acquire()
        try:
            self._connection = await self._engine.connect()
            await self._connection.begin()
        except BaseException:
            await self._end()
            raise
        self.people = SqlPeople(self._connection)
        self.inbox = SqlInbox(self._connection, self._sealer)
        self.outbox = SqlOutbox(self._connection, self._sealer)
        self.places = SqlPlaces(self._connection, self._sealer)
        self.disclosures = SqlDisclosures(self._connection, self._sealer)
        self.cases = SqlCases(self._connection, self._sealer)
        self.absences = SqlAbsences(self._connection)
        self.marks = SqlMarks(self._connection)
        self.drafts = SqlDrafts(self._connection, self._sealer)
        self.audit = SqlAudit(self._connection)
        self.retention = SqlRetention(self._connection)
        self.answers = SqlAnswers(self._connection, self._sealer)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Shielded: a cancelled task must still give its connection and its turn back.
        await asyncio.shield(self._end())

    async def _end(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                await connection.close()
        finally:
            if self._turn:
                self._turn.release()

    async def commit(self) -> None:
        """Keep what was done. Returns when it is safe on disk."""
        await self.connection.commit()
