"""The keeper's work at the command line, behind the same gate as everywhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run
from storage import new_key, open_store
from tests.handlers.test_declare import Bot
from tests.support import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

KEEPER, OTHER = "mo.template@council.example", "hal.example@council.example"


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Femi Sample has declared that she and Cllr Ada Sample are family; Copeland."""
    url, key = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", new_key()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ENCRYPTION_KEYS", key)
    monkeypatch.setenv("PROTOCOL", "copeland")

    async def work() -> str:
        async with open_store(url, [key]) as store:
            await store.migrate()
            bot = await Bot(store, FakeClock()).directory()
            record = await bot.declare("femi.sample", other_party="person:ada.sample")
            async with store.begin() as uow:
                found = await uow.disclosures.get(record)
            assert found is not None
            return found.reference

    return asyncio.run(work())


def test_the_keeper_lists_filters_opens_and_acts(reference: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["register", "list", "--as", KEEPER, "--only", "service:Housing"]) == 0
    listed = capsys.readouterr().out
    assert reference in listed
    assert "canary" not in listed
    assert run(["register", "list", "--as", KEEPER, "--only", "service:Highways"]) == 0
    assert reference not in capsys.readouterr().out

    assert run(["register", "show", reference, "--as", KEEPER]) == 0
    shown = capsys.readouterr().out
    assert "canary-1d7e" in shown
    assert "conditions set" in shown

    step = ["register", "record", reference, "--as", KEEPER, "--step", "conditions set"]
    assert run(step) == 2
    assert "--text: Say a few words" in capsys.readouterr().err
    assert run([*step, "--text", "Keep off the panel.", "--review-on", "2099-03-01"]) == 0
    capsys.readouterr()
    assert run(["register", "show", reference, "--as", KEEPER]) == 0
    assert "Keep off the panel." in capsys.readouterr().out
    assert run(["verify-audit"]) == 0


def test_nobody_reaches_more_here_than_elsewhere(reference: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        ["list"],
        ["show", reference],
        ["show", "DR-2222-2222"],
        ["record", reference, "--step", "no action needed"],
    ):
        assert run(["register", *command, "--as", OTHER]) == 2
        assert capsys.readouterr().err.startswith("I cannot find that.")


def test_a_key_that_does_not_open_what_is_stored_is_said_plainly(
    reference: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", new_key())

    assert run(["register", "export"]) == 2
    said = capsys.readouterr().err
    assert "These ENCRYPTION_KEYS do not open" in said
    assert reference not in said
