"""The audit log shows every change to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.support import FakeClock


async def write(store: SqlStore, clock: FakeClock, *actions: str) -> None:
    for action in actions:
        async with store.begin() as uow:
            await uow.audit.write(clock.now(), "ada", action, "subject")
            await uow.commit()


async def test_an_untouched_log_holds(store: SqlStore, clock: FakeClock) -> None:
    await write(store, clock, "one", "two", "three")

    async with store.begin() as uow:
        entries, last, broken = await uow.audit.verify()
    assert (entries, broken, len(last)) == (3, None, 64)


async def test_writers_at_once_make_one_chain(store: SqlStore, clock: FakeClock) -> None:
    await asyncio.gather(*(write(store, clock, f"{number}") for number in range(12)))

    async with store.begin() as uow:
        entries, _, broken = await uow.audit.verify()
    assert (entries, broken) == (12, None)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET action = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"]
)
async def test_the_database_refuses_to_change_an_entry(store: SqlStore, clock: FakeClock, statement: str) -> None:
    await write(store, clock, "one", "two", "three")

    with pytest.raises(DBAPIError, match="append-only"):
        async with store.begin() as uow:
            await uow.connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE audit SET action = 'x' WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 2", 3),
        ("UPDATE audit SET previous = hash WHERE seq = 3", 3),
    ],
)
async def test_whoever_changes_it_all_the_same_is_found_out(
    sqlite_store: SqlStore, clock: FakeClock, statement: str, seq: int
) -> None:
    await write(sqlite_store, clock, "one", "two", "three")
    async with sqlite_store.engine.begin() as connection:
        await connection.execute(text("DROP TRIGGER audit_no_update"))
        await connection.execute(text("DROP TRIGGER audit_no_delete"))
        await connection.execute(text(statement))

    async with sqlite_store.begin() as uow:
        _, _, broken = await uow.audit.verify()
    assert broken is not None
    assert broken.seq == seq
