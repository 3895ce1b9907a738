"""What the throughput benchmarks share: a light HTTP client, a server to start and stop, and numbers."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def machine() -> str:
    """What it ran on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "?")
    return f"{os.cpu_count()} cores, {model}, Python {sys.version.split()[0]}"


@dataclass(frozen=True)
class Result:
    """One run: how many a second, and how long an answer took."""

    per_second: float
    latencies: Sequence[float]
    refused: int

    @property
    def median(self) -> float:
        """Milliseconds that half of the answers took at most."""
        return statistics.median(self.latencies) * 1000

    @property
    def p99(self) -> float:
        """Milliseconds that all but one in a hundred took at most."""
        return sorted(self.latencies)[int(len(self.latencies) * 0.99)] * 1000


def request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def fire(port: int, requests: Sequence[bytes], *, connections: int = 32) -> Result:
    """Send every request, so many at a time, each connection one after the other."""
    waiting = iter(requests)
    latencies: list[float] = []
    refused = 0

    async def work() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for data in waiting:
            begun = time.perf_counter()
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(
                next((line[15:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b"0")
            )
            if length:
                await reader.readexactly(length)
            latencies.append(time.perf_counter() - begun)
            refused += not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201", b"HTTP/1.1 202"))
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return Result(len(latencies) / (time.perf_counter() - begun), latencies, refused)


class Server:
    """A server in a process of its own; it is up once its port answers."""

    def __init__(self, *arguments: str, port: int, environment: dict[str, str]) -> None:
        self.arguments, self.port, self.environment = arguments, port, environment

    async def __aenter__(self) -> Self:
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe that nobody reads would stop the server once full
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *self.arguments, cwd=ROOT, env=self.environment, stderr=self.said
        )
        while True:
            if self.process.returncode is not None:
                self.said.seek(0)
                raise SystemExit(self.said.read().decode()[-2000:])
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return self

    async def __aexit__(self, *_: object) -> None:
        self.process.kill()
        await self.process.wait()
        self.said.close()


async def get(port: int, path: str) -> str:
    """The body of a page."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    text = (await reader.read()).decode()
    writer.close()
    return text


async def worked(metrics_port: int, platform: str) -> float:
    """How many events the bot has worked."""
    lines = (await get(metrics_port, "/metrics")).splitlines()
    wanted = f'protocol_bot_events_total{{platform="{platform}"'
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(wanted))


async def until_worked(metrics_port: int, platform: str, count: float, begun: float) -> float:
    """Wait until so many are worked: how many a second since ``begun``."""
    while await worked(metrics_port, platform) < count:  # noqa: ASYNC110 - another process tells it
        await asyncio.sleep(0.1)
    return count / (time.perf_counter() - begun)
