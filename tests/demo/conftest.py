"""The demo as it really runs, on a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from bot import bootstrap
from bot.protocols import Protocols
from tests.support import settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


PROTOCOLS = Protocols()
"""Read and indexed once for all tests of a process."""


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where the running demo answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        bootstrap.demo(settings(host="127.0.0.1", port=port), PROTOCOLS, started=started.set_result)
    )
    done, _ = await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    if task in done:
        await task
    yield started.result()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
