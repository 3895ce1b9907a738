"""The log tells what happened and where, and nothing that a person wrote."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot import dispatch, logs
from bot.model import Event
from storage import tables
from tests.operations.support import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.messages import Reply, Request
    from bot.ports import Services
    from storage import SqlStore
    from tests.support import FakeClock

CANARY = "my brother is the canary councillor"


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What the log says, at its most talkative."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, structlog.get_config())
    logs.set_up("DEBUG")
    yield lambda: capsys.readouterr().err
    root.handlers[:], level, config = before
    root.setLevel(level)
    structlog.configure(**config)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_an_exception_is_logged_by_kind_and_place_without_its_message(log: Callable[[], str]) -> None:
    try:
        int(CANARY)
    except ValueError:
        structlog.get_logger().exception("it.failed")

    text = log()
    [line] = lines(text)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in str(line["where"])
    assert CANARY not in text


def test_a_librarys_own_log_shows_who_and_how_bad_and_no_more(log: Callable[[], str]) -> None:
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request %s", CANARY)

    text = log()
    [line] = lines(text)
    assert (line["logger"], line["level"], line["error"]) == ("aiohttp.server", "error", "ValueError")
    assert CANARY not in text


def test_a_line_break_in_a_value_begins_no_second_entry(log: Callable[[], str]) -> None:
    structlog.get_logger().info("asked", kind='words"}\n{"event": "audit.cleared"}\r\n')

    assert len(log().splitlines()) == 1


async def test_an_event_carries_its_key_through_every_line_of_its_work(
    sqlite_store: SqlStore, clock: FakeClock, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_request: Request, _services: Services) -> Reply:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(dispatch, "find_handler", lambda _request: broken)
    bot = running(sqlite_store, clock)
    await bot.reception.accept(
        Event(platform="slack", key="Ev123", kind="words", payload=CANARY, received_at=clock.now())
    )
    await bot.reception.work_waiting()

    text = log()
    told = [line for line in lines(text) if str(line["event"]).startswith("event.")]
    assert {line["event"] for line in told} == {"event.failed", "event.given_up"}
    assert all(line["platform"] == "slack" and line["level"] == "error" for line in told)
    assert len({line["event_key"] for line in told}) == 1
    assert CANARY not in text


async def test_a_database_error_quotes_no_row(store: SqlStore, clock: FakeClock) -> None:
    row = {"seq": 1, "at": clock.now(), "actor": "a", "action": CANARY, "subject": "c", "previous": "", "hash": ""}

    async with store.begin() as uow:
        await uow.connection.execute(insert(tables.audit).values(**row))
        with pytest.raises(IntegrityError) as caught:
            await uow.connection.execute(insert(tables.audit).values(**row))

    assert CANARY not in str(caught.value)
