"""What is remembered around answers; :class:`bot.ports.Answers`. Questions are sealed; nobody's name is with a gap."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from bot.model import Gap, Handoff
from storage import tables
from storage.repositories import insert_unless_there
from storage.serial import address_from_json, address_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from storage.crypto import Sealer


def _thread_id(thread: str) -> str:
    return hashlib.sha256(thread.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SqlAnswers:
    """Threads, feedback, gaps, hand-offs and house notes."""

    connection: AsyncConnection
    sealer: Sealer

    async def remember_thread(self, thread: str, question: str, refs: Sequence[str], now: datetime) -> None:
        """Keep the last question of a conversation and what it found."""
        key = _thread_id(thread)
        values = {
            "question": self.sealer.seal(question, f"threads.question:{key}"),
            "refs": ";".join(refs),
            "updated_at": now,
        }
        if not await insert_unless_there(self.connection, tables.threads, {"id": key, **values}):
            await self.connection.execute(update(tables.threads).where(tables.threads.c.id == key).values(**values))

    async def last_in_thread(self, thread: str, since: datetime) -> tuple[str, tuple[str, ...]] | None:
        """The last question of a conversation and what it found, if it is not older."""
        table, key = tables.threads, _thread_id(thread)
        row = (
            await self.connection.execute(select(table).where(table.c.id == key, table.c.updated_at >= since))
        ).first()
        if row is None:
            return None
        refs = tuple(ref for ref in row.refs.split(";") if ref)
        return self.sealer.open(row.question, f"threads.question:{key}"), refs

    async def useful(self, ref: str, now: datetime, *, useful: bool) -> None:
        """Count whether an answer was useful; not who said so."""
        await self.connection.execute(insert(tables.feedback).values(ref=ref, useful=useful, at=now))

    async def gap(self, question: str, reason: str, ref: str, now: datetime) -> None:
        """Keep a question without a good answer, without the asker."""
        sealed = self.sealer.seal(question, "gaps.question")
        await self.connection.execute(insert(tables.gaps).values(question=sealed, reason=reason, ref=ref, at=now))

    async def gaps(self) -> Sequence[Gap]:
        """Every question without a good answer, newest first."""
        rows = await self.connection.execute(select(tables.gaps).order_by(tables.gaps.c.id.desc()))
        return [
            Gap(question=self.sealer.open(row.question, "gaps.question"), reason=row.reason, ref=row.ref, at=row.at)
            for row in rows
        ]

    async def feedback(self) -> Mapping[str, tuple[int, int]]:
        """For each paragraph, how often it was useful and how often not."""
        table = tables.feedback
        rows = await self.connection.execute(
            select(table.c.ref, table.c.useful, func.count()).group_by(table.c.ref, table.c.useful)
        )
        found: dict[str, list[int]] = {}
        for ref, useful, number in rows:
            found.setdefault(ref, [0, 0])[0 if useful else 1] = number
        return {ref: (yes, no) for ref, (yes, no) in found.items()}

    async def forget_before(self, questions: datetime, threads: datetime) -> int:
        """Drop older questions and threads; how many."""
        gone = await self.connection.execute(delete(tables.gaps).where(tables.gaps.c.at < questions))
        also = await self.connection.execute(delete(tables.threads).where(tables.threads.c.updated_at < threads))
        return gone.rowcount + also.rowcount

    async def hand_off(self, handoff: Handoff) -> None:
        """Keep a question that a person was asked."""
        await self.connection.execute(
            insert(tables.handoffs).values(
                id=handoff.id,
                asker_id=handoff.asker_id,
                ref=handoff.ref,
                readers=";".join(handoff.readers),
                question=self.sealer.seal(handoff.question, f"handoffs.question:{handoff.id}"),
                back_to=self.sealer.seal(address_to_json(handoff.back_to), f"handoffs.back_to:{handoff.id}"),
                answered_by="",
                at=handoff.at,
            )
        )

    async def handoff(self, handoff_id: str) -> Handoff | None:
        """The question with this id."""
        row = (await self.connection.execute(select(tables.handoffs).where(tables.handoffs.c.id == handoff_id))).first()
        if row is None:
            return None
        return Handoff(
            id=row.id,
            asker_id=row.asker_id,
            ref=row.ref,
            readers=tuple(word for word in row.readers.split(";") if word),
            question=self.sealer.open(row.question, f"handoffs.question:{row.id}"),
            back_to=address_from_json(self.sealer.open(row.back_to, f"handoffs.back_to:{row.id}")),
            answer=self.sealer.open(row.answer, f"handoffs.answer:{row.id}") if row.answer else "",
            answered_by=row.answered_by,
            at=row.at,
        )

    async def reply(self, handoff_id: str, answer: str, by: str) -> bool:
        """Keep the reply. False where there is one already."""
        sealed = self.sealer.seal(answer, f"handoffs.answer:{handoff_id}")
        changed = await self.connection.execute(
            update(tables.handoffs)
            .where(tables.handoffs.c.id == handoff_id, tables.handoffs.c.answer.is_(None))
            .values(answer=sealed, answered_by=by)
        )
        return changed.rowcount == 1

    async def note(self, ref: str, text: str, by: str, now: datetime) -> None:
        """Put the council's own note on a paragraph; earlier ones stay in its history."""
        await self.connection.execute(insert(tables.house_notes).values(ref=ref, text=text, by=by, at=now))

    async def notes(self) -> Mapping[str, str]:
        """The newest note on each paragraph that has one; an empty one takes the note away."""
        rows = await self.connection.execute(
            select(tables.house_notes.c.ref, tables.house_notes.c.text).order_by(tables.house_notes.c.id)
        )
        newest = {row.ref: row.text for row in rows}
        return {ref: text for ref, text in newest.items() if text}
