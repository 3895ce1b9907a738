"""Alive and ready mean what they say: each thing that the bot needs is taken away, and /readyz names it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from adapters.heartbeat import heartbeat
from adapters.watching import add_health
from bot import health
from bot.messages import Address, Reply
from bot.model import OutgoingMessage
from tests.operations.support import Village, running

if TYPE_CHECKING:
    import pytest

    from bot.bootstrap import Running
    from storage import SqlStore
    from tests.support import FakeClock


async def asked(bot: Running, path: str) -> tuple[int, dict[str, object]]:
    app = web.Application()
    add_health(app, bot.health.problems)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(path)
        return answer.status, await answer.json()


async def test_ready_when_nothing_is_missing(store: SqlStore, clock: FakeClock) -> None:
    assert await asked(running(store, clock), "/readyz") == (200, {"status": "ready", "missing": []})


async def test_not_ready_while_the_platform_does_not_answer(sqlite_store: SqlStore, clock: FakeClock) -> None:
    village = Village(clock, trouble=["Slack does not accept the token."])

    status, answer = await asked(running(sqlite_store, clock, village), "/readyz")

    assert (status, answer["missing"]) == (503, ["Slack does not accept the token."])


async def test_not_ready_while_the_schema_is_behind(store: SqlStore, clock: FakeClock) -> None:
    async with store.engine.begin() as connection:
        at = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
        await connection.execute(text("DELETE FROM alembic_version"))
        await connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    try:
        status, answer = await asked(running(store, clock), "/readyz")
        assert (status, answer["missing"]) == (503, ["The database is not up to date."])
    finally:
        async with store.engine.begin() as connection:
            await connection.execute(text("DELETE FROM alembic_version"))
            for each in at:
                await connection.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": each})


async def test_ready_beside_a_newer_version_that_has_changed_the_schema(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    async with sqlite_store.engine.begin() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        await connection.execute(text("INSERT INTO alembic_version VALUES ('9999_of_tomorrow')"))

    status, _ = await asked(running(sqlite_store, clock), "/readyz")

    assert status == 200


async def test_not_ready_while_the_database_is_away(
    sqlite_store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> bool:
        raise OSError

    monkeypatch.setattr(sqlite_store, "pending", away)
    status, answer = await asked(running(sqlite_store, clock), "/readyz")

    assert (status, answer["missing"]) == (503, ["The database does not answer."])


async def test_a_database_that_hangs_does_not_hang_the_answer(
    sqlite_store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs() -> bool:
        return await asyncio.Event().wait()

    monkeypatch.setattr(sqlite_store, "pending", hangs)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.01)
    bot = running(sqlite_store, clock)

    assert (await asked(bot, "/readyz"))[0] == 503
    assert (await asked(bot, "/livez"))[0] == 200


async def test_not_ready_while_messages_that_are_due_are_not_tried(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin() as uow:
        await uow.outbox.put(
            OutgoingMessage(
                key="a",
                to=Address(platform="slack", user_id="U1"),
                reply=Reply(summary="a"),
                created_at=clock.now(),
                not_before=clock.now(),
            )
        )
        await uow.commit()
    bot = running(store, clock)
    clock.forward(minutes=4)
    before = await asked(bot, "/readyz")
    clock.forward(minutes=2)
    after = await asked(bot, "/readyz")

    assert before[0] == 200
    assert (after[0], after[1]["missing"]) == (503, ["Messages to slack are not being sent."])


async def test_not_ready_while_a_job_is_behind(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = running(sqlite_store, clock)
    bot.scheduler.start()
    try:
        clock.forward(hours=2)
        status, answer = await asked(bot, "/readyz")
    finally:
        bot.scheduler.stop()

    assert status == 503
    assert "The job “forget_events” has not ended well for too long." in answer["missing"]  # type: ignore[operator]


async def test_not_ready_once_a_worker_has_ended(sqlite_store: SqlStore, clock: FakeClock) -> None:
    async def ends() -> None: ...

    bot = running(sqlite_store, clock)
    worker = asyncio.create_task(ends())
    await worker
    bot.health.workers.append(worker)

    status, answer = await asked(bot, "/readyz")

    assert (status, answer["missing"]) == (503, ["A worker of the inbox or the outbox has stopped."])


async def test_the_dead_mans_address_is_called_after_a_good_job_and_not_while_one_is_behind(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    calls = []

    async def called(_request: web.Request) -> web.Response:
        calls.append(clock.now())
        return web.Response()

    app = web.Application()
    app.router.add_get("/ping/secret", called)
    async with TestServer(app) as server:
        bot = running(sqlite_store, clock, heartbeat_url=str(server.make_url("/ping/secret")))
        bot.scheduler.start()
        try:
            await bot.scheduler._guarded(bot.scheduler.forget_events)
            bot.scheduler._good["another"] = clock.now()
            bot.scheduler._intervals["another"] = bot.scheduler._intervals["forget_events"]
            clock.forward(hours=3)
            await bot.scheduler._guarded(bot.scheduler.forget_events)
        finally:
            bot.scheduler.stop()

    assert len(calls) == 1


async def test_a_dead_mans_address_that_does_not_answer_stops_nothing_and_is_not_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await heartbeat("http://127.0.0.1:9/ping/secret-token")()
    await heartbeat("no address at all/secret-token")()

    printed = capsys.readouterr()
    assert "heartbeat.failed" in printed.out + printed.err
    assert "secret-token" not in printed.out + printed.err
