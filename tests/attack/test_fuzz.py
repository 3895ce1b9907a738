"""Whatever comes in: an answer below 500 that shows nothing of the inside, and nothing that breaks afterwards.

``FUZZ_EXAMPLES=5000`` makes a long run of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import inspect
import json
import re
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import pytest
import structlog
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.app import SlackAdapter
from bot import bootstrap, dispatch
from tests.attack.mutating import CHANGES, EXAMPLES, bent
from tests.demo.conftest import address
from tests.journeys.stage import OnSlack, OnTeams, council
from tests.slack.support import filled
from tests.teams.fake_teams import TENANT
from tests.teams.support import BOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, MutableMapping

    from storage import SqlStore

__all__ = ["address"]

FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
BROKEN = {
    "http.failed",
    "event.failed",
    "event.given_up",
    "inbox.sweep_failed",
    "outbox.sweep_failed",
    "message.broken",
    "slack.listener_failed",
    "slack.not_remembered",
    "slack.form_not_taken",
    "slack.form_not_remembered",
}
"""What the log says where something of ours broke."""
INSIDE = re.compile(r"Traceback|File \"|\.py\b|sqlalchemy|Error\b.*line \d")


@contextlib.contextmanager
def nothing_breaks() -> Iterator[None]:
    """No bug shows in the log meanwhile."""
    with structlog.testing.capture_logs() as logged:
        yield
    broken = [entry for entry in logged if entry["event"] in BROKEN and not _in_bolt(entry)]
    assert broken == []
    assert not any("exc_info" in entry for entry in logged)


def _in_bolt(entry: MutableMapping[str, Any]) -> bool:
    """Whether it is a shape on which Bolt itself gives up, before anything of ours; answered with 400."""
    ours = {path.name for path in Path(inspect.getfile(SlackAdapter)).parent.glob("*.py")}
    steps = [step.partition(":")[0] for step in entry.get("where", "").split(" > ")]
    return entry["event"] == "slack.listener_failed" and not ours & set(steps)


async def answered(response: aiohttp.ClientResponse) -> int:
    """Its status: an answer without a word about the inside."""
    text = (await response.read()).decode("utf-8", "replace")
    assert response.status < 500, text
    assert not INSIDE.search(text), text
    assert len(text) < 200_000
    return response.status


# --- Slack -------------------------------------------------------------------------------


@pytest.fixture
async def slack(sqlite_store: SqlStore) -> AsyncIterator[OnSlack]:
    async with council("slack", sqlite_store, "copeland", asks_per_minute=10**6, declarations_per_hour=10**6) as stage:
        assert isinstance(stage, OnSlack)
        yield stage


async def from_slack(stage: OnSlack) -> list[tuple[str, dict[str, Any]]]:
    """One of each kind of payload, the forms with tokens that the bot gave."""
    town, user = stage.town, "UADASAMPLE"
    views = [
        (await stage.open("ada.sample", "declare_relationship")).native,
        (await stage.open("ada.sample", "member_enquiry")).native,
    ]
    person, message = {"id": user, "team_id": "T0COUNCIL"}, {"text": "words", "ts": "1.1", "user": "U9"}
    values = {
        "other_party": "person:femi.sample",
        "kind": "family",
        "subject": "a",
        "details": "b",
        "service": "Housing",
    }
    interactions: list[dict[str, Any]] = [
        {"type": kind, "view": filled(view, values)} for view in views for kind in ("view_submission", "view_closed")
    ]
    for view in views:
        live = {"type": "static_select", "block_id": view["blocks"][-1].get("block_id", "b"), "action_id": "value"}
        interactions.append({"type": "block_actions", "view": filled(view, values), "actions": [live]})
        interactions.append({"type": "block_suggestion", "view": view, "block_id": "field:other_party", "value": "fem"})
    container = {"type": "message", "channel_id": f"D{user}", "message_ts": "1.1"}
    for action in dispatch.PRESS:
        button = {"type": "button", "block_id": "b", "action_id": f"press:0::{action}", "value": "0" * 32}
        interactions.append({"type": "block_actions", "container": container, "message": message, "actions": [button]})
    on_message = {"type": "message_action", "message": message, "channel": {"id": "C1"}}
    interactions += [{**on_message, "callback_id": name} for name in ("check_message", "log_enquiry", "unknown")]
    interactions.append({"type": "shortcut", "callback_id": "declare_relationship"})
    events = [
        town.envelope(town.mention("may I?", user)),
        town.envelope(town.direct("who keeps the register?", user)),
        town.envelope({"type": "app_home_opened", "user": user, "channel": f"D{user}", "tab": "home"}),
        town.envelope({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}),
        {"type": "url_verification", "challenge": "abc", "token": "t"},
    ]
    commands = [
        {"command": name, "text": "help me", "user_id": user, "team_id": "T0COUNCIL", "channel_id": "C1"}
        for name in ("/declare-relationship", "/member-enquiry", "/ask-protocol", "/other")
    ]
    shared = {"user": person, "team": {"id": "T0COUNCIL"}}
    return [
        *(("payload", {**shared, **one}) for one in interactions),
        *(("json", one) for one in events),
        *(("form", one) for one in commands),
    ]


@pytest.mark.slow
async def test_slack_payloads_bent_out_of_shape_break_nothing(slack: OnSlack) -> None:
    corpus = await from_slack(slack)

    @FUZZ
    @given(at=st.integers(0, len(corpus) - 1), changes=CHANGES, number=st.integers(0, 10**9))
    async def bend(at: int, changes: list[tuple[int, Any, bool]], number: int) -> None:
        kind, payload = corpus[at]
        trigger = {"trigger_id": slack.town.slack.trigger()} if kind != "json" else {"event_id": f"Ev{number}"}
        body = bent({**payload, **trigger}, changes)
        with nothing_breaks():
            if kind == "json":
                response = await slack.town.post(json.dumps(body))
            elif kind == "payload":
                response = await slack.town.post(urlencode({"payload": json.dumps(body)}), FORM)
            else:
                fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
                response = await slack.town.post(urlencode(fields, errors="replace"), FORM)
            assert await answered(response) in {200, 400}
            await slack.settle()

    await _in_this_loop(bend)


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" * 400_000, "application/json"),
        (b'{"a":' * 150_000 + b"1" + b"}" * 150_000, "application/json"),
        (b'{"type":"event_callback","event":' + b"[" * 300_000 + b"]" * 300_000 + b"}", "application/json"),
        (b"payload=" + b"%7B%22a%22%3A" * 60_000, FORM),
        (b"&".join(b"k%d=v" % number for number in range(90_000)), FORM),
        (b"{" + b",".join(b'"k%d":0' % number for number in range(80_000)) + b"}", "application/json"),
        (b'{"n":' + b"9" * 500_000 + b"}", "application/json"),
        (b"\xff\xfe" * 1000, "application/json"),
        (b"{}", "application/json; charset=nonsense"),
        (b"{}", "multipart/form-data"),
        (b"{}", ";;;"),
    ],
    ids=["list", "object", "cut off", "payload", "fields", "keys", "digits", "bytes", "charset", "parts", "no type"],
)
async def test_bombs_are_turned_away_on_slack(slack: OnSlack, body: bytes, content_type: str) -> None:
    with nothing_breaks():
        tracemalloc.start()
        status = await answered(await slack.town.post(body, content_type))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await slack.settle()
    assert status in {200, 400}
    assert peak < 96 * 2**20, f"{peak / 2**20:.0f} MiB for one request"


# --- Teams -------------------------------------------------------------------------------


@pytest.fixture
async def teams(sqlite_store: SqlStore) -> AsyncIterator[OnTeams]:
    async with council("teams", sqlite_store, "copeland", asks_per_minute=10**6, declarations_per_hour=10**6) as stage:
        assert isinstance(stage, OnTeams)
        yield stage


async def from_teams(stage: OnTeams) -> list[dict[str, Any]]:
    """One of each kind of activity, the forms with tokens that the bot gave."""
    base = {
        "serviceUrl": stage.teams.url,
        "channelId": "msteams",
        "from": {"id": "29:ada.sample", "name": "Ada", "aadObjectId": "x"},
        "conversation": {"id": "a:ada.sample", "conversationType": "personal", "tenantId": TENANT},
        "recipient": {"id": BOT, "name": "Bot"},
        "channelData": {"tenant": {"id": TENANT}},
    }
    declare = {"form": "declare_relationship", "token": "fuzz-token"}
    values = {
        "field.other_party": "Femi Sample",
        "field.kind~pick": "family",
        "field.bearing~many": "service,committee",
    }
    form = {"protocolBot": {"does": "submit", **declare}, **values}
    press = [{"protocolBot": {"does": "press", "action": action, "value": "0" * 32}} for action in dispatch.PRESS]
    invokes = [
        *(("task/fetch", {"data": one}) for one in press),
        ("task/submit", {"data": form}),
        ("task/submit", {"data": {**form, "protocolBot": {"does": "change", **declare}}}),
        ("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": "submit", "data": form}}),
        ("application/search", {"queryText": "fe", "dataset": "other_party", "queryOptions": {"top": 5}}),
        ("composeExtension/fetchTask", {"commandId": "declareRelationship"}),
        (
            "composeExtension/fetchTask",
            {"commandId": "logEnquiry", "messagePayload": {"body": {"content": "<p>a</p>"}}},
        ),
        ("composeExtension/submitAction", {"data": form}),
    ]
    entity = {"type": "mention", "mentioned": {"id": BOT}, "text": "<at>Bot</at>"}
    return [
        {**base, "type": "message", "text": "who keeps the register?"},
        {**base, "type": "message", "text": "<at>Bot</at> hi", "entities": [entity]},
        {**base, "type": "message", "value": form},
        {**base, "type": "installationUpdate", "action": "add"},
        {**base, "type": "conversationUpdate", "membersAdded": [{"id": BOT}]},
        *({**base, "type": "invoke", "name": name, "value": value} for name, value in invokes),
    ]


@pytest.mark.slow
async def test_teams_activities_bent_out_of_shape_break_nothing(teams: OnTeams) -> None:
    corpus = await from_teams(teams)
    headers = {"Authorization": f"Bearer {teams.teams.token(teams.clock.now())}", "Content-Type": "application/json"}

    @FUZZ
    @given(at=st.integers(0, len(corpus) - 1), changes=CHANGES, number=st.integers(0, 10**9))
    async def bend(at: int, changes: list[tuple[int, Any, bool]], number: int) -> None:
        body = bent({**corpus[at], "id": f"fuzz-{number}"}, changes)
        with nothing_breaks():
            raw = json.dumps(body).encode()
            response = await teams.client.post("/api/messages", data=raw, headers=headers)
            assert await answered(response) in {200, 400, 403}
            await teams.settle()

    await _in_this_loop(bend)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 400_000,
        b'{"type":"message","value":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b"{" + b",".join(b'"k%d":0' % number for number in range(80_000)) + b"}",
        b'{"type":"message","text":"' + b"x" * 900_000 + b'"}',
        b'{"type":"message","membersAdded":' + b"[" + b"{}," * 200_000 + b"{}]}",
    ],
    ids=["list", "object", "keys", "text", "members"],
)
async def test_bombs_are_turned_away_on_teams(teams: OnTeams, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {teams.teams.token(teams.clock.now())}"}
    with nothing_breaks():
        tracemalloc.start()
        status = await answered(await teams.client.post("/api/messages", data=body, headers=headers))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await teams.settle()
    assert status in {400, 403}
    assert peak < 96 * 2**20, f"{peak / 2**20:.0f} MiB for one request"


# --- the demo page -----------------------------------------------------------------------


@pytest.mark.slow
async def test_the_demo_page_takes_anything_without_breaking(address: str) -> None:
    person = {"person": "ada.sample", "name": "Ada"}
    values = {"other_party": "person:femi.sample", "kind": "family"}
    corpus: list[tuple[str, dict[str, Any]]] = [
        ("send", {**person, "type": "say", "text": "help"}),
        ("send", {**person, "type": "ask", "text": "who keeps the register?"}),
        ("send", {**person, "type": "open", "form": "declare_relationship", "values": {}}),
        ("send", {**person, "type": "submit", "form": "declare_relationship", "token": "t", "values": values}),
        (
            "send",
            {**person, "type": "change", "form": "member_enquiry", "token": "u", "values": {"service": "Housing"}},
        ),
        ("send", {**person, "type": "look_up", "field": "other_party", "typed": "fe"}),
        ("send", {**person, "type": "press", "action": "open_disclosure", "value": "0" * 32}),
        ("send", {**person, "type": "check", "text": "a message", "audience": ""}),
        ("send", {**person, "type": "home"}),
        ("clock", {"to": "2026-12-24T12:00"}),
    ]
    async with aiohttp.ClientSession(address) as browser:

        @FUZZ
        @given(at=st.integers(0, len(corpus) - 1), changes=CHANGES, number=st.integers(10**7, 10**9))
        async def bend(at: int, changes: list[tuple[int, Any, bool]], number: int) -> None:
            route, payload = corpus[at]
            body = bent({**payload, "key": f"fuzz-{number}"} if route == "send" else payload, changes)
            with nothing_breaks():
                async with browser.post(f"/api/copeland/{route}", data=json.dumps(body)) as response:
                    assert await answered(response) in {200, 400}

        await _in_this_loop(bend)


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/api/copeland/clock", b"[" * 100_000, {}),
        ("/api/copeland/clock", b'{"at": "2026-12-24"}', {"Content-Type": "application/json; charset=nonsense"}),
        ("/api/copeland/clock", b"\xff\xfe", {}),
        ("/api/copeland/clock", b'{"to": "0001-01-01T00:00:00+14:00"}', {}),
        ("/api/copeland/clock", b'{"to": "9999-12-31T23:59:59-14:00"}', {}),
        ("/api/copeland/clock", b'["to"]', {}),
        ("/api/copeland/clock", b'"to"', {}),
        ("/api/copeland/clock", b'{"to": ' + b"9" * 10_000 + b"}", {}),
        ("/api/copeland/send", b"[" * 100_000, {}),
        ("/api/copeland/send", b'{"type": "say", "key": "12345678", "person": "\\ud800", "text": ""}', {}),
        ("/api/import", b"", {"X-File-Name": "%00%ff%2e%2e%2f"}),
        ("/api/import", b"PK\x03\x04" + b"\0" * 100, {"X-File-Name": "../../../x.docx"}),
        ("/api/import/nothing/save", b"{}", {}),
        ("/api/..%2f..%2fetc%2fpasswd/send", b"{}", {}),
        ("/static/..%2f..%2fapp.py", b"", {}),
    ],
)
async def test_odd_requests_to_the_demo_page_are_refused_in_words(
    address: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    async with aiohttp.ClientSession() as browser:
        with nothing_breaks():
            from yarl import URL  # noqa: PLC0415

            async with browser.post(URL(address + path, encoded=True), data=body, headers=headers) as response:
                assert 400 <= await answered(response) < 500


# --- the server itself -------------------------------------------------------------------


@pytest.fixture
async def port(slack: OnSlack) -> AsyncIterator[int]:
    """The application behind the server that ``serve`` starts."""
    app = slack.client.app
    assert app is not None
    served = web.Application(client_max_size=app._client_max_size, middlewares=app.middlewares)
    for route in app.router.routes():
        if route.resource is not None and route.method in {"GET", "POST"}:
            served.router.add_route(route.method, route.resource.canonical, route.handler)
    runner = await bootstrap._listen(served, "127.0.0.1", 0)
    yield runner.addresses[0][1]
    await runner.cleanup()


async def spoken(port: int, raw: bytes) -> bytes:
    """What the server says to these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    async with asyncio.timeout(10):
        said = await reader.read(65_536)
    writer.close()
    return said


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /slack/events HTTP/1.1\r\nHost: [\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /slack/events HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX-Slack-Request-Timestamp: \xff\xd9\r\nContent-Length: 0\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 20_000 + b"\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(5_000)) + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
        b"\0" * 1000 + b"\r\n\r\n",
    ],
    ids=[
        "host", "no host", "target", "path", "bytes in host", "bytes in header", "negative length", "smuggling",
        "long header", "many headers", "tls", "zeroes",
    ],
)  # fmt: skip
async def test_bytes_that_are_hardly_http_are_turned_away(port: int, raw: bytes) -> None:
    with nothing_breaks():
        said = await spoken(port, raw)
    status = int(said.split(b" ", 2)[1])
    assert 400 <= status < 500, said
    assert not INSIDE.search(said.decode("latin-1").partition("\r\n\r\n")[2]), said


