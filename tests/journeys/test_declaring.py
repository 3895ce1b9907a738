"""From the words to the register, on each platform and for each council."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import structlog

from bot.__main__ import run
from tests.conftest import KEY
from tests.journeys.stage import PEOPLE, PLATFORMS, council
from tests.journeys.walks import COUNCILS, Council, decide, declare
from tests.support import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage import SqlStore


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[Callable[..., asyncio.Future[int]]]:
    """Runs a command as an operator does, on the database of the test; logging stays as it was."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    known, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def command(*arguments: str) -> asyncio.Future[int]:
        return asyncio.ensure_future(asyncio.to_thread(run, list(arguments)))

    yield command
    structlog.configure(**known)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("case", COUNCILS, ids=lambda case: case.pack)
async def test_declared_received_opened_conditions_set_amended_exported(
    sqlite_store: SqlStore,
    tmp_path: Path,
    operator: Callable[..., asyncio.Future[int]],
    platform: str,
    case: Council,
) -> None:
    async with council(platform, sqlite_store, case.pack, FakeClock()) as stage:
        reference = await declare(stage, case)
        told = stage.latest(case.recipient)
        assert "words for" not in told.whole, "by reference only"
        assert PEOPLE[case.other].name not in told.whole
        await decide(stage, case)
        assert "words for" not in "".join(message.whole for message in stage.messages())
        assert stage.in_public() in {"", "{}"}

        out = tmp_path / "register.csv"
        assert await operator("register", "export", "--out", str(out)) == 0
        [row] = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")))
        assert (row["reference"], row["details"]) == (reference, "words for amended details")
        assert row["conditions"] == "words for conditions"
        whole = tmp_path / "register.json"
        assert await operator("register", "export", "--format", "json", "--out", str(whole)) == 0
        assert json.loads(whole.read_text(encoding="utf-8"))[0]["reference"] == reference
        assert await operator("verify-audit") == 0


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_somebody_whom_the_protocol_does_not_name_learns_nothing(sqlite_store: SqlStore, platform: str) -> None:
    """A guessed button gives the same answer as one about a record that never was."""
    async with council(platform, sqlite_store, "copeland") as stage:
        await declare(stage, COUNCILS[0])
        told = stage.latest("mo.template")
        [record] = set(re.findall(r"\b[0-9a-f]{32}\b", json.dumps(told.buttons["Open"])))
        nowhere = json.loads(json.dumps(told.buttons["Open"]).replace(record, "0" * 32))
        answers = []
        for guess in (told, replace(told, buttons={"Open": nowhere})):
            window = await stage.press("ben.specimen", guess, "Open")
            assert window is not None
            answers.append(re.sub(r'"(id|hash)": "[^"]*"', "", window.words))
        assert "cannot find that" in answers[0]
        assert answers[0] == answers[1]
