"""How long the bot takes from nothing to ready, and how much memory it then holds.

    python benchmarks/cold_start.py [--runs 7]

The real program is started against a local stand-in for Slack's and Microsoft's hosts, which answer
at once, so that what is measured is ours. “Ready” is the first 200 of /readyz. The database is there
already and up to date, as it is after every start but the first; the first is shown too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).resolve().parent), str(ROOT)]

from load import free_port, machine  # noqa: E402 - the path comes first

from adapters.slack.manifest import BOT_SCOPES  # noqa: E402 - the path comes first
from storage import new_key  # noqa: E402

READY_WITHIN_SECONDS, MEGABYTES = 2.0, 200


async def hosts() -> tuple[web.AppRunner, str]:
    """Slack's auth.test, Microsoft's keys and login."""

    async def auth_test(_request: web.Request) -> web.Response:
        answer = {"ok": True, "team": "Council", "user_id": "U0BOT", "bot_id": "B0", "team_id": "T0"}
        return web.json_response(answer, headers={"X-OAuth-Scopes": ",".join(BOT_SCOPES)})

    async def metadata(request: web.Request) -> web.Response:
        return web.json_response({"jwks_uri": f"http://{request.host}/keys"})

    async def keys(_request: web.Request) -> web.Response:
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - once, and not before it is needed
        from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415

        public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
        return web.json_response({"keys": [{**json.loads(RSAAlgorithm.to_jwk(public)), "kid": "k", "use": "sig"}]})

    async def token(_request: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})

    app = web.Application()
    app.router.add_post("/api/auth.test", auth_test)
    app.router.add_post("/api/{method}", lambda _request: web.json_response({"ok": False, "error": "unknown_method"}))
    app.router.add_get("/metadata", metadata)
    app.router.add_get("/keys", keys)
    app.router.add_post("/token", token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


def settings(url: str, platforms: str, folder: Path, key: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TEAMS_"))}
    common = {
        "PROTOCOL": "tower-hamlets",
        "ENCRYPTION_KEYS": key,
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'bot.db'}",
    }
    slack = {
        "SLACK_BOT_TOKEN": "xoxb-b",
        "SLACK_SIGNING_SECRET": "s",
        "SLACK_API_URL": f"{url}/api/",
    }
    teams = {
        "TEAMS_APP_ID": "0f3f9a62-1111-4222-8333-444455556666",
        "TEAMS_TENANT_ID": "7a1b2c3d-aaaa-4bbb-8ccc-ddddeeeeffff",
        "TEAMS_APP_PASSWORD": "p",
        "TEAMS_APP_TYPE": "SingleTenant",
        "TEAMS_OPENID_METADATA_URL": f"{url}/metadata",
        "TEAMS_TOKEN_URL": f"{url}/token",
    }
    return {**clean, **common, **(slack if "slack" in platforms else {}), **(teams if "teams" in platforms else {})}


async def start_once(environment: dict[str, str]) -> tuple[float, float, float, float]:
    """Seconds until it answers, until it is ready, of processor time until then, and its memory in megabytes."""
    port = free_port()
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "serve",
        cwd=ROOT,
        env={**environment, "PORT": str(port)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    answered = ready = 0.0
    async with aiohttp.ClientSession() as session:
        while not ready:
            if process.returncode is not None:
                raise SystemExit("it did not start")
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    answered = answered or time.perf_counter() - begun
                    if answer.status == 200:
                        ready = time.perf_counter() - begun
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.01)
    status = Path(f"/proc/{process.pid}/status").read_text()  # noqa: ASYNC240 - one line of the kernel's
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    spent = Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()  # noqa: ASYNC240 - as above
    processor = (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
    process.terminate()
    await process.wait()
    return answered, ready, processor, memory


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    runner, url = await hosts()
    print("| platforms | first start, ready s | later: answers s | ready s | worst | of it processor s | memory MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    fits = True
    for platforms in ("slack", "teams", "slack and teams"):
        with tempfile.TemporaryDirectory() as folder:
            environment = settings(url, platforms, Path(folder), new_key())
            first = await start_once(environment)
            later = [await start_once(environment) for _ in range(runs)]
        answered = statistics.median(each[0] for each in later)
        ready = [each[1] for each in later]
        processor = statistics.median(each[2] for each in later)
        memory = max(each[3] for each in later)
        fits = fits and statistics.median(ready) < READY_WITHIN_SECONDS and memory < MEGABYTES
        print(
            f"| {platforms} | {first[1]:.2f} | {answered:.2f} | {statistics.median(ready):.2f} | {max(ready):.2f} "
            f"| {processor:.2f} | {memory:.0f} |",
            flush=True,
        )
    await runner.cleanup()
    print(f"\nReady within {READY_WITHIN_SECONDS:.0f} s and {MEGABYTES} MB: {'yes' if fits else 'no'}. {machine()}.")


if __name__ == "__main__":
    asyncio.run(main())
