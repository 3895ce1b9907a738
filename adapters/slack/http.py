"""``POST /slack/events``: everything that Slack sends over HTTP, checked and parsed before anything else sees it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from adapters.slack.signature import fresh, signed
from adapters.slack.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.slack.routing import Router
    from bot.ports import Clock

log = structlog.get_logger()

PATH = "/slack/events"
BODY_SECONDS = 5.0
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets in what Slack has signed within five minutes of now, and turns the rest away with a 4xx."""

    secrets: Sequence[str]
    clock: Clock
    router: Router

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one request. Nothing of its body reaches a log."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not fresh(timestamp, self.clock.now()):
            return _refused(401, "timestamp")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                raw = await request.read()
        except TimeoutError:
            return _refused(408, "slow")
        if not signed(raw, timestamp, request.headers.get("X-Slack-Signature", ""), self.secrets):
            return _refused(401, "signature")
        try:
            body = parse(raw, request.content_type)
        except (ValueError, RecursionError):
            return _refused(400, "unreadable")
        answer = await self.router.dispatch(body, request.content_type)
        content_type = "application/json" if answer.body.startswith("{") else "text/plain"
        return web.Response(status=answer.status, text=answer.body, content_type=content_type)


def parse(raw: bytes, content_type: str) -> dict[str, Any]:
    """The payload: JSON, or a form with fields or with JSON in its field ``payload``.

    Raises:
        ValueError: it is none of these.
        RecursionError: it is nested beyond reason.
    """
    text = raw.decode("utf-8")
    if content_type == "application/x-www-form-urlencoded":
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
        if not fields:
            raise ValueError("empty")
        body = json.loads(fields["payload"]) if "payload" in fields else fields
    else:
        body = json.loads(text)
    if not isinstance(body, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for the caller
    tidy = scrub(body)
    return tidy if isinstance(tidy, dict) else {}


def scrub(value: Any) -> Any:
    """The same value with texts that every database can keep."""
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(name): scrub(inner) for name, inner in value.items()}
        case list():
            return [scrub(inner) for inner in value]
        case _:
            return value


def _refused(status: int, why: str) -> web.Response:
    log.warning("slack.refused", status=status, why=why)
    return web.json_response({"error": "refused"}, status=status)
