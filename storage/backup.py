"""Back up and restore by the databases' own safe ways: VACUUM INTO and the backup API, pg_dump and pg_restore.

A live file is never copied. What is sealed in the database stays sealed in the backup; the keys
are not in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from bot.errors import InputError, ProtocolBotError
from storage.engine import make_engine
from storage.migrate import known_revisions
from storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

NEWER = "The backup was made by a newer version of protocol-bot. Install that version first."
NOT_ONE = "The file {file} is not a backup of this kind of database, or it is damaged. Nothing was changed."


def is_sqlite(database_url: str) -> bool:
    """Whether the address is that of a SQLite database."""
    return make_url(database_url).get_backend_name() == "sqlite"


def sqlite_file(database_url: str) -> Path:
    """The file of a SQLite address.

    Raises:
        InputError: the database is kept in memory.
    """
    name = make_url(database_url).database
    if not name or name == ":memory:":
        raise InputError("The database is kept in memory: there is nothing to back up. Set DATABASE_URL.")
    return Path(name)


# --- SQLite --------------------------------------------------------------------------------


def back_up_sqlite(database: Path, file: Path) -> None:
    """Write a whole, checked copy while the bot may go on serving.

    Raises:
        InputError: there is no database, or the file cannot be written.
    """
    if not database.is_file():
        raise InputError(f"There is no database at {database}. Check DATABASE_URL.")
    partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}.partial")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with contextlib.closing(sqlite3.connect(database)) as source:
            source.execute("PRAGMA busy_timeout=15000")
            source.execute("VACUUM INTO ?", (str(partial),))
        _checked(partial)
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"The backup could not be written to {file} ({type(error).__name__}).") from None
    finally:
        partial.unlink(missing_ok=True)


def _checked(file: Path) -> frozenset[str]:
    """The migrations at which a whole, undamaged database of ours stands.

    Raises:
        InputError: it is none, is damaged, or is newer than this version.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            [verdict] = connection.execute("PRAGMA integrity_check(1)").fetchone()
            at = frozenset(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))
    except sqlite3.Error:
        raise InputError(NOT_ONE.format(file=file)) from None
    if verdict != "ok" or not at:
        raise InputError(NOT_ONE.format(file=file))
    if not at <= known_revisions():
        raise InputError(NEWER)
    return at


