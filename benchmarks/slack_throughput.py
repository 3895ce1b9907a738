"""Signed Slack commands and mentions: our whole stack against a bare Bolt echo, on the same server.

    python benchmarks/slack_throughput.py [--number 3000] [--rounds 3] [--postgres URL]

Both are aiohttp applications in a process of their own, and get the same signed requests from the
same client, in turns. The echo does what Bolt's own example does: it checks the signature,
acknowledges, and says something back. Ours is the real program: it checks the signature, writes the
event to the inbox on disk before it acknowledges, works it in a transaction (for a question, with a
search), and queues the answer. So the first number is not the same work: it is what the durable
inbox costs. The last column is how many a second were worked to the end, answers queued on disk.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

from load import Server, fire, free_port, machine, request, until_worked  # noqa: E402 - the path comes first

SECRET, TOKEN, TEAM, BOT = "signing-secret", "xoxb-b", "T0COUNCIL", "U0BOT"
WANTED = 0.6
QUESTIONS = (
    "Can a councillor give an officer instructions?",
    "My sister works in planning. Whom do I tell?",
    "How soon should I get a reply?",
    "May officers attend party group meetings?",
)


# --- the other end, and the echo --------------------------------------------------------------


def run_slack(port: int) -> None:
    """A Slack that takes everything."""
    from aiohttp import web  # noqa: PLC0415 - only in this process

    from adapters.slack.manifest import BOT_SCOPES  # noqa: PLC0415

    async def call(request: web.Request) -> web.Response:
        answer = {
            "ok": True,
            "team": "Council",
            "team_id": TEAM,
            "user_id": BOT,
            "bot_id": "B0",
            "ts": "1.1",
            "channel": {"id": "D1"},
            "user": {"id": "U1", "team_id": TEAM, "profile": {}, "is_bot": False},
        }
        if request.match_info["method"] == "chat.postMessage":
            answer["channel"] = "C1"
        return web.json_response(answer, headers={"X-OAuth-Scopes": ",".join(BOT_SCOPES)})

    app = web.Application()
    app.router.add_post("/api/{method}", call)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def run_bare(port: int, api: str) -> None:
    """Bolt's own echo."""
    from aiohttp import web  # noqa: PLC0415 - only in this process
    from slack_bolt.async_app import AsyncApp  # noqa: PLC0415
    from slack_bolt.authorization import AuthorizeResult  # noqa: PLC0415
    from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token=TOKEN, bot_id="B0", bot_user_id=BOT)

    app = AsyncApp(client=AsyncWebClient(TOKEN, base_url=api), signing_secret=SECRET, authorize=authorize)

    @app.command("/ask-protocol")
    async def echo(ack: object, command: dict[str, str]) -> None:
        await ack(command["text"])  # type: ignore[operator]

    @app.event("app_mention")
    async def mentioned(event: dict[str, str], say: object) -> None:
        await say(event["text"])  # type: ignore[operator]

    web.run_app(app.web_app(path="/slack/events"), host="127.0.0.1", port=port, print=None, access_log=None)


# --- what is sent -----------------------------------------------------------------------------


def signed(body: str, content_type: str) -> bytes:
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    return request("/slack/events", headers, body.encode())


def commands(number: int, run: str) -> list[bytes]:
    """Questions by command, from as many people as there are requests in a minute at a council."""
    return [
        signed(
            urlencode(
                {
                    "command": "/ask-protocol",
                    "text": QUESTIONS[each % len(QUESTIONS)],
                    "user_id": f"U{each % 200}",
                    "user_name": "pat",
                    "team_id": TEAM,
                    "channel_id": "C1",
                    "channel_name": "general",
                    "trigger_id": f"{run}.{each}",
                    "response_url": "https://hooks.slack.example/1",
                }
            ),
            "application/x-www-form-urlencoded",
        )
        for each in range(number)
    ]


