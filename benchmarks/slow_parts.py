"""How Slack is answered while a part is slow: the database, or Microsoft's login host.

    python benchmarks/slow_parts.py --postgres postgresql+asyncpg://... [--number 1000] [--delay 0.2]

The database is a real PostgreSQL behind a proxy that keeps back everything that the bot sends to it
for 200 milliseconds, so each call takes as much longer. Fifty connections send signed requests, one after the other
each. Slack gives up after three seconds; wanted are 500 milliseconds at the 99th percentile. All the
while ``/livez``, which does no input or output, is asked a hundred times a second: the longest that
its answer took bounds how long the event loop stood still; wanted are 100 milliseconds.

The login host takes five seconds for each answer, while tokens come in whose keys are not known.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import slack_throughput as slack  # noqa: E402 - the path comes first
from load import Server, fire, free_port, machine, request  # noqa: E402

from storage import new_key  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

CONNECTIONS = 50
LOGIN_SECONDS = 5.0
WANTED_ACK, WANTED_LAG = 500.0, 100.0


@contextlib.asynccontextmanager
async def slow_way(host: str, port: int, delay: float) -> AsyncIterator[int]:
    """A port that leads to this one; everything that goes there is kept back so many seconds."""

    async def keep_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def hand_on() -> None:
            while True:
                due, data = await kept.get()
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                writer.write(data)
                if not data:
                    writer.close()
                    return

        handing = asyncio.create_task(hand_on())
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                kept.put_nowait((time.perf_counter() + delay, data))
        kept.put_nowait((time.perf_counter() + delay, b""))
        with contextlib.suppress(ConnectionError):
            await handing

    async def straight(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection(host, port)
        await asyncio.gather(keep_back(reader, their_writer), straight(their_reader, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@contextlib.asynccontextmanager
async def slow_login() -> AsyncIterator[str]:
    """A login host that takes its time; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(LOGIN_SECONDS)
            writer.write(b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


def beat(port: int) -> None:
    """Ask a hundred times a second whether the loop is alive, and print the milliseconds of each answer.

    In a process of its own, so that it waits for nobody but the bot.
    """
    line = socket.create_connection(("127.0.0.1", port))
    asked = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    while True:
        begun = time.perf_counter()
        line.sendall(asked)
        line.recv(65_536)
        print((time.perf_counter() - begun) * 1000, flush=True)
        time.sleep(0.01)


async def measured(
    name: str, port: int, metrics_port: int, requests: Sequence[bytes], beside: Sequence[bytes] = ()
) -> bool:
    """Fire, and print a row: median and 99th percentile of the acknowledgements, longest and 99th of the heartbeats."""
    watch = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--beat", str(metrics_port), stdout=asyncio.subprocess.PIPE
    )
    assert watch.stdout is not None
    await watch.stdout.readline()
    others = asyncio.create_task(fire(port, beside, connections=5)) if beside else None
    result = await fire(port, requests, connections=CONNECTIONS)
    watch.terminate()
    lag = [float(line) for line in (await watch.stdout.read()).split()]
    await watch.wait()
    if others is not None:
        others.cancel()
        await asyncio.gather(others, return_exceptions=True)
    if result.refused:
        raise SystemExit(f"{name}: {result.refused} requests were refused")
    late = sorted(lag)[int(len(lag) * 0.99)]
    fits = result.p99 < WANTED_ACK and max(lag) < WANTED_LAG
    print(
        f"| {name} | {len(requests)} | {result.median:.0f} | {result.p99:.0f} | {late:.0f} | {max(lag):.0f} "
        f"| {'yes' if fits else 'no'} |",
        flush=True,
    )
    return fits


def strange_tokens(count: int) -> list[bytes]:
    """Activities with a token of a key that nobody knows yet."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": "new"}).encode()).decode().rstrip("=")
    headers = {"Authorization": f"Bearer {head}.e30.AAAA", "Content-Type": "application/json"}
    return [request("/api/messages", headers, b'{"type": "message"}') for _ in range(count)]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", required=True, help="an empty database: postgresql+asyncpg://...")
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--delay", type=float, default=0.2, help="seconds for each call of the database")
    given = parser.parse_args()
    slack.KEY = new_key()
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - of the product's own dependencies

    url = make_url(given.postgres)
    await slack.migrated(given.postgres)
    api_port = free_port()
    api = f"http://127.0.0.1:{api_port}/api/"
    script = str(Path(slack.__file__))
    fits = True
    print("| slow part | requests | ack median ms | ack 99th ms | livez 99th ms | livez longest ms | within |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    async with Server(script, "--slack", str(api_port), port=api_port, environment=dict(os.environ)):
        for name, delay in (("nothing", 0.0), (f"database, {given.delay * 1000:.0f} ms a call", given.delay)):
            port, metrics_port = free_port(), free_port()
            async with slow_way(url.host or "127.0.0.1", url.port or 5432, delay) as way:
                slow = url.set(host="127.0.0.1", port=way).render_as_string(hide_password=False)
                settings = slack.environment(api, slow, port, metrics_port)
                async with Server("-m", "bot", "serve", port=port, environment=settings):
                    await fire(port, slack.mentions(100, f"w{port}"), connections=CONNECTIONS)
                    mentions = slack.mentions(given.number, f"m{port}")
                    well = await measured(f"{name}: mentions", port, metrics_port, mentions)
                    commands = slack.commands(given.number, f"c{port}")
                    well &= await measured(f"{name}: commands", port, metrics_port, commands)
                    fits &= well or not delay  # the first rows are there to compare with
        with tempfile.TemporaryDirectory() as folder:
            port, metrics_port = free_port(), free_port()
            async with slow_login() as login:
                settings = slack.environment(api, f"sqlite+aiosqlite:///{folder}/bot.db", port, metrics_port)
                settings |= {
                    "TEAMS_APP_ID": "0f3f9a62-1111-4222-8333-444455556666",
                    "TEAMS_APP_PASSWORD": "of-no-use",
                    "TEAMS_TENANT_ID": "7a1b2c3d-aaaa-4bbb-8ccc-ddddeeeeffff",
                    "TEAMS_APP_TYPE": "SingleTenant",
                    "TEAMS_OPENID_METADATA_URL": f"{login}/metadata",
                    "TEAMS_TOKEN_URL": f"{login}/token",
                }
                async with Server("-m", "bot", "serve", port=port, environment=settings):
                    await fire(port, slack.mentions(100, f"w{port}"), connections=CONNECTIONS)
                    mentions = slack.mentions(given.number, f"m{port}")
                    fits &= await measured(
                        f"login host, {LOGIN_SECONDS:.0f} s", port, metrics_port, mentions, strange_tokens(200)
                    )
    verdict = "yes" if fits else "no"
    print(f"\nWith a slow part all within {WANTED_ACK:.0f} and {WANTED_LAG:.0f} ms: {verdict}. {machine()}.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--beat"]:
        beat(int(sys.argv[2]))
    else:
        asyncio.run(main())
