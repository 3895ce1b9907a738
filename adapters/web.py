"""The aiohttp application: what every platform shares. Health, size limits, and one last-resort handler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import structlog
from aiohttp import web

from adapters.watching import add_health, measured

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.ports import Messenger, Translator
    from bot.receiving import Reception

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024
"""Bytes. Slack and Teams send far less; anything larger is refused before it is read."""


class PlatformAdapter(Protocol):
    """One platform: converts in, converts out, decides nothing. Each adapter package makes one."""

    @property
    def platform(self) -> str:
        """Its name in requests, addresses and the database."""
        ...

    @property
    def translator(self) -> Translator:
        """Reads remembered events."""
        ...

    @property
    def messenger(self) -> Messenger:
        """Delivers replies."""
        ...

    def add_routes(self, app: web.Application, reception: Reception) -> None:
        """Mount the platform's HTTP routes. Each event is remembered before it is acknowledged."""
        ...

    async def start(self, reception: Reception) -> None:
        """Open connections of the adapter's own, such as Socket Mode; prefetch keys and tokens."""
        ...

    async def stop(self) -> None:
        """Close everything that ``start`` opened."""
        ...

    def problems(self) -> Sequence[str]:
        """What stops the platform from working now, a plain sentence each; empty when it is ready."""
        ...


@web.middleware
async def last_resort(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer the unexpected with a bare 500: no traceback and no text of the request leaves, in log or body."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - the last resort
        log.error("http.failed", path=request.path, error=type(error).__name__)
        return web.json_response({"error": "internal error"}, status=500)


def make_app(
    adapters: Sequence[PlatformAdapter],
    reception: Reception,
    *,
    ready: Callable[[], Awaitable[Sequence[str]]],
) -> web.Application:
    """The application with every platform's routes and the health routes. Each answer is counted and timed.

    Args:
        ready: what is not ready yet, a plain sentence each.
    """
    app = web.Application(
        client_max_size=LARGEST_BODY, middlewares=[measured(reception.metrics, reception.rush), last_resort]
    )
    for adapter in adapters:
        adapter.add_routes(app, reception)
    add_health(app, ready)
    return app
