"""Commands that look after a running bot: ``replay-failed``, ``config show``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from bot import bootstrap
from bot.commands.shared import OPERATOR, Config, Json, print_json, with_store
from bot.errors import InputError
from bot.settings import SECRETS, Settings, file_settings, read_settings

if TYPE_CHECKING:
    from storage import SqlStore


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("replay-failed")(replay_failed)
    family = typer.Typer(help="The settings.", no_args_is_help=True)
    family.command("show")(show_settings)
    app.add_typer(family, name="config")


def replay_failed(
    listed: Annotated[bool, typer.Option("--list", help="Only show them.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="They were dealt with otherwise: drop them.")] = False,
    key: Annotated[str, typer.Option("--key", help="Only this one.")] = "",
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Try messages again that were given up, once what stopped them is mended."""
    settings = read_settings(config)
    now = bootstrap.SystemClock().now()

    async def work(store: SqlStore) -> list[dict[str, str]]:
        async with store.begin() as uow:
            rows = [row for row in await uow.outbox.failures() if key in {"", row["key"]}]
            if not listed:
                keys = [row["key"] for row in rows]
                if discard:
                    await uow.outbox.discard(keys, now)
                else:
                    await uow.outbox.replay(keys, now)
                if keys:
                    action = "messages discarded" if discard else "messages replayed"
                    await uow.audit.write(now, OPERATOR, action, str(len(keys)))
                await uow.commit()
        return rows

    rows = with_store(settings, work)
    if key and not rows:
        raise InputError(f"No message {key} was given up. “replay-failed --list” shows those that were.")
    done = "given up" if listed else "dropped" if discard else "queued again"
    if as_json:
        print_json({"done": done, "messages": rows})
        return
    for row in rows:
        sys.stdout.write(f"{row['created_at'][:16]}  {row['platform']:6} {row['problem']:24} {row['key']}\n")
    sys.stdout.write(f"{len(rows)} messages {done}.\n")


def show_settings(as_json: Json = False, config: Config = None) -> None:
    """Show every setting, where it comes from, and secrets only as set or not."""
    settings = read_settings(config)
    in_file = file_settings(config) if config else {}
    rows = []
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if os.environ.get(name.upper()):
            source = "environment"
        elif os.environ.get(f"{name.upper()}_FILE"):
            source = "a file of its own"
        else:
            source = "settings file" if name in in_file else "default"
        rows.append({"name": name.upper(), "value": _masked(name, value), "from": source})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        sys.stdout.write(f"{row['name']:34} {row['value']:44} {row['from']}\n")


def _masked(name: str, value: object) -> str:
    if name.upper() in SECRETS:
        if name == "database_url":
            return bootstrap.masked_url(str(value))
        count = len(value) if isinstance(value, tuple) else int(value is not None)
        return "" if not count else "set" if count == 1 else f"{count} set"
    if name == "heartbeat_url":  # such addresses hold a secret more often than not
        return "set" if value else ""
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return "" if value is None or isinstance(value, SecretStr) else str(value)