def sqlite_in_use(database: Path) -> bool:
    """Whether another process has the database open.

    SQLite gives the write-ahead log up only for whoever is alone with the file (https://www.sqlite.org/wal.html); the
    bot turns it on again when it next opens the file.
    """
    if not database.is_file():
        return False
    with contextlib.closing(sqlite3.connect(database, timeout=0.2, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError as error:
            return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
        except sqlite3.DatabaseError:
            return False  # damaged: the more reason to restore
    return False


def sqlite_has_content(database: Path) -> bool:
    """Whether there is a database at this place already."""
    return database.exists() and database.stat().st_size > 0


def trial_copy(file: Path, database: Path) -> Path:
    """A copy of a sound backup beside the database, to be brought up to date and tried before it takes its place.

    Raises:
        InputError: the backup is not one, is damaged, or is newer than this version.
    """
    if not file.is_file():
        raise InputError(f"There is no file {file}. Correct the path.")
    _checked(file)
    copy = database.with_name(f"{database.name}.{secrets.token_hex(4)}.trial")
    try:
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(file, copy)
    except OSError as error:
        raise InputError(f"There is no room or no right to write beside {database} ({type(error).__name__}).") from None
    return copy


def put_in_place(copy: Path, database: Path) -> Path | None:
    """Put the tried copy in the database's place; what was there is kept beside it, and returned.

    The backup API writes it in one transaction under the database's own lock, so a crash leaves
    the old content or the new.

    Raises:
        ProtocolBotError: the database is in use.
    """
    before = None
    if sqlite_has_content(database):
        before = database.with_name(f"{database.name}.before-restore-{secrets.token_hex(4)}")
        back_up_sqlite(database, before)
    try:
        with (
            contextlib.closing(sqlite3.connect(copy)) as source,
            contextlib.closing(sqlite3.connect(database)) as target,
        ):
            target.execute("PRAGMA busy_timeout=2000")
            target.execute("PRAGMA journal_mode=WAL")
            source.backup(target)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.chmod(0o600)
    except sqlite3.Error:
        raise ProtocolBotError("The database is in use. Stop the service, then restore.") from None
    return before


# --- PostgreSQL ----------------------------------------------------------------------------


async def back_up_postgres(database_url: str, file: Path) -> None:
    """Write the database in pg_dump's custom format.

    Raises:
        ProtocolBotError: pg_dump is not installed, or it failed.
    """
    partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}.partial")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        await _tool("pg_dump", database_url, "--format=custom", "--no-owner", "--no-privileges", f"--file={partial}")
        await postgres_revisions(partial)
        await asyncio.to_thread(partial.replace, file)
    except OSError as error:
        raise InputError(f"The backup could not be written to {file} ({type(error).__name__}).") from None
    finally:
        partial.unlink(missing_ok=True)


async def postgres_revisions(file: Path) -> frozenset[str]:
    """The migrations at which the database in a dump stands.

    Raises:
        InputError: it is no dump of ours, or is newer than this version.
    """
    dumped = ("--data-only", "--table=alembic_version", "--file=-", str(file))
    try:
        lines = (await _run("pg_restore", dumped, {})).splitlines()
    except ToolFailedError:
        raise InputError(NOT_ONE.format(file=file)) from None
    start = next((number for number, line in enumerate(lines) if line.startswith("COPY ")), None)
    at = frozenset(lines[start + 1 : lines.index("\\.")]) if start is not None else frozenset()
    if not at:
        raise InputError(NOT_ONE.format(file=file))
    if not at <= known_revisions():
        raise InputError(NEWER)
    return at


async def postgres_has_content(database_url: str) -> bool:
    """Whether tables of ours are there already."""

    def names(connection: Connection) -> bool:
        return bool(set(inspect(connection).get_table_names()) & {*metadata.tables, "alembic_version"})

    engine = make_engine(database_url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(names)
    finally:
        await engine.dispose()


async def restore_postgres(database_url: str, file: Path) -> None:
    """Put a dump in the place of our tables. Other tables of the database are left alone.

    Raises:
        ProtocolBotError: pg_restore is not installed, or it failed.
    """
    engine = make_engine(database_url)
    try:
        async with engine.begin() as connection:
            for table in (*metadata.tables, "alembic_version"):
                await connection.execute(text(f'DROP TABLE IF EXISTS "{table}" CASCADE'))
            await connection.execute(text("DROP FUNCTION IF EXISTS audit_append_only() CASCADE"))
    finally:
        await engine.dispose()
    await _tool(
        "pg_restore",
        database_url,
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        str(file),
    )


class ToolFailedError(ProtocolBotError):
    """A tool of PostgreSQL said no."""


async def _tool(name: str, database_url: str, *arguments: str) -> str:
    """Run a tool of PostgreSQL on the database. The password goes by the environment, where no other user sees it."""
    url: URL = make_url(database_url)
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": str(url.query["ssl"]) if "ssl" in url.query else None,
    }
    arguments = (*arguments[:-1], f"--dbname={url.database}", arguments[-1]) if name == "pg_restore" else arguments
    try:
        return await _run(name, arguments, {key: value for key, value in given.items() if value})
    except ToolFailedError as error:
        raise ProtocolBotError(str(error)) from None


async def _run(name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    program = shutil.which(name)
    if program is None:
        raise ProtocolBotError(f"{name} is not installed. Install PostgreSQL’s client programs, then try again.")
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problems = await process.communicate()
    if process.returncode:
        first = next(iter(problems.decode(errors="replace").strip().splitlines()), "no reason given")
        raise ToolFailedError(f"{name} failed: {first.removeprefix(f'{name}: ').rstrip('.')}.")
    return out.decode(errors="replace")
