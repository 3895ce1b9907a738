"""Slack hears from us while another part is slow: how many writes an acknowledgement costs, and what it waits for.

The figures are in benchmarks/slow_parts.py; here is why they hold, without a watch.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

from adapters.slack.app import SlackAdapter
from adapters.slack.web_api import WebApi
from adapters.teams import app as teams_app
from adapters.web import make_app
from bot.bootstrap import assemble
from bot.model import Event
from storage import open_store
from storage.intake import AT_ONCE
from tests.conftest import KEY
from tests.journeys.stage import OnSlack, council
from tests.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.slack.support import SECRET, Town
from tests.support import MONDAY_MORNING, FakeClock, protocol
from tests.teams.fake_teams import FakeTeams
from tests.teams.support import teams_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage import SqlStore

REQUESTS = 50


@pytest.fixture
async def slack(store: SqlStore) -> AsyncIterator[OnSlack]:
    async with council("slack", store, "copeland") as stage:
        assert isinstance(stage, OnSlack)
        yield stage


async def test_fifty_acknowledgements_cost_a_handful_of_writes_and_nothing_else(
    slack: OnSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a database that takes 200 ms a call delays each by two calls at most, and not by fifty."""
    intake, store, town = slack.store._intake, slack.store, slack.town
    plainly = intake._write
    at_the_gate, writes, others = asyncio.Event(), [], []

    async def write(events: list[Event]) -> set[tuple[str, str]]:
        writes.append(len(events))
        await at_the_gate.wait()
        return await plainly(events)

    def begin() -> Any:
        others.append("a transaction")
        return plain_begin()

    plain_begin = store.begin
    monkeypatch.setattr(intake, "_write", write)
    monkeypatch.setattr(store, "begin", begin)
    mentions = [town.envelope(town.mention("may I?", f"U{number}")) for number in range(REQUESTS)]
    sent = [asyncio.create_task(town.post(json.dumps(body))) for body in mentions]
    async with asyncio.timeout(20):
        while sum(writes) + len(intake._waiting) < REQUESTS:  # noqa: ASYNC110 - nothing else tells it
            await asyncio.sleep(0)
    assert not any(task.done() for task in sent), "nothing is acknowledged before it is on disk"
    assert others == [], "no other call of the database comes before the acknowledgement"
    at_the_gate.set()
    assert [(await task).status for task in sent] == [200] * REQUESTS

    most = 1 if store.is_sqlite else AT_ONCE
    assert len(writes) <= 2 * most
    assert sum(writes) == REQUESTS


async def test_a_form_that_takes_too_long_is_answered_and_comes_later(
    slack: OnSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits three seconds for a window's answer; the window says that work goes on, and fills itself."""
    window = await slack.open("ada.sample", "declare_relationship")
    desk = slack.town.adapter.desk
    assert desk is not None
    desk.answer_seconds = 0.0
    values = {"other_party": "person:femi.sample", "kind": "family"}
    response = await slack.town.submit(window.native, values, user="UADASAMPLE")
    assert response.status == 200
    assert "response_action" in await response.json()
    await slack.settle()
    assert "is recorded" in slack.latest("ada.sample").notice


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_work_that_stands_still_holds_up_no_acknowledgement(
    slack: OnSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that waits for something is not in the way of what comes in.

    SQLite has one writer: there an acknowledgement waits for the transaction under way (docs/guarantees.md).
    """
    from bot import receiving  # noqa: PLC0415

    stands = asyncio.Event()

    async def never(*_: object) -> None:
        await stands.wait()

    monkeypatch.setattr(receiving, "dispatch", never)
    assert (await slack.town.event(slack.town.mention("one"))).status == 200
    working = asyncio.create_task(slack.running.reception.work_waiting())
    for number in range(10):
        async with asyncio.timeout(10):
            assert (await slack.town.event(slack.town.mention(f"another {number}"))).status == 200
    assert not working.done()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_a_login_host_that_never_answers_leaves_slack_answering(sqlite_store: SqlStore) -> None:
    """Both platforms in one process; Microsoft's host takes the call and says nothing."""
    clock, teams = FakeClock(), FakeTeams(login_gate=asyncio.Event())
    await teams.start()
    async with FakeSlack() as fake:
        slack = SlackAdapter(api=WebApi(BOT_TOKEN, fake.url), clock=clock, store=sqlite_store, secrets=(SECRET,))
        chosen = teams_settings(teams)
        on_teams = teams_app.make_adapter(chosen, clock, sqlite_store)
        running = assemble(chosen, protocol(), sqlite_store, clock, [slack, on_teams])  # type: ignore[arg-type]
        app = make_app(running.adapters, running.reception, ready=running.health.problems)
        async with TestClient(TestServer(app)) as client:
            await on_teams.start(running.reception)
            town = Town(fake, sqlite_store, clock, slack, running.reception, running.dispatchers[0], client)
            headers = {"Authorization": f"Bearer {teams.token(clock.now())}"}
            waiting = [
                asyncio.create_task(client.post("/api/messages", json={"type": "message"}, headers=headers))
                for _ in range(20)
            ]
            for number in range(20):
                async with asyncio.timeout(10):
                    assert (await town.event(town.mention(f"question {number}"))).status == 200
            assert not any(task.done() for task in waiting), "Teams waits for its keys, alone"
            assert teams.login_gate is not None
            teams.login_gate.set()
            assert {(await task).status for task in waiting} <= {401, 403}
            await slack.stop()
            await on_teams.stop()
    await teams.stop()


# --- the kept connections ----------------------------------------------------------------


def event(number: int) -> Event:
    return Event(platform="slack", key=f"Ev{number}", kind="Said", payload="{}", received_at=MONDAY_MORNING)


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_a_connection_that_was_cut_is_replaced_and_nothing_is_lost(store: SqlStore) -> None:
    await store.warm_up()
    assert await store.remember(event(1))
    async with store.engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    assert await store.remember(event(2))
    assert not await store.remember(event(2)), "a repeat is still one"
    async with store.begin() as uow:
        assert await uow.connection.scalar(text("SELECT count(*) FROM inbox")) == 2


@pytest.mark.postgres
async def test_a_database_that_is_not_there_is_heard_of_by_whoever_waits(postgres_url: str) -> None:
    nowhere = postgres_url.rsplit("/", 1)[0] + "/there_is_no_such_database"
    async with open_store(nowhere, [KEY]) as store:
        for number in range(3):
            with pytest.raises(Exception, match="does not exist"):
                await store.remember(event(number))


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_events_of_one_write_keep_their_order_and_strange_texts(store: SqlStore) -> None:
    strange = Event(
        platform="slack", key="Ev-“é” \\ {1,2} NULL", kind="k", payload='{"a": "😀"}', received_at=MONDAY_MORNING
    )
    await asyncio.gather(*(store.remember(one) for one in (event(1), strange, event(2), event(1))))
    async with store.begin() as uow:
        claimed = await uow.inbox.claim("slack", MONDAY_MORNING, MONDAY_MORNING - MONDAY_MORNING, 10)
    assert {one.key for one in claimed} == {"Ev1", "Ev2", strange.key}
    assert next(one for one in claimed if one.key == strange.key).payload == strange.payload
