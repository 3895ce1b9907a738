"""``doctor`` finds each thing that is wrong, says how to mend it, and shows no secret."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot import doctor
from bot.__main__ import run
from bot.bootstrap import SystemClock
from bot.commands.doctor_command import look, shown
from bot.doctor import Line, State
from bot.rules.protocol import Position
from bot.settings import TeamsAppType
from storage import SqlStore, new_key, open_store
from tests.conftest import KEY
from tests.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.support import FakeClock, person, services, settings
from tests.teams.fake_teams import APP_ID, SECRET, TENANT, FakeTeams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.model import Person
    from bot.settings import Settings

SIGNING = "0123456789abcdef0123456789abcdef"
REAL_NOW = SystemClock()
"""Compared with the real clocks of the local platforms."""

COUNCIL = (
    person("Head of Legal", Position.MONITORING_OFFICER, manager_email="chief@council.example"),
    person("Chief", Position.CHIEF_EXECUTIVE, email="chief@council.example"),
    person("Finance", Position.SECTION_151_OFFICER, manager_email="chief@council.example"),
    person("Dee Rector", Position.DIRECTOR, department="Housing", manager_email="chief@council.example"),
    person("Ida Head", Position.SERVICE_HEAD, department="Housing", manager_email="dee.rector@council.example"),
    person("Ola Officer", Position.OFFICER, department="Housing", manager_email="ida.head@council.example"),
    person("Mo Member", Position.MEMBER),
    person("Gil Leader", Position.GROUP_LEADER),
    person("Lee Leader", Position.GROUP_LEADER),
)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as made:
        yield made


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    made = FakeTeams()
    await made.start()
    yield made
    await made.stop()


def on_slack(slack: FakeSlack, url: str, **values: object) -> Settings:
    given: dict[str, object] = {
        "protocol": "copeland",
        "database_url": url,
        "encryption_keys": (SecretStr(KEY),),
        "slack_bot_token": SecretStr(BOT_TOKEN),
        "slack_signing_secret": (SecretStr(SIGNING),),
        "slack_api_url": slack.url,
        "port": 9,
    }
    return settings(**{**given, **values})


def on_teams(teams: FakeTeams, url: str, **values: object) -> Settings:
    given: dict[str, object] = {
        "protocol": "copeland",
        "database_url": url,
        "encryption_keys": (SecretStr(KEY),),
        "teams_app_id": APP_ID,
        "teams_tenant_id": TENANT,
        "teams_app_password": SecretStr(SECRET),
        "teams_app_type": TeamsAppType.SINGLE_TENANT,
        "teams_openid_metadata_url": f"{teams.url}/metadata",
        "teams_token_url": f"{teams.url}/token",
        "teams_service_hosts": (teams.host,),
        "port": 9,
    }
    return settings(**{**given, **values})


async def fill(store: SqlStore, people: tuple[Person, ...] = COUNCIL) -> None:
    async with store.begin() as uow:
        for each in people:
            await uow.people.save(each)
        await uow.commit()


def wrong(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.state is not State.OK]


def said(lines: list[Line], area: str) -> list[tuple[State, str]]:
    return [(line.state, line.says) for line in lines if line.area == area]


async def test_all_is_well_on_slack_and_it_fits_one_screen(
    sqlite_store: SqlStore, sqlite_url: str, slack: FakeSlack
) -> None:
    await fill(sqlite_store)

    lines = await look(on_slack(slack, sqlite_url, slack_app_token=SecretStr(APP_TOKEN)), REAL_NOW)

    assert wrong(lines) == []
    assert len([row for line in lines for row in shown(line)]) <= 24
    assert {line.area for line in lines} >= {"database", "keys", "directory", "route", "outbox", "Slack", "clock"}


async def test_all_is_well_on_teams(sqlite_store: SqlStore, sqlite_url: str, teams: FakeTeams) -> None:
    await fill(sqlite_store, tuple(replace(each, teams_user_id=f"29:{each.id}") for each in COUNCIL))

    lines = await look(on_teams(teams, sqlite_url), REAL_NOW)

    assert wrong(lines) == []
    assert len(said(lines, "Teams")) == 3


async def test_postgresql_is_looked_at_too(store: SqlStore, sqlite_url: str, request: pytest.FixtureRequest) -> None:
    url = sqlite_url if store.is_sqlite else request.getfixturevalue("postgres_url")
    await fill(store)

    lines = await look(settings(protocol="copeland", database_url=url, encryption_keys=(SecretStr(KEY),)), REAL_NOW)

    assert {line.area for line in wrong(lines)} == {"platforms"}
    [(_, database)] = said(lines, "database")
    assert database.startswith("SQLite" if store.is_sqlite else "PostgreSQL")


@pytest.mark.parametrize(
    ("trouble", "values", "area", "state", "expected"),
    [
        ({"token_error": "invalid_auth"}, {}, "Slack", State.FAIL, "does not accept the bot token (invalid_auth)"),
        ({"scopes": "chat:write,commands"}, {}, "Slack", State.FAIL, "the token lacks permissions: app_mentions:read"),
        ({}, {"slack_api_url": "http://127.0.0.1:9/"}, "Slack", State.FAIL, "does not answer"),
        ({}, {"slack_signing_secret": (SecretStr("short"),)}, "Slack", State.WARN, "does not look like one"),
        ({}, {"slack_app_token": SecretStr("xapp-other")}, "Slack", State.FAIL, "opens no Socket Mode connection"),
        ({}, {"slack_bot_token": None}, "Slack", State.FAIL, "Slack is half set up. Set SLACK_BOT_TOKEN as well"),
        ({}, {"protocol": "nowhere"}, "protocol", State.FAIL, "There is no protocol “nowhere”"),
        ({}, {"encryption_keys": (SecretStr("abc"),)}, "keys", State.FAIL, "not 32 bytes"),
        ({}, {"database_url": "mysql://somewhere"}, "keys", State.FAIL, "DATABASE_URL must begin with"),
        ({}, {"database_url": "postgresql+asyncpg://x@127.0.0.1:9/x"}, "database", State.FAIL, "does not answer"),
    ],
)
async def test_each_thing_that_is_wrong_is_named_with_its_remedy(
    sqlite_store: SqlStore,
    sqlite_url: str,
    slack: FakeSlack,
    trouble: dict[str, Any],
    values: dict[str, Any],
    area: str,
    state: State,
    expected: str,
) -> None:
    await fill(sqlite_store)
    for name, value in trouble.items():
        setattr(slack, name, value)

    lines = await look(on_slack(slack, sqlite_url, **values), REAL_NOW)

    [line] = [line for line in lines if line.area == area and expected in line.says]
    assert line.state is state
    assert line.mend


@pytest.mark.parametrize(
    ("values", "state", "expected"),
    [
        ({"teams_openid_metadata_url": "http://127.0.0.1:9/"}, State.FAIL, "keys of incoming messages cannot"),
        ({"teams_token_url": "http://127.0.0.1:9/"}, State.FAIL, "gives no token"),
        ({"teams_service_hosts": ("127.0.0.1:9",)}, State.FAIL, "no host of TEAMS_SERVICE_HOSTS"),
        ({"teams_app_id": "bot"}, State.WARN, "TEAMS_APP_ID is no GUID"),
        ({"teams_tenant_id": ""}, State.FAIL, "Teams is half set up. Set TEAMS_TENANT_ID as well"),
    ],
)
async def test_each_thing_that_is_wrong_with_teams_is_named(
    sqlite_store: SqlStore, sqlite_url: str, teams: FakeTeams, values: dict[str, Any], state: State, expected: str
) -> None:
    lines = await look(on_teams(teams, sqlite_url, **values), REAL_NOW)

    [line] = [line for line in lines if line.area == "Teams" and expected in line.says]
    assert line.state is state
    assert line.mend


async def test_a_refused_teams_secret_is_named(sqlite_store: SqlStore, sqlite_url: str, teams: FakeTeams) -> None:
    teams.token_status = 401

    lines = await look(on_teams(teams, sqlite_url), REAL_NOW)

    assert (State.FAIL, "Microsoft’s login host refuses the app") in said(lines, "Teams")


async def test_a_schema_that_is_behind_is_named(sqlite_store: SqlStore, sqlite_url: str, slack: FakeSlack) -> None:
    async with sqlite_store.engine.begin() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        await connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))

    lines = await look(on_slack(slack, sqlite_url), REAL_NOW)

    [line] = [line for line in lines if line.area == "database"]
    assert (line.state, line.mend) == (State.FAIL, "Run “protocol-bot migrate”.")


async def test_a_key_that_stored_texts_need_and_is_gone_is_named(
    sqlite_store: SqlStore, sqlite_url: str, slack: FakeSlack, clock: FakeClock
) -> None:
    async with sqlite_store.begin() as uow:
        await uow.drafts.keep("t", "p", "f", {"details": "secret"}, clock.now())
        await uow.commit()

    gone = await look(on_slack(slack, sqlite_url, encryption_keys=(SecretStr(new_key()),)), REAL_NOW)
    behind = await look(on_slack(slack, sqlite_url, encryption_keys=(SecretStr(new_key()), SecretStr(KEY))), REAL_NOW)

    [(state, says)] = said(gone, "keys")
    assert state is State.FAIL
    assert sqlite_store.sealer.newest in says
    assert said(behind, "keys")[0][0] is State.WARN


async def test_a_text_moved_to_another_row_is_named(
    sqlite_store: SqlStore, sqlite_url: str, slack: FakeSlack, clock: FakeClock
) -> None:
    async with sqlite_store.begin() as uow:
        await uow.drafts.keep("t", "p", "f", {"details": "secret"}, clock.now())
        await uow.connection.execute(text("UPDATE drafts SET token = 'u'"))
        await uow.commit()

    lines = await look(on_slack(slack, sqlite_url), REAL_NOW)

    assert said(lines, "keys") == [(State.FAIL, "a stored text was changed or moved, and does not open")]


async def test_no_database_is_made_by_looking(tmp_path: Path, slack: FakeSlack) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'none.db'}"

    lines = await look(on_slack(slack, url, encryption_keys=()), REAL_NOW)

    assert said(lines, "database")[0][0] is State.WARN
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_a_database_whose_key_file_is_gone_or_open_to_others_is_named(tmp_path: Path, slack: FakeSlack) -> None:
    file = tmp_path / "a.db"
    url = f"sqlite+aiosqlite:///{file}"
    async with open_store(url, [KEY]) as store:
        await store.migrate()
    key = file.with_suffix(".key")

    gone = await look(on_slack(slack, url, encryption_keys=()), REAL_NOW)
    key.write_text(KEY)
    os.chmod(key, 0o644)  # noqa: PTH101
    open_to_others = await look(on_slack(slack, url, encryption_keys=()), REAL_NOW)

    assert (State.FAIL, "the database is there and its key is not") in said(gone, "keys")
    assert any(state is State.WARN and "can read" in says for state, says in said(open_to_others, "keys"))


async def test_messages_that_were_given_up_or_wait_too_long_are_named(
    sqlite_store: SqlStore, sqlite_url: str, slack: FakeSlack
) -> None:
    async with sqlite_store.begin() as uow:
        for key in ("a", "b"):
            await uow.connection.execute(
                text(
                    "INSERT INTO outbox (message_key, platform, address, about, person_id, created_at, not_before,"
                    " attempts, uncertain, state, platform_id, problem) VALUES (:key, 'slack', '', '', '',"
                    " '2020-01-01', '2020-01-01', 0, 0, :state, '', '')"
                ),
                {"key": key, "state": "failed" if key == "a" else "waiting"},
            )
        await uow.commit()

    lines = await look(on_slack(slack, sqlite_url), REAL_NOW)

    assert [state for state, _ in said(lines, "outbox")] == [State.WARN, State.WARN]


# --- clock, calendar, routes ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0.0, State.OK), (-29.0, State.OK), (31.0, State.WARN), (-301.0, State.FAIL), (None, State.WARN)],
)
def test_a_clock_that_is_wrong_is_named_before_slack_refuses_us(seconds: float | None, state: State) -> None:
    assert doctor.skew(seconds).state is state


async def test_the_clock_is_compared_with_the_platforms(
    sqlite_store: SqlStore, sqlite_url: str, slack: FakeSlack
) -> None:
    ahead = FakeClock(REAL_NOW.now().replace(year=REAL_NOW.now().year + 1))

    lines = await look(on_slack(slack, sqlite_url), ahead)

    assert said(lines, "clock")[0][0] is State.FAIL


@pytest.mark.parametrize(
    ("today", "state"),
    [("2026-03-02", State.OK), ("2028-10-01", State.WARN), ("2029-01-01", State.FAIL)],
)
def test_the_end_of_the_holiday_table_is_named_in_time(today: str, state: State) -> None:
    assert doctor.holidays(settings(), datetime.fromisoformat(today).date()).state is state


async def routes(people: tuple[Person, ...], pack_id: str = "copeland", **values: object) -> list[Line]:
    return list(doctor.route_lines(people, services(None, pack_id=pack_id, **values)))  # type: ignore[arg-type]


async def test_every_route_of_a_whole_council_ends_at_somebody() -> None:
    assert wrong(await routes(COUNCIL)) == []


async def test_a_route_whose_office_nobody_holds_is_named() -> None:
    nobody = (person("Mo Member", Position.MEMBER), person("Ola Officer", Position.OFFICER))

    found = wrong(await routes(nobody))

    assert {line.state for line in found} == {State.FAIL}
    assert any("would declare to nobody" in line.says for line in found)
    assert any("put someone at risk" in line.says for line in found)


async def test_a_route_with_a_recipient_and_no_stand_in_is_named() -> None:
    two = (person("Mo Member", Position.MEMBER), person("Head of Legal", Position.MONITORING_OFFICER))

    found = [line for line in await routes(two, "west-oxfordshire") if "Monitoring Officer" in line.says]

    assert any("could not declare a relationship with the recipient" in line.says for line in found)


async def test_where_the_protocol_names_nobody_the_councils_own_setting_counts() -> None:
    mo = person("Mo Member", Position.MEMBER)
    chosen = person("Head of Legal", Position.OFFICER)
    without = await routes((mo,), "county-appendix-11")
    with_setting = await routes(
        (mo, chosen), "county-appendix-11", disclosure_recipient=chosen.email, fallback_recipient=chosen.email
    )

    assert any(line.state is State.FAIL for line in without)
    assert not any("declare to nobody" in line.says and "2 of" in line.says for line in with_setting)


# --- as a command ---------------------------------------------------------------------------


def test_no_secret_is_printed_and_a_failure_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    canary = "xoxb-canary-secret"
    for name, value in {
        "PROTOCOL": "copeland",
        "SLACK_BOT_TOKEN": canary,
        "SLACK_SIGNING_SECRET": "canary-signing",
        "SLACK_API_URL": "http://127.0.0.1:9/",
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_APP_PASSWORD": "canary-password",
        "PORT": "9",
    }.items():
        monkeypatch.setenv(name, value)

    assert run(["doctor"]) == 1
    assert run(["doctor", "--json"]) == 1

    out, err = capsys.readouterr()
    assert "canary" not in out + err
    told = json.loads(out.splitlines()[-1])
    assert told["ok"] is False
    assert {"area", "state", "says", "mend"} == set(told["checks"][0])


def test_settings_that_cannot_be_read_are_a_line_and_no_crash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "eight")

    assert run(["doctor"]) == 1
    assert "PORT" in capsys.readouterr().out
