"""Health and figures over HTTP: ``/livez``, ``/readyz``, ``/metrics``, and the time that each answer took."""

from __future__ import annotations

import contextlib
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from bot.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiohttp.typedefs import Handler, Middleware

    from bot.metrics import Metrics
    from bot.rush import Rush

    Ready = Callable[[], Awaitable[Sequence[str]]]

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""Headers by which a proxy says that it speaks for somebody else."""


def add_health(app: web.Application, ready: Ready) -> None:
    """``/livez``: the event loop answers, without any input or output. ``/readyz``: everything it needs is there."""

    async def livez(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        missing = list(await ready())
        return web.json_response(
            {"status": "not ready" if missing else "ready", "missing": missing},
            status=HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK,
        )

    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)


def add_metrics(
    app: web.Application, metrics: Metrics, refresh: Callable[[], Awaitable[None]], *, loopback_only: bool
) -> None:
    """``/metrics``, in Prometheus's format.

    Args:
        refresh: brings the gauges up to date that are read from the database.
        loopback_only: whoever comes from elsewhere, or through a proxy, finds nothing here.
    """

    async def figures(request: web.Request) -> web.Response:
        if loopback_only and not _from_this_machine(request):
            raise web.HTTPNotFound
        await refresh()
        body, content_type = metrics.exposition(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    app.router.add_get("/metrics", figures)


def _from_this_machine(request: web.Request) -> bool:
    """Whether the caller is on this machine itself, and not a proxy on it that speaks for another."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    host = request.host.rsplit(":", 1)[0]
    forwarded = any(name in request.headers for name in FORWARDED)
    return peer is not None and is_loopback(str(peer[0])) and is_loopback(host) and not forwarded


def measured(metrics: Metrics, rush: Rush) -> Middleware:
    """A middleware that counts every answer, and times those to what a platform sends; work waits meanwhile."""

    @web.middleware
    async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        try:
            with rush.arrival() if request.method == "POST" else contextlib.nullcontext():
                response = await handler(request)
            status = response.status
        except web.HTTPException as refusal:
            status = refusal.status
            raise
        finally:
            resource = request.match_info.route.resource
            route = resource.canonical if resource is not None else "other"
            metrics.requests.labels(route, str(status)).inc()
            if request.method == "POST" and resource is not None:
                metrics.acknowledgement.labels(route).observe(time.perf_counter() - started)
        return response

    return measure
