"""Fixtures: a clock that stands still, a real store on SQLite and PostgreSQL, and no way out to the network."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import secrets
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from storage import SqlStore, new_key, open_store
from storage.engine import make_engine
from storage.tables import metadata
from tests.support import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator
    from pathlib import Path

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
KEY = new_key()


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Tests talk to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0]
            try:
                loopback = ipaddress.ip_address(host).is_loopback
            except ValueError:
                loopback = host == "localhost"
            if not loopback:
                pytest.fail(f"a test tried to reach {host}; use a local stand-in", pytrace=True)
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def _postgres_answers() -> bool:
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - only where the answer is wanted

    url = make_url(POSTGRES)
    try:
        socket.create_connection((url.host or "127.0.0.1", url.port or 5432), timeout=1).close()
    except OSError:
        return False
    return True


def apart(work: Coroutine[Any, Any, None]) -> None:
    """Run something asynchronous from a fixture that may be asked for inside a running loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of its own for this test process, on the server that the environment names."""
    if not _postgres_answers():
        pytest.skip("no PostgreSQL server: set TEST_POSTGRES_URL, or start one on 127.0.0.1:5432")
    name = f"protocol_bot_test_{secrets.token_hex(4)}"

    async def run(statement: str) -> None:
        engine = make_engine(POSTGRES)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    apart(run(f'CREATE DATABASE "{name}"'))
    yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    apart(run(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[SqlStore]:
    """A fresh SQLite file with the newest schema."""
    async with open_store(sqlite_url, [KEY]) as store:
        await store.migrate()
        yield store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[SqlStore]:
    """A fresh store; each test that asks for it runs on SQLite and on PostgreSQL."""
    url = request.getfixturevalue(f"{request.param}_url")
    async with open_store(url, [KEY]) as opened:
        await opened.migrate()
        if request.param == "postgres":
            names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
            async with opened.engine.begin() as connection:
                await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        yield opened
