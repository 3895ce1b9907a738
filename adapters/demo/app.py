"""The demo page: try everything without an account. It listens on loopback only.

The page is a platform like Slack and Teams: what it sends is remembered, dispatched and
answered through the same door, and it shows the same replies and forms.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from adapters.demo.importing import LARGEST
from adapters.demo.inbound import SENT
from adapters.watching import add_health
from adapters.web import last_resort
from bot.answers import cite
from bot.errors import ConfigurationError
from bot.messages import Citation, Reply
from bot.model import Event
from bot.rules.figures import by_service
from bot.rules.working_days import LONDON, london_date
from bot.settings import is_loopback
from bot.wording import demo as say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from adapters.demo.council import DemoCouncil
    from adapters.demo.importing import ImportDesk

STATIC = Path(__file__).parent / "static"
REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
CITATION: TypeAdapter[Citation] = TypeAdapter(Citation)
FURTHEST = timedelta(days=800)
"""How far the demo's clock may be moved: the table of bank holidays ends."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_app(
    names: Sequence[tuple[str, str]],
    open_council: Callable[[str], Awaitable[DemoCouncil]],
    desk: Callable[[Callable[[str, str], None]], ImportDesk],
    host: str,
) -> web.Application:
    """The demo's application.

    Args:
        names: id and name of each protocol.
        open_council: makes the council with this id; called once for each.
        desk: makes the desk for one's own documents; it is told how to list a new council by id and name.
        host: where it will listen.

    Raises:
        ConfigurationError: the host can be reached from other machines.
    """
    if not is_loopback(host):
        raise ConfigurationError("The demo listens on this machine only. Unset HOST, or set it to 127.0.0.1.")
    page = _Page(names, open_council)
    imports = desk(page.list_council)
    app = web.Application(client_max_size=LARGEST, middlewares=[last_resort, _own_origin, _safe_headers])
    app.router.add_get("/", page.index)
    app.router.add_get("/api/protocols", page.protocols)
    app.router.add_post("/api/import", imports.read)
    app.router.add_post("/api/import/{token}/save", imports.save)
    app.router.add_get("/api/{protocol}", page.council)
    app.router.add_post("/api/{protocol}/send", page.send)
    app.router.add_get("/api/{protocol}/messages/{person}", page.messages)
    app.router.add_post("/api/{protocol}/clock", page.move_clock)
    app.router.add_get("/api/{protocol}/clauses", page.clauses)
    app.router.add_get("/api/{protocol}/figures", page.figures)
    app.router.add_static("/static/", STATIC)

    async def ready() -> Sequence[str]:
        return ()

    add_health(app, ready)
    return app


@web.middleware
async def _safe_headers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    response = await handler(request)
    response.headers.update(HEADERS)
    return response


@web.middleware
async def _own_origin(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse what another page in the same browser sends, and names that only pretend to be this machine."""
    if not is_loopback((request.url.host or "").lower()):
        raise web.HTTPForbidden(text=say.LOOPBACK_ONLY)
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text=say.LOOPBACK_ONLY)
    return await handler(request)


class _Page:
    def __init__(self, names: Sequence[tuple[str, str]], open_council: Callable[[str], Awaitable[DemoCouncil]]) -> None:
        self._names = dict(names)
        self._open_council = open_council
        self._councils: dict[str, DemoCouncil] = {}
        self._opening = asyncio.Lock()

    def list_council(self, name: str, council: str) -> None:
        """Show a council that was just imported; an earlier one of the same id makes room."""
        self._names[name] = council
        self._councils.pop(name, None)

    async def index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def protocols(self, _request: web.Request) -> web.Response:
        return web.json_response([{"id": name, "council": council} for name, council in self._names.items()])

    async def council(self, request: web.Request) -> web.Response:
        """The council's people and its time."""
        council = await self._council(request)
        return web.json_response(
            {
                "title": council.protocol.pack.title,
                "version": council.protocol.pack.version,
                "note": council.protocol.pack.note,
                "people": [
                    {
                        "id": person.id,
                        "name": person.name,
                        "role": person.role.value,
                        "position": _position(person.position),
                    }
                    for person in council.people
                ],
                **_clock(council),
            }
        )

    async def send(self, request: web.Request) -> web.Response:
        """Something that a person says, asks, opens, sends in or presses; answered with the reply."""
        council = await self._council(request)
        body = await request.read()
        try:
            sent = SENT.validate_json(body)
        except ValidationError:
            return web.json_response({"error": say.NOT_UNDERSTOOD}, status=400)
        event = Event(
            platform="demo", key=sent.key, kind=sent.type, payload=body.decode(), received_at=council.clock.now()
        )
        reply = await council.reception.answer_now(event)
        await council.settle()
        return web.json_response({"reply": REPLY.dump_python(reply, mode="json") if reply else None, **_clock(council)})

    async def messages(self, request: web.Request) -> web.Response:
        """What a person received so far, newest first."""
        council = await self._council(request)
        await council.settle()
        received = council.messenger.received.get(request.match_info["person"], [])
        return web.json_response(
            {
                "messages": [
                    {
                        "number": message.number,
                        "at": _local(message.at),
                        "reply": REPLY.dump_python(message.reply, mode="json"),
                    }
                    for message in reversed(received)
                ],
                **_clock(council),
            }
        )

    async def move_clock(self, request: web.Request) -> web.Response:
        """Go to another time, and let everything happen that is due by then."""
        council = await self._council(request)
        try:
            wanted = datetime.fromisoformat(str(json.loads(await request.read())["to"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            return web.json_response({"error": say.NO_TIME}, status=400)
        moment = wanted.replace(tzinfo=LONDON) if wanted.tzinfo is None else wanted
        if not council.clock.now() <= moment <= council.clock.real.now() + FURTHEST:
            return web.json_response({"error": say.NO_SUCH_TIME}, status=400)
        council.clock.move_to(moment)
        await council.ticks.all_due()
        await council.settle()
        return web.json_response(_clock(council))

    async def clauses(self, request: web.Request) -> web.Response:
        """Every paragraph, with what the bot knows about it."""
        council = await self._council(request)
        pack = council.protocol.pack
        topics = {topic.id: topic.name for topic in council.protocol.knowledge.topics}
        return web.json_response(
            [
                {
                    **CITATION.dump_python(cite(pack, clause), mode="json"),
                    "force": clause.force.value,
                    "topics": [topics.get(topic, topic) for topic in clause.topics],
                    "asked_as": list(clause.asked_as),
                }
                for clause in pack.clauses
            ]
        )

    async def figures(self, request: web.Request) -> web.Response:
        """Enquiries by service, for the chart: numbers only, no person and no text."""
        council = await self._council(request)
        async with council.store.begin() as uow:
            cases = await uow.cases.since(None)
        rows = by_service(cases, london_date(council.clock.now()), council.calendar, council.counting)
        return web.json_response([asdict(row) for row in rows])

    async def _council(self, request: web.Request) -> DemoCouncil:
        name = request.match_info["protocol"]
        if name not in self._names:
            raise web.HTTPNotFound(text=say.NO_SUCH_PROTOCOL)
        async with self._opening:
            if name not in self._councils:
                self._councils[name] = await self._open_council(name)
        return self._councils[name]


def _position(position: str) -> str:
    return position.replace("_", " ")


def _local(moment: datetime) -> str:
    return moment.astimezone(LONDON).strftime("%A %d %B %Y, %H:%M")


def _clock(council: DemoCouncil) -> dict[str, Any]:
    now = council.clock.now().astimezone(LONDON)
    return {"now": _local(now), "now_iso": now.strftime("%Y-%m-%dT%H:%M")}
