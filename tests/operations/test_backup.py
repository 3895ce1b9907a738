"""A backup is whole, checked and still sealed; restoring is a drill that is run here, and refuses by default."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run
from bot.rules.protocol import Position
from storage import backup, new_key, open_store
from storage.tables import metadata
from tests.conftest import KEY, apart
from tests.operations.test_serve import free_port
from tests.support import FakeClock, person

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "my brother is the canary councillor"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one person and one sealed text, named by the environment."""
    if request.param == "postgres" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    found: str = request.getfixturevalue(f"{request.param}_url")
    monkeypatch.setenv("DATABASE_URL", found)
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    monkeypatch.setenv("PORT", str(free_port()))
    fill(found)
    return found


def backed_up(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of a database with one person, which the environment names."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    fill(url)
    file = tmp_path / "a.backup"
    run(["backup", str(file)])
    return file


def fill(url: str) -> None:
    async def work() -> None:
        async with open_store(url, [KEY]) as store:
            await store.migrate()
            if not store.is_sqlite:
                names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
                async with store.engine.begin() as connection:
                    await connection.exec_driver_sql(f"TRUNCATE {names}")
            async with store.begin() as uow:
                await uow.people.save(person("Mo Member", Position.MEMBER))
                await uow.drafts.keep("t", "p", "f", {"details": CANARY}, FakeClock().now())
                await uow.commit()

    apart(work())


def empty(url: str) -> None:
    """Everything is gone, as after a disk failure and a new installation."""

    async def work() -> None:
        async with open_store(url, [KEY]) as store:
            for name in ("people", "drafts"):
                async with store.engine.begin() as connection:
                    await connection.exec_driver_sql(f"DELETE FROM {name}")

    apart(work())


def content(url: str, key: str = KEY) -> tuple[list[str], str | None]:
    """Names in the directory, and the sealed text opened."""
    found: list[object] = []

    async def work() -> None:
        async with open_store(url, [key]) as store, store.begin() as uow:
            found.append([each.name for each in await uow.people.all()])
            newest = await uow.drafts.newest("p", "f")
            found.append(newest[1]["details"] if newest else None)
            found.append(await uow.audit.verify())

    apart(work())
    assert found[2][2] is None  # type: ignore[index] - the audit log holds
    return found[0], found[1]  # type: ignore[return-value]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    return out + err


def test_the_drill_back_up_lose_everything_restore(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kept" / "monday.backup"
    file.parent.mkdir()

    assert run(["backup", str(file)]) == 0
    empty(url)
    assert content(url) == ([], None)
    assert run(["restore", str(file)]) == 2
    assert "There is a database already" in said(capsys)
    assert run(["restore", str(file), "--replace"]) == 0

    assert content(url) == (["Mo Member"], CANARY)
    assert "What was there before is in" in said(capsys)


def test_what_is_sealed_stays_sealed_and_the_file_is_for_its_owner_alone(url: str, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    assert run(["backup", str(file)]) == 0

    held = file.read_bytes()
    if url.startswith("postgresql"):
        held += subprocess.run(["pg_restore", "--data-only", "--file=-", file], check=True, capture_output=True).stdout
    assert b"canary" not in held
    assert KEY.encode() not in held
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".partial")] == []


def test_a_backup_never_takes_the_place_of_another_unasked(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.backup"
    file.write_text("the only copy")

    assert run(["backup", str(file)]) == 2
    assert file.read_text() == "the only copy"
    assert "already" in said(capsys)
    assert run(["backup", str(file), "--replace"]) == 0


@pytest.mark.parametrize("damage", ["other", "cut", "empty", "missing"])
def test_a_damaged_file_is_refused_and_nothing_is_changed(
    url: str, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.backup"
    run(["backup", str(file)])
    whole = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes({"other": b"%PDF-1.7 nothing of ours", "cut": whole[: len(whole) // 3], "empty": b""}[damage])

    assert run(["restore", str(file), "--replace"]) == 2
    assert content(url) == (["Mo Member"], CANARY)
    assert "Traceback" not in said(capsys)


def test_a_backup_of_a_newer_version_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.backup"
    run(["backup", str(file)])
    monkeypatch.setattr(backup, "known_revisions", lambda: frozenset({"0001"}))

    assert run(["restore", str(file), "--replace"]) == 2
    assert "newer version" in said(capsys)
    assert content(url) == (["Mo Member"], CANARY)


def test_without_its_keys_a_backup_is_not_put_in_place(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = backed_up(sqlite_url, tmp_path, monkeypatch)
    monkeypatch.setenv("ENCRYPTION_KEYS", new_key())

    assert run(["restore", str(file), "--replace"]) == 2
    assert "do not open this backup" in said(capsys)
    assert content(sqlite_url) == (["Mo Member"], CANARY)

    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'new' / 'fresh.db'}")
    monkeypatch.delenv("ENCRYPTION_KEYS")
    (tmp_path / "new").mkdir()
    assert run(["restore", str(file)]) == 2
    assert "key back first" in said(capsys)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_database_that_somebody_has_open_is_not_replaced_under_them(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = backed_up(sqlite_url, tmp_path, monkeypatch)
    database = backup.sqlite_file(sqlite_url)

    with sqlite3.connect(database) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT count(*) FROM people").fetchone()
        assert run(["restore", str(file), "--replace"]) == 2
        assert "Stop it first" in said(capsys)
    other.close()
    assert run(["restore", str(file), "--replace"]) == 0


def test_a_restore_onto_a_new_machine_needs_no_replace(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(sqlite_url, tmp_path, monkeypatch)
    there = f"sqlite+aiosqlite:///{tmp_path / 'fresh.db'}"
    monkeypatch.setenv("DATABASE_URL", there)

    assert run(["restore", str(file)]) == 0
    assert content(there) == (["Mo Member"], CANARY)
    assert sorted(each.name for each in tmp_path.glob("fresh.db*")) == ["fresh.db"]


def test_an_older_backup_is_brought_up_to_date(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'now.db'}")
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    file = tmp_path / "old.backup"

    async def made_by_the_old_version() -> None:
        from alembic import command  # noqa: PLC0415 - only this test makes an old schema

        from storage import migrate  # noqa: PLC0415

        async with open_store(f"sqlite+aiosqlite:///{file}", [KEY]) as store, store.engine.begin() as connection:
            config = migrate._config()

            def to_0002(sync: object) -> None:
                config.attributes["connection"] = sync
                command.upgrade(config, "0002")

            await connection.run_sync(to_0002)

    apart(made_by_the_old_version())
    assert run(["restore", str(file)]) == 0
    assert content(f"sqlite+aiosqlite:///{tmp_path / 'now.db'}") == ([], None)


def test_without_pg_dump_a_plain_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://someone:canary@127.0.0.1:9/x")
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    assert run(["backup", str(tmp_path / "a.backup")]) == 1
    text = said(capsys)
    assert "pg_dump is not installed" in text
    assert "canary" not in text


def test_there_is_nothing_to_back_up_in_memory_or_where_there_is_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///:memory:")
    assert run(["backup", str(tmp_path / "a.backup")]) == 2
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert run(["backup", str(tmp_path / "a.backup")]) == 2
    assert "There is no database" in said(capsys)
    assert list(tmp_path.iterdir()) == []


async def test_a_backup_is_whole_while_the_bot_goes_on_writing(sqlite_url: str, tmp_path: Path) -> None:
    async with open_store(sqlite_url, [KEY]) as store:
        await store.migrate()

        async def write(number: int) -> None:
            async with store.begin() as uow:
                await uow.people.save(person(f"Person {number}"))
                await uow.drafts.keep(f"t{number}", "p", "f", {}, FakeClock().now())
                await uow.commit()

        writing = [asyncio.create_task(write(number)) for number in range(60)]
        files = [tmp_path / f"{number}.backup" for number in range(3)]
        for file in files:
            await asyncio.to_thread(backup.back_up_sqlite, backup.sqlite_file(sqlite_url), file)
        await asyncio.gather(*writing)

    for file in files:
        with sqlite3.connect(file) as copy:
            people = copy.execute("SELECT count(*) FROM people").fetchone()
            drafts = copy.execute("SELECT count(*) FROM drafts").fetchone()
        copy.close()
        assert people == drafts
