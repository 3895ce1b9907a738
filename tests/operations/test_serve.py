"""Starting and stopping, with the real program as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.__main__ import run
from storage import open_store
from tests.conftest import KEY, apart

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
STOP_WITHIN = 10.0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Served:
    """``protocol-bot serve`` on a port of its own, for a Slack that does not answer."""

    process: subprocess.Popen[str]
    port: int
    metrics_port: int

    def wait_until_it_answers(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith("Answering from"):
                return
        pytest.fail("it never started")

    def get(self, port: int, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, number: int) -> tuple[int, float, str]:
        """Send a signal: exit code, seconds, what it logged meanwhile."""
        begun = time.monotonic()
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, time.monotonic() - begun, log


def environment(tmp_path: Path, **values: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TEAMS_", "COV"))}
    return {
        **clean,
        "PROTOCOL": "copeland",
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}",
        "ENCRYPTION_KEYS": KEY,
        **values,
    }


def start(tmp_path: Path, **values: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env=environment(tmp_path, **values),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def on_slack(**values: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_SIGNING_SECRET": "signing-secret",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        **values,
    }


@contextlib.contextmanager
def served(tmp_path: Path, **values: str) -> Iterator[Served]:
    port, metrics_port = free_port(), free_port()
    process = start(tmp_path, **on_slack(PORT=str(port), METRICS_PORT=str(metrics_port), **values))
    made = Served(process, port, metrics_port)
    try:
        made.wait_until_it_answers()
        yield made
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_answers_and_stops_cleanly_within_ten_seconds(tmp_path: Path, number: int) -> None:
    with served(tmp_path) as bot:
        alive = bot.get(bot.port, "/livez")
        not_ready = bot.get(bot.metrics_port, "/readyz")
        figures = bot.get(bot.metrics_port, "/metrics")
        public = bot.get(bot.port, "/metrics")
        code, seconds, log = bot.stop(number)

    assert alive == (200, '{"status": "alive"}')
    assert not_ready[0] == 503
    assert "Slack does not answer" in not_ready[1] or "Slack has not confirmed" in not_ready[1]
    assert figures[0] == 200
    assert "protocol_bot_build_info" in figures[1]
    assert public[0] == 404
    assert (code, seconds < STOP_WITHIN) == (0, True)
    assert "Traceback" not in log
    assert all(json.loads(line) for line in log.splitlines())


@pytest.mark.slow
def test_a_second_one_on_the_same_port_says_so_and_stops(tmp_path: Path) -> None:
    with served(tmp_path) as bot:
        (tmp_path / "second").mkdir()
        second = start(tmp_path / "second", **on_slack(PORT=str(bot.port)))
        _, said = second.communicate(timeout=PATIENCE)

    assert second.returncode == 2
    assert f"Port {bot.port} on 127.0.0.1 is taken" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_killed_outright_it_starts_again_on_the_same_database(tmp_path: Path) -> None:
    with served(tmp_path) as bot:
        bot.process.kill()
        bot.process.communicate()
    with served(tmp_path) as bot:
        assert bot.get(bot.port, "/livez")[0] == 200


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "No platform is set up."),
        ({"SLACK_BOT_TOKEN": "xoxb-test"}, "Slack is half set up. Set SLACK_SIGNING_SECRET as well"),
        ({"TEAMS_APP_ID": "a"}, "Teams is half set up. Set TEAMS_TENANT_ID and TEAMS_APP_TYPE and TEAMS_APP_PASSWORD"),
        ({"PORT": "eight"}, "These settings cannot be used: PORT"),
        (on_slack(PROTOCOL="nowhere"), "There is no protocol “nowhere”."),
        (on_slack(ENCRYPTION_KEYS="abc"), "not 32 bytes in URL-safe base64"),
        (on_slack(DATABASE_URL="postgresql+asyncpg://x@127.0.0.1:9/x", ENCRYPTION_KEYS=""), "Set ENCRYPTION_KEYS."),
        (on_slack(SLACK_BOT_TOKEN_FILE="/nowhere/token"), "SLACK_BOT_TOKEN_FILE names a file that cannot be read."),
    ],
)
def test_what_is_not_set_up_is_said_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    values: dict[str, str],
    sentence: str,
) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path, **values).items():
        monkeypatch.setenv(name, value)

    assert run(["serve"]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.postgres
def test_a_postgresql_database_that_is_behind_is_left_alone_until_migrate_is_run(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def emptied() -> None:
        async with open_store(postgres_url, [KEY]) as store, store.engine.begin() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))

    apart(emptied())
    for name, value in on_slack(DATABASE_URL=postgres_url, ENCRYPTION_KEYS=KEY, PROTOCOL="copeland").items():
        monkeypatch.setenv(name, value)

    assert run(["serve"]) == 2
    assert "The database is not up to date. Run “protocol-bot migrate” first." in capsys.readouterr().err
    assert run(["migrate"]) == 0
    assert run(["purge", "--dry-run"]) == 0


@pytest.mark.postgres
def test_a_postgresql_database_that_does_not_answer_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in on_slack(
        DATABASE_URL="postgresql+asyncpg://x:canary@127.0.0.1:9/x", ENCRYPTION_KEYS=KEY, PROTOCOL="copeland"
    ).items():
        monkeypatch.setenv(name, value)

    for command in ("serve", "migrate", "verify-audit"):
        assert run([command]) == 1
        said = capsys.readouterr().err
        assert "The database does not answer (ConnectionRefusedError)" in said
        assert "canary" not in said
