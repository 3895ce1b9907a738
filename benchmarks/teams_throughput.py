"""Signed Teams messages: our whole stack against a bare botbuilder echo, on the same server.

    python benchmarks/teams_throughput.py [--number 1500] [--rounds 3] [--postgres URL]

Both are aiohttp applications in a process of their own, get the same signed activities in turns, and
answer to the same local connector service. The echo is the SDK's own example: it checks the token,
answers the message, and then acknowledges. Its token for answering is made up on the spot, which
spares it the login that it does for every turn. Ours is the real program: it checks the token, writes
the activity to the inbox on disk, acknowledges, works it, and queues the answer.
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

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

from load import Server, fire, free_port, machine, request, until_worked  # noqa: E402 - the path comes first

APP_ID, TENANT = "0f3f9a62-1111-4222-8333-444455556666", "7a1b2c3d-aaaa-4bbb-8ccc-ddddeeeeffff"
WANTED = 1.0
QUESTIONS = (
    "Can a councillor give an officer instructions?",
    "My sister works in planning. Whom do I tell?",
    "How soon should I get a reply?",
    "May officers attend party group meetings?",
)


# --- the other end, and the echo --------------------------------------------------------------


def run_microsoft(port: int, public_key: str) -> None:
    """Key host, login host and connector service."""
    from aiohttp import web  # noqa: PLC0415 - only in this process

    key = {**json.loads(public_key), "kid": "k", "use": "sig", "endorsements": ["msteams"]}

    async def metadata(request: web.Request) -> web.Response:
        found = {"jwks_uri": f"http://{request.host}/keys", "id_token_signing_alg_values_supported": ["RS256"]}
        return web.json_response(found)

    async def keys(_request: web.Request) -> web.Response:
        return web.json_response({"keys": [key]})

    async def token(_request: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"})

    async def connector(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"id": "1"}, status=201)

    app = web.Application()
    app.router.add_get("/metadata", metadata)
    app.router.add_get("/keys", keys)
    app.router.add_post("/token", token)
    app.router.add_route("*", "/v3/{rest:.*}", connector)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def run_bare(port: int, microsoft: str) -> None:
    """The SDK's own echo."""
    from aiohttp import web  # noqa: PLC0415 - only in this process
    from botbuilder.core import BotFrameworkAdapter, BotFrameworkAdapterSettings, TurnContext  # noqa: PLC0415
    from botbuilder.schema import Activity  # noqa: PLC0415
    from botframework.connector.auth import ChannelValidation, MicrosoftAppCredentials  # noqa: PLC0415

    ChannelValidation.open_id_metadata_endpoint = f"{microsoft}/metadata"
    MicrosoftAppCredentials.get_access_token = lambda *_: "t"
    MicrosoftAppCredentials.is_trusted_service = staticmethod(lambda _url: True)
    adapter = BotFrameworkAdapter(BotFrameworkAdapterSettings(APP_ID, "secret"))

    async def echo(context: TurnContext) -> None:
        if context.activity.type == "message":
            await context.send_activity(context.activity.text)

    async def messages(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        await adapter.process_activity(activity, request.headers.get("Authorization", ""), echo)
        return web.Response(status=201)

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


# --- what is sent -----------------------------------------------------------------------------


def key_pair() -> tuple[object, str]:
    """A private key, and the public one as a JSON web key."""
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - once
    from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private, RSAAlgorithm.to_jwk(private.public_key())


def messages(number: int, run: str, private: object, microsoft: str) -> list[bytes]:
    """Questions in private chats with 200 people who wrote before. Teams keeps a token for an hour; so here."""
    import jwt  # noqa: PLC0415 - only in the client

    now = int(time.time())
    claims = {
        "iss": "https://api.botframework.com",
        "aud": APP_ID,
        "nbf": now - 10,
        "exp": now + 3600,
        "serviceurl": microsoft,
    }
    token = jwt.encode(claims, private, algorithm="RS256", headers={"kid": "k"})  # type: ignore[arg-type]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    made = []
    for each in range(number):
        activity = {
            "type": "message",
            "id": f"{run}-{each}",
            "timestamp": "2026-03-02T09:30:00.000Z",
            "serviceUrl": microsoft,
            "channelId": "msteams",
            "from": {"id": f"29:{each % 200}", "name": "Pat Example"},
            "conversation": {"id": f"a:{each % 200}", "conversationType": "personal", "tenantId": TENANT},
            "recipient": {"id": f"28:{APP_ID}", "name": "Protocol Bot"},
            "channelData": {"tenant": {"id": TENANT}},
            "text": QUESTIONS[each % len(QUESTIONS)],
        }
        made.append(request("/api/messages", headers, json.dumps(activity).encode()))
    return made


# --- the runs ---------------------------------------------------------------------------------


def environment(microsoft: str, database: str, port: int, metrics_port: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TEAMS_"))}
    return {
        **clean,
        "PROTOCOL": "tower-hamlets",
        "DATABASE_URL": database,
        "ENCRYPTION_KEYS": KEY,
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_TENANT_ID": TENANT,
        "TEAMS_APP_PASSWORD": "secret",
        "TEAMS_APP_TYPE": "SingleTenant",
        "TEAMS_OPENID_METADATA_URL": f"{microsoft}/metadata",
        "TEAMS_TOKEN_URL": f"{microsoft}/token",
        "TEAMS_SERVICE_HOSTS": microsoft.removeprefix("http://"),
        "PORT": str(port),
        "METRICS_PORT": str(metrics_port),
        "LOG_LEVEL": "ERROR",
        "ASKS_PER_MINUTE": "1000000",
    }


async def once(name: str, number: int, microsoft: str, private: object, database: str) -> tuple[float, ...]:
    """Acknowledged a second, median and 99th percentile in milliseconds, worked a second."""
    port, metrics_port = free_port(), free_port()
    if database:
        arguments: tuple[str, ...] = ("-m", "bot", "serve")
        settings = environment(microsoft, database, port, metrics_port)
    else:
        arguments, settings = (__file__, "--bare", str(port), microsoft), dict(os.environ)
    async with Server(*arguments, port=port, environment=settings):
        await fire(port, messages(200, f"w{port}", private, microsoft), connections=16)
        if database:
            await until_worked(metrics_port, "teams", 200, time.perf_counter())
        requests = messages(number, f"r{port}", private, microsoft)
        begun = time.perf_counter()
        result = await fire(port, requests)
        if result.refused:
            raise SystemExit(f"{name}: {result.refused} requests were refused")
        done = result.per_second
        if database:
            done = await until_worked(metrics_port, "teams", 200 + number, begun) * number / (number + 200)
    return result.per_second, result.median, result.p99, done


async def migrated(database: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "migrate"),
        cwd=Path(__file__).parents[1],
        env=environment("", database, 1, 2),
        stdout=asyncio.subprocess.DEVNULL,
    )
    if await process.wait():
        raise SystemExit("the database could not be prepared")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", default="", help="an empty database: postgresql+asyncpg://...")
    given = parser.parse_args()
    private, public = key_pair()
    microsoft_port = free_port()
    microsoft = f"http://127.0.0.1:{microsoft_port}"
    with tempfile.TemporaryDirectory() as folder:
        names = {"bare botbuilder echo": "", "ours, SQLite": f"sqlite+aiosqlite:///{folder}/bot.db"}
        if given.postgres:
            names["ours, PostgreSQL"] = given.postgres
        for database in names.values():
            if database:
                await migrated(database)
        other_end = (__file__, "--microsoft", str(microsoft_port), public)
        async with Server(*other_end, port=microsoft_port, environment=dict(os.environ)):
            print("| server | acknowledged a second | of the echo | median ms | 99th ms | worked a second |")
            print("| --- | --- | --- | --- | --- | --- |")
            runs: dict[str, list[tuple[float, ...]]] = {name: [] for name in names}
            for _ in range(given.rounds):
                for name, database in names.items():
                    runs[name].append(await once(name, given.number, microsoft, private, database))
            echo = statistics.median(run[0] for run in runs["bare botbuilder echo"])
            fits = True
            for name, found in runs.items():
                rate, median, p99, done = (statistics.median(run[part] for run in found) for part in range(4))
                fits = fits and rate >= WANTED * echo
                print(
                    f"| {name} | {rate:.0f} | {rate / echo:.2f} | {median:.1f} | {p99:.1f} | {done:.0f} |", flush=True
                )
    print(f"\nAt {WANTED} of the echo or more: {'yes' if fits else 'no'}. {machine()}.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--microsoft"]:
        run_microsoft(int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["--bare"]:
        run_bare(int(sys.argv[2]), sys.argv[3])
    else:
        from storage import new_key

        KEY = new_key()
        asyncio.run(main())
