"""The dead man's handle: an address that is called while all is well, so that somebody notices when it stops."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger()

TIMEOUT = aiohttp.ClientTimeout(total=5)


def heartbeat(url: str) -> Callable[[], Awaitable[None]]:
    """Calls the address. A failure is logged without the address, which often holds a secret, and nothing more."""

    async def beat() -> None:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as session,
                session.get(url, allow_redirects=False) as answer,
            ):
                if answer.status >= HTTPStatus.BAD_REQUEST:
                    log.warning("heartbeat.refused", status=answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("heartbeat.failed", error=type(error).__name__)

    return beat
