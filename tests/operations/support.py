"""A running bot on one made-up platform, with its real store, server and workers' parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from bot.bootstrap import Running, assemble
from bot.model import Event
from tests.support import FakeClock, FakeMessenger, protocol, said, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Request
    from bot.receiving import Reception
    from storage import SqlStore


@dataclass(frozen=True)
class Words:
    """Reads an event as words said in private."""

    def to_request(self, event: Event) -> Request | None:
        return said(event.payload, key=event.key, platform="slack")


@dataclass
class Village:
    """A platform: ``POST /words`` is remembered and acknowledged."""

    clock: FakeClock
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    translator: Words = field(default_factory=Words)
    trouble: list[str] = field(default_factory=list)
    platform: str = "slack"

    def add_routes(self, app: web.Application, reception: Reception) -> None:
        async def words(request: web.Request) -> web.Response:
            text = await request.text()
            if text == "crash":
                raise RuntimeError(text)
            event = Event(platform="slack", key=text, kind="words", payload=text, received_at=self.clock.now())
            await reception.accept(event)
            return web.Response()

        app.router.add_post("/words", words)

    async def start(self, reception: Reception) -> None:
        pass

    async def stop(self) -> None:
        pass

    def problems(self) -> Sequence[str]:
        return self.trouble


def running(store: SqlStore, clock: FakeClock, village: Village | None = None, **values: object) -> Running:
    """The real parts, wired as ``serve`` wires them."""
    return assemble(settings(**values), protocol(), store, clock, [village or Village(clock)])  # type: ignore[arg-type]
