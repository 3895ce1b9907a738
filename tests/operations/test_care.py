"""Records go only when the council's settings say so, after somebody looked, and never while held."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bot import bootstrap
from bot.__main__ import run
from bot.errors import CannotReach
from bot.messages import Address, Reply
from bot.model import OutgoingMessage
from bot.rules.disclosures import Content, Disclosure, DisclosureEvent, Kind, State, Step
from bot.rules.protocol import Position
from storage import SqlStore, open_store, tables
from tests.conftest import KEY, apart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass
class Council:
    """A database that the commands find in the environment."""

    url: str

    def do(self, work: Callable[[SqlStore], Awaitable[object]]) -> object:
        found: list[object] = []

        async def opened() -> None:
            async with open_store(self.url, [KEY]) as store:
                found.append(await work(store))

        apart(opened())
        return found[0]

    def count(self, *names: str) -> list[int]:
        async def work(store: SqlStore) -> list[int]:
            async with store.begin() as uow:
                return [
                    await uow.connection.scalar(select(func.count()).select_from(tables.metadata.tables[name])) or 0
                    for name in names
                ]

        return self.do(work)  # type: ignore[return-value]

    def audit(self) -> list[tuple[str, str]]:
        async def work(store: SqlStore) -> list[tuple[str, str]]:
            async with store.begin() as uow:
                rows = await uow.connection.execute(select(tables.audit.c.action, tables.audit.c.subject))
                assert (await uow.audit.verify())[2] is None
                return [(row.action, row.subject) for row in rows]

        return self.do(work)  # type: ignore[return-value]


@pytest.fixture
def council(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Council:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    monkeypatch.setattr(bootstrap.SystemClock, "now", lambda _self: NOW)
    made = Council(sqlite_url)
    made.do(lambda store: store.migrate())
    return made


def disclosure(reference: str, state: State = State.ENDED) -> Disclosure:
    return Disclosure(
        id=reference.lower(),
        reference=reference,
        declarer_id="mo",
        position=Position.MEMBER,
        ref="5.3",
        content=Content(other_party="Ola Officer", kind=Kind.FRIEND),
        state=state,
        readers=("legal",),
        created_at=NOW - timedelta(days=900),
        confirmed_at=NOW - timedelta(days=900),
    )


def keep(council: Council, reference: str, days_ago: int, state: State = State.ENDED) -> None:
    """A disclosure that ended so many days ago."""

    async def work(store: SqlStore) -> None:
        async with store.begin() as uow:
            await uow.disclosures.add(disclosure(reference, state))
            for days, step in ((900, Step.SUBMITTED), (days_ago, Step.ENDED)):
                at = NOW - timedelta(days=days)
                await uow.disclosures.record(
                    DisclosureEvent(disclosure_id=reference.lower(), at=at, by="mo", step=step, text="words")
                )
            await uow.commit()

    council.do(work)


def test_nothing_is_deleted_without_a_setting(council: Council, capsys: pytest.CaptureFixture[str]) -> None:
    keep(council, "D-1", 800)

    assert run(["purge", "--dry-run"]) == 0
    assert run(["purge", "--yes"]) == 0

    assert council.count("disclosures") == [1]
    assert "RETENTION_DAYS_DISCLOSURES is not set" in capsys.readouterr().out


def test_the_old_go_with_everything_that_hangs_on_them_and_the_rest_stays(
    council: Council, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETENTION_DAYS_DISCLOSURES", "365")
    keep(council, "D-OLD", 366)
    keep(council, "D-NEW", 364)
    keep(council, "D-OPEN", 700, State.CONDITIONS_SET)

    assert run(["purge", "--dry-run", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert council.count("disclosures") == [3]
    assert run(["purge", "--yes"]) == 0

    assert shown["records"]["disclosures"] == ["D-OLD"]
    assert shown["deleted"] is False
    assert council.count("disclosures", "disclosure_events", "disclosure_readers") == [2, 4, 2]
    assert ("purged disclosures", "D-OLD") in council.audit()


def test_a_held_record_stays_until_it_is_released(
    council: Council, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETENTION_DAYS_DISCLOSURES", "1")
    keep(council, "D-1", 800)

    assert run(["hold", "d-1"]) == 0
    assert run(["purge", "--dry-run"]) == 0
    assert run(["purge", "--yes"]) == 0
    assert council.count("disclosures") == [1]
    assert "Held, whatever their age: D-1" in capsys.readouterr().out

    assert run(["hold", "D-1", "--release"]) == 0
    assert run(["purge", "--dry-run"]) == 0
    assert run(["purge", "--yes"]) == 0
    assert council.count("disclosures") == [0]
    assert [action for action, _ in council.audit() if action.startswith("hold")] == ["hold begun", "hold ended"]
    assert run(["hold", "D-404"]) == 2


def test_what_is_deleted_is_what_somebody_looked_at(
    council: Council, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETENTION_DAYS_DISCLOSURES", "1")
    keep(council, "D-1", 800)
    assert run(["purge", "--yes"]) == 2
    assert run(["purge", "--dry-run"]) == 0
    keep(council, "D-2", 800)

    assert run(["purge", "--yes"]) == 2
    assert "Nobody has looked at exactly this yet" in capsys.readouterr().err
    assert council.count("disclosures") == [2]

    assert run(["purge", "--dry-run"]) == 0
    monkeypatch.setattr(bootstrap.SystemClock, "now", lambda _self: NOW + timedelta(days=15))
    assert run(["purge", "--yes"]) == 2
    assert run(["purge"]) == 2
    assert run(["purge", "--dry-run", "--yes"]) == 2


def test_enquiries_questions_drafts_and_messages_go_by_their_own_settings(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ENQUIRIES", "QUESTIONS", "DRAFTS", "MESSAGES"):
        monkeypatch.setenv(f"RETENTION_DAYS_{name}", "30")
    old, new = NOW - timedelta(days=31), NOW - timedelta(days=29)

    async def work(store: SqlStore) -> None:
        async with store.begin() as uow:
            for at in (old, new):
                row = _row(tables.cases, id=f"c{at.day}", reference=f"E-{at.day}", is_open=False, closed_at=at)
                await uow.connection.execute(tables.cases.insert().values(row))
                event = _row(tables.case_events, case_id=f"c{at.day}", at=at)
                await uow.connection.execute(tables.case_events.insert().values(event))
                await uow.connection.execute(tables.gaps.insert().values(_row(tables.gaps, at=at)))
                await uow.connection.execute(tables.handoffs.insert().values(_row(tables.handoffs, id=str(at), at=at)))
                await uow.drafts.keep(f"t{at.day}", "p", "f", {}, at)
                await uow.outbox.put(message(f"m{at.day}", at))
                await uow.outbox.delivered(f"m{at.day}", "1", at)
                await uow.outbox.put(message(f"w{at.day}", at))
            still = _row(tables.cases, id="open", reference="E-OPEN", is_open=True)
            await uow.connection.execute(tables.cases.insert().values(still))
            await uow.commit()

    council.do(work)
    names = ("cases", "case_events", "gaps", "handoffs", "drafts", "outbox")
    assert council.count(*names) == [3, 2, 2, 2, 2, 4]
    assert run(["purge", "--dry-run"]) == 0
    assert run(["purge", "--yes"]) == 0
    assert council.count(*names) == [2, 1, 1, 1, 1, 3]


def _row(table: object, **values: object) -> dict[str, object]:
    """A row with something in every column that needs it."""
    filled: dict[str, object] = {}
    for column in table.c:  # type: ignore[attr-defined]
        if column.nullable or column.autoincrement is True:
            continue
        kind = column.type.python_type
        filled[column.name] = (
            NOW if isinstance(column.type, tables.Instant) else NOW.date() if kind.__name__ == "date" else kind()
        )
    if table is not tables.cases and table is not tables.handoffs:
        filled.pop("id", None)
    return {**filled, **values}


def message(key: str, at: datetime) -> OutgoingMessage:
    return OutgoingMessage(
        key=key,
        to=Address(platform="slack", user_id="U1"),
        reply=Reply(summary="canary"),
        created_at=at,
        not_before=at,
    )


# --- messages that were given up --------------------------------------------------------------


def give_up(council: Council, *keys: str) -> None:
    async def work(store: SqlStore) -> None:
        async with store.begin() as uow:
            for key in keys:
                await uow.outbox.put(message(key, NOW - timedelta(days=3)))
                await uow.outbox.fail(key, type(CannotReach("gone")).__name__, NOW)
            await uow.commit()

    council.do(work)


def test_given_up_messages_are_listed_without_their_text_and_queued_again(
    council: Council, capsys: pytest.CaptureFixture[str]
) -> None:
    give_up(council, "a", "b")

    assert run(["replay-failed", "--list"]) == 0
    listed = capsys.readouterr().out
    assert run(["replay-failed", "--key", "a"]) == 0

    async def waiting(store: SqlStore) -> list[OutgoingMessage]:
        async with store.begin() as uow:
            return list(await uow.outbox.claim("slack", NOW, timedelta(0), 9))

    [again] = council.do(waiting)  # type: ignore[misc]
    assert "CannotReach" in listed
    assert "canary" not in listed
    assert (again.key, again.attempts, again.uncertain, again.created_at) == ("a", 0, True, NOW)
    assert again == replace(message("a", NOW), uncertain=True, problem="CannotReach")
    assert ("messages replayed", "1") in council.audit()


def test_what_was_dealt_with_otherwise_is_dropped_and_its_text_goes(council: Council) -> None:
    give_up(council, "a")

    assert run(["replay-failed", "--discard"]) == 0

    async def content(store: SqlStore) -> tuple[str, str | None]:
        async with store.begin() as uow:
            row = (await uow.connection.execute(select(tables.outbox.c.state, tables.outbox.c.content))).one()
            return row.state, row.content

    assert council.do(content) == ("withdrawn", None)
    assert run(["replay-failed", "--key", "a"]) == 2


# --- settings -------------------------------------------------------------------------------


def test_settings_are_shown_with_their_source_and_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    monkeypatch.setenv("ENCRYPTION_KEYS", f"{KEY},{KEY}")
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://bot:canary@db.council.example/bot")
    monkeypatch.setenv("HEARTBEAT_URL", "https://watch.council.example/canary")
    file = tmp_path / "bot.toml"  # type: ignore[operator]
    file.write_text('port = 8400\nteams_app_password = "canary"\n')

    assert run(["config", "show", "--config", str(file)]) == 0
    text = capsys.readouterr().out
    assert run(["config", "show", "--json", "--config", str(file)]) == 0
    rows = {row["name"]: (row["value"], row["from"]) for row in json.loads(capsys.readouterr().out)}

    assert "canary" not in text
    assert rows["SLACK_BOT_TOKEN"] == ("set", "environment")
    assert rows["ENCRYPTION_KEYS"] == ("2 set", "environment")
    assert rows["DATABASE_URL"] == ("postgresql+asyncpg://bot:***@db.council.example/bot", "environment")
    assert rows["HEARTBEAT_URL"] == ("set", "environment")
    assert rows["PORT"] == ("8400", "settings file")
    assert rows["TEAMS_APP_PASSWORD"] == ("set", "settings file")
    assert rows["HOST"] == ("127.0.0.1", "default")
