"""Commands that keep and bring back the whole database: ``backup``, ``restore``."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters import probes
from bot import bootstrap
from bot.commands.shared import OPERATOR, Config, run
from bot.errors import InputError, ProtocolBotError
from bot.settings import Settings, read_settings
from storage import backup, open_store
from storage.inspection import inspect_database

if TYPE_CHECKING:
    from storage import SqlStore

Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there.")]
Target = Annotated[Path, typer.Argument(help="Where the backup goes.")]
Source = Annotated[Path, typer.Argument(help="A file that “backup” made.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("backup")(back_up)
    app.command("restore")(restore)


def back_up(
    file: Annotated[Path, typer.Argument(help="Where the backup goes.")],
    replace: Replace = False,
    config: Config = None,
) -> None:
    """Write a backup while the bot may go on serving. The encryption keys are not in it: keep them elsewhere."""
    settings = read_settings(config)
    if file.exists() and not replace:
        raise InputError(f"There is a file {file} already. Choose another name, or use --replace.")

    async def work() -> None:
        if backup.is_sqlite(settings.database_url):
            await asyncio.to_thread(backup.back_up_sqlite, backup.sqlite_file(settings.database_url), file)
        else:
            await backup.back_up_postgres(settings.database_url, file)
        async with bootstrap.opened_store(settings) as store:
            await _note(store, "backup made", _fingerprint(file))

    run(work())
    size = file.stat().st_size / 1024
    sys.stdout.write(
        f"The backup is in {file} ({size:,.0f} KB, checked). Keep it apart from the encryption keys: "
        "whoever has both can read everything, and without the keys nobody can.\n"
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that “backup” made.")],
    replace: Replace = False,
    config: Config = None,
) -> None:
    """Put a backup in the database's place. Stop the service first. Whatever was there is kept beside it."""
    settings = read_settings(config)
    if not file.is_file():
        raise InputError(f"There is no file {file}. Correct the path.")
    if _is_used(settings):
        raise InputError(STILL_RUNNING)
    work = _restore_sqlite if backup.is_sqlite(settings.database_url) else _restore_postgres
    before = run(work(settings, file, replace))
    kept = f" What was there before is in {before}." if before else ""
    sys.stdout.write(f"The backup {file} is restored and up to date.{kept} Run “protocol-bot doctor” now.\n")


def _is_used(settings: Settings) -> bool:
    """Whether a bot may still be writing: on SQLite the file itself tells, else whether one answers on this machine."""
    if backup.is_sqlite(settings.database_url):
        return backup.sqlite_in_use(backup.sqlite_file(settings.database_url))
    return run(probes.runs_here(settings, bootstrap.SystemClock()))


STILL_RUNNING = (
    "The database is in use: the bot is running, or another program has it open. Stop it first, then restore. "
    "Nothing was changed."
)
THERE_IS_ONE = "There is a database already. Use --replace to put the backup in its place; it is kept beside it."
NO_KEY = "The encryption keys at hand do not open this backup. Put its keys into ENCRYPTION_KEYS. Nothing was changed."


async def _restore_sqlite(settings: Settings, file: Path, replace: bool) -> Path | None:
    database = backup.sqlite_file(settings.database_url)
    if backup.sqlite_has_content(database) and not replace:
        raise InputError(THERE_IS_ONE)
    key = database.with_suffix(".key")
    if not settings.encryption_keys and not key.is_file():
        raise InputError(f"Put the backup’s key back first: into {key}, or into ENCRYPTION_KEYS. Nothing was changed.")
    copy = await asyncio.to_thread(backup.trial_copy, file, database)
    try:
        async with open_store(f"sqlite+aiosqlite:///{copy}", bootstrap.encryption_keys(settings)) as store:
            await store.migrate()
            if (await inspect_database(store.engine, store.sealer)).unopened:
                raise InputError(NO_KEY)
            await _note(store, "restored", _fingerprint(file))
        return await asyncio.to_thread(backup.put_in_place, copy, database)
    finally:
        for end in ("", "-wal", "-shm"):
            copy.with_name(copy.name + end).unlink(missing_ok=True)


async def _restore_postgres(settings: Settings, file: Path, replace: bool) -> Path | None:
    await backup.postgres_revisions(file)
    before = None
    if await backup.postgres_has_content(settings.database_url):
        if not replace:
            raise InputError(THERE_IS_ONE)
        before = file.with_name(f"{file.name}.before-restore")
        await backup.back_up_postgres(settings.database_url, before)
    await backup.restore_postgres(settings.database_url, file)
    async with open_store(settings.database_url, bootstrap.encryption_keys(settings)) as store:
        await store.migrate()
        if (await inspect_database(store.engine, store.sealer)).unopened:
            raise ProtocolBotError("The backup is restored, but the keys at hand do not open it. Put its keys back.")
        await _note(store, "restored", _fingerprint(file))
    return before


def _fingerprint(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:32]


async def _note(store: SqlStore, action: str, subject: str) -> None:
    async with store.begin() as uow:
        await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, action, subject)
        await uow.commit()