async def test_an_endless_body_is_cut_off_after_a_megabyte(port: int, slack: OnSlack) -> None:
    """Nobody has to send it all to hear that it is too much, and we do not keep it."""
    now = str(int(slack.clock.now().timestamp())).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX-Slack-Request-Timestamp: " + now
        + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    )  # fmt: skip
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    sent = 0
    hears = asyncio.create_task(reader.readline())
    while not hears.done() and sent < 64 * 2**20:
        writer.write(chunk)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        sent += len(chunk)
        await asyncio.sleep(0)
    async with asyncio.timeout(10):
        assert b" 413 " in await hears
    writer.close()
    assert sent < 16 * 2**20


async def test_a_body_that_unpacks_to_a_gigabyte_is_not_unpacked(port: int, slack: OnSlack) -> None:
    """Neither platform packs what it sends, so nothing is ever unpacked."""
    packed = gzip.compress(b"\0" * (64 * 2**20))
    now = str(int(slack.clock.now().timestamp()))
    tracemalloc.start()
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Encoding": "gzip", "X-Slack-Request-Timestamp": now, "Content-Type": "application/json"}
        async with session.post(f"http://127.0.0.1:{port}/slack/events", data=packed, headers=headers) as response:
            assert await answered(response) == 401
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20, f"{peak / 2**20:.0f} MiB"


async def _in_this_loop(fuzz: Any) -> None:
    """Run a property that posts: its examples are driven from a thread, its requests run in this loop."""
    loop = asyncio.get_running_loop()
    inner = fuzz.hypothesis.inner_test

    def run(**drawn: Any) -> None:
        asyncio.run_coroutine_threadsafe(inner(**drawn), loop).result(60)

    fuzz.hypothesis.inner_test = run
    await asyncio.to_thread(fuzz)
