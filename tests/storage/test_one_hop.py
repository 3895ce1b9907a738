"""SQLite in one trip a statement gives what the plain driver gives, in a fraction of the trips."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage import one_hop

if TYPE_CHECKING:
    from storage import SqlStore


async def numbers(connection: Any, count: int) -> None:
    await connection.execute(text("CREATE TABLE n (i INTEGER PRIMARY KEY, t TEXT)"))
    await connection.execute(text("INSERT INTO n VALUES (:i, :t)"), [{"i": i, "t": f"t{i}"} for i in range(count)])


@pytest.mark.parametrize("count", [0, 1, one_hop.FETCHED_AT_ONCE - 1, one_hop.FETCHED_AT_ONCE, 2501])
async def test_every_row_comes_in_order_whatever_their_number(sqlite_store: SqlStore, count: int) -> None:
    async with sqlite_store.engine.begin() as connection:
        if count:
            await numbers(connection, count)
        else:
            await connection.execute(text("CREATE TABLE n (i INTEGER PRIMARY KEY, t TEXT)"))
        whole = (await connection.execute(text("SELECT i FROM n ORDER BY i"))).scalars().all()
        streamed = [row.i async for row in await connection.stream(text("SELECT i FROM n ORDER BY i"))]
        first = (await connection.execute(text("SELECT i FROM n ORDER BY i"))).first()

    assert whole == streamed == list(range(count))
    assert first == ((0,) if count else None)


async def test_a_write_tells_how_many_rows_it_changed(sqlite_store: SqlStore) -> None:
    async with sqlite_store.engine.begin() as connection:
        await numbers(connection, 10)
        changed = await connection.execute(text("UPDATE n SET t = 'x' WHERE i < 4"))
        returned = await connection.execute(text("DELETE FROM n WHERE i > 7 RETURNING i"))

        assert changed.rowcount == 4
        assert sorted(returned.scalars()) == [8, 9]


async def test_an_error_is_sqlalchemys_own_and_the_transaction_is_undone(sqlite_store: SqlStore) -> None:
    async with sqlite_store.engine.connect() as connection:
        await numbers(connection, 3)
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO n VALUES (1, 'again')"))
        await connection.rollback()

    async with sqlite_store.engine.connect() as connection:
        tables = (await connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'n'"))).all()
        await connection.rollback()
    assert tables == []


async def test_a_statement_is_one_trip(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    trips = []
    plain = one_hop.OneHopConnection._execute

    async def counted(self: Any, work: Any, *arguments: Any) -> Any:
        trips.append(getattr(work, "__name__", str(work)))
        return await plain(self, work, *arguments)

    async with sqlite_store.begin() as uow:
        monkeypatch.setattr(one_hop.OneHopConnection, "_execute", counted)
        await uow.people.all()
        await uow.people.by_email("nobody@council.example")
        await uow.commit()

    assert trips == ["_run", "_run", "commit"]


async def test_a_connection_may_be_closed_twice_at_once() -> None:
    connection = await one_hop.connect(":memory:")

    _, waiting = await asyncio.wait(
        [asyncio.create_task(connection.close()), asyncio.create_task(connection.close())], timeout=10
    )

    assert not waiting
    await asyncio.to_thread(connection._thread.join, 10)  # it has answered, and may still be on its way out
    assert not connection._thread.is_alive()