def mentions(number: int, run: str) -> list[bytes]:
    """Questions by mention, in many channels."""
    made = []
    for each in range(number):
        event = {
            "type": "app_mention",
            "user": f"U{each % 200}",
            "text": f"<@{BOT}> {QUESTIONS[each % len(QUESTIONS)]}",
            "ts": f"{int(time.time())}.{each:06}",
            "channel": f"C{each % 200}",
        }
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0",
            "event_id": f"Ev{run}{each}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            "event": event,
        }
        made.append(signed(json.dumps(body), "application/json"))
    return made


# --- the runs ---------------------------------------------------------------------------------


def environment(api: str, database: str, port: int, metrics_port: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TEAMS_"))}
    return {
        **clean,
        "PROTOCOL": "tower-hamlets",
        "DATABASE_URL": database,
        "ENCRYPTION_KEYS": KEY,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": api,
        "PORT": str(port),
        "METRICS_PORT": str(metrics_port),
        "LOG_LEVEL": "ERROR",
        "ASKS_PER_MINUTE": "1000000",
    }


async def once(kind: str, name: str, number: int, api: str, database: str) -> tuple[float, float, float, float]:
    """Acknowledged a second, median and 99th percentile in milliseconds, worked a second."""
    port, metrics_port = free_port(), free_port()
    if database:
        arguments: tuple[str, ...] = ("-m", "bot", "serve")
        settings = environment(api, database, port, metrics_port)
    else:
        arguments, settings = (__file__, "--bare", str(port), api), dict(os.environ)
    make = commands if kind == "command" else mentions
    async with Server(*arguments, port=port, environment=settings):
        await fire(port, make(200, f"w{port}"), connections=16)
        if database:
            await until_worked(metrics_port, "slack", 200, time.perf_counter())
        requests = make(number, f"r{port}")
        begun = time.perf_counter()
        result = await fire(port, requests)
        if result.refused:
            raise SystemExit(f"{name}: {result.refused} requests were refused")
        done = await until_worked(metrics_port, "slack", 200 + number, begun) if database else result.per_second
    return result.per_second, result.median, result.p99, done * number / (number + 200) if database else done


async def migrated(database: str) -> None:
    environment_of = environment("", database, 1, 2)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "migrate",
        cwd=Path(__file__).parents[1],
        env=environment_of,
        stdout=asyncio.subprocess.DEVNULL,
    )
    if await process.wait():
        raise SystemExit("the database could not be prepared")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", default="", help="an empty database: postgresql+asyncpg://...")
    given = parser.parse_args()
    slack_port = free_port()
    api = f"http://127.0.0.1:{slack_port}/api/"
    with tempfile.TemporaryDirectory() as folder:
        names = {"bare Bolt echo": "", "ours, SQLite": f"sqlite+aiosqlite:///{folder}/bot.db"}
        if given.postgres:
            names["ours, PostgreSQL"] = given.postgres
        for database in names.values():
            if database:
                await migrated(database)
        async with Server(__file__, "--slack", str(slack_port), port=slack_port, environment=dict(os.environ)):
            print("| requests | server | acknowledged a second | of the echo | median ms | 99th ms | worked a second |")
            print("| --- | --- | --- | --- | --- | --- | --- |")
            fits = True
            for kind in ("command", "mention"):
                runs: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in names}
                for _ in range(given.rounds):
                    for name, database in names.items():
                        runs[name].append(await once(kind, name, given.number, api, database))
                echo = statistics.median(run[0] for run in runs["bare Bolt echo"])
                for name, found in runs.items():
                    rate, median, p99, done = (statistics.median(run[part] for run in found) for part in range(4))
                    fits = fits and not (kind == "command" and rate < WANTED * echo)
                    print(
                        f"| {kind} | {name} | {rate:.0f} | {rate / echo:.2f} | {median:.1f} | {p99:.1f} | {done:.0f} |",
                        flush=True,
                    )
    print(f"\nCommands at {WANTED} of the echo or more: {'yes' if fits else 'no'}. {machine()}.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--slack"]:
        run_slack(int(sys.argv[2]))
    elif sys.argv[1:2] == ["--bare"]:
        run_bare(int(sys.argv[2]), sys.argv[3])
    else:
        from storage import new_key

        KEY = new_key()
        asyncio.run(main())
