"""Keys can be changed while everything stays readable."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.messages import Address, Reply
from bot.model import Event, OutgoingMessage
from storage import new_key, open_store, tables
from storage.rotation import SEALED

if TYPE_CHECKING:
    from tests.support import FakeClock

LEASE = timedelta(minutes=1)


def test_every_sealed_column_is_rotated() -> None:
    """When this fails: add the new column to SEALED in storage/rotation.py."""
    said = {
        (table.name, column.name)
        for table in tables.metadata.tables.values()
        for column in table.columns
        if "sealed" in str(column.info.get("personal", ""))
    }

    assert said == {(table.name, column) for table, column, _ in SEALED}


async def test_after_rotation_the_old_key_is_not_needed(sqlite_url: str, clock: FakeClock) -> None:
    old, new = new_key(), new_key()
    async with open_store(sqlite_url, [old]) as store:
        await store.migrate()
        async with store.begin() as uow:
            for number in range(3):
                event = Event(platform="slack", key=str(number), kind="k", payload="text", received_at=clock.now())
                await uow.inbox.remember(event)
            await uow.places.remember("teams", "29:a", "t", "reference", clock.now())
            await uow.drafts.keep("token", "p", "f", {"a": "b"}, clock.now())
            await uow.inbox.done("slack", "0", Reply(summary="answer"))
            await uow.commit()
    async with open_store(sqlite_url, [new, old]) as store:
        assert await store.reseal() == 5
        assert await store.reseal() == 0
    async with open_store(sqlite_url, [new]) as store, store.begin() as uow:
        assert await uow.places.find("teams", "29:a") == "reference"
        assert await uow.inbox.response("slack", "0") == Reply(summary="answer")
        rows = (await uow.connection.execute(select(tables.inbox.c.payload))).scalars().all()

    assert len([row for row in rows if row]) == 2


async def test_what_no_key_opens_holds_up_nothing_and_goes_on_once_its_key_is_back(
    sqlite_url: str, clock: FakeClock
) -> None:
    lost, new = new_key(), new_key()

    async def keep(key: str, name: str) -> None:
        async with open_store(sqlite_url, [key]) as store:
            await store.migrate()
            async with store.begin() as uow:
                await uow.inbox.remember(
                    Event(platform="slack", key=name, kind="k", payload=name, received_at=clock.now())
                )
                to = Address(platform="slack", place=name)
                await uow.outbox.put(
                    OutgoingMessage(
                        key=name, to=to, reply=Reply(summary=name), created_at=clock.now(), not_before=clock.now()
                    )
                )
                await uow.commit()

    async def claimed(*keys: str) -> tuple[list[str], list[str]]:
        async with open_store(sqlite_url, list(keys)) as store, store.begin() as uow:
            events = await uow.inbox.claim("slack", clock.now(), LEASE, 10)
            messages = await uow.outbox.claim("slack", clock.now(), LEASE, 10)
            await uow.commit()
        return [event.payload for event in events], [message.reply.summary for message in messages]

    await keep(lost, "first")
    await keep(new, "second")

    assert await claimed(new) == (["second"], ["second"])
    assert await claimed(new) == ([], [])
    clock.forward(hours=2)
    assert [sorted(names) for names in await claimed(new, lost)] == [["first", "second"]] * 2
