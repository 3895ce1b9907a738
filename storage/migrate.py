"""Bring the schema up to date with alembic, without its command line."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

LOCK = 7203811
"""An arbitrary number: two processes that start at once must not both migrate."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Run every migration that is missing, in one transaction."""

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def pending(engine: AsyncEngine) -> bool:
    """Whether the schema is behind this version of the code.

    A schema with a migration that this version does not know is ahead: a newer version of the bot
    runs beside this one, and its changes were made so that this one can go on.
    """
    current = await revision(engine)
    return current <= known_revisions() and current != _heads()


async def revision(engine: AsyncEngine) -> frozenset[str]:
    """The migrations that the schema stands at; none where there is no schema."""

    def current(connection: Connection) -> frozenset[str]:
        return frozenset(MigrationContext.configure(connection).get_current_heads())

    async with engine.connect() as connection:
        return await connection.run_sync(current)


@cache
def _heads() -> frozenset[str]:
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


@cache
def known_revisions() -> frozenset[str]:
    """Every migration that this version of the code has."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
