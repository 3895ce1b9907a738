"""``manifest slack`` and ``manifest teams``: what an administrator gives to each platform to install the bot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.commands.shared import Config, Json, chosen, print_json
from bot.errors import InputError
from bot.protocols import protocols_of
from bot.settings import read_settings

ANY_COUNCIL = "your council"
FIND_COUNCIL = "https://www.gov.uk/find-local-council"
"""Stands for the council's own address until one is given: Teams wants an https address."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    family = typer.Typer(help="What an administrator gives to Slack or Teams.", no_args_is_help=True)
    family.command("slack")(slack)
    family.command("teams")(teams)
    app.add_typer(family, name="manifest")


def slack(
    socket_mode: Annotated[bool, typer.Option("--socket-mode", help="Without a way in from the internet.")] = False,
    url: Annotated[str, typer.Option("--url", help="Where Slack reaches the bot: https://bot.example.gov.uk")] = "",
    as_json: Json = False,
) -> None:
    """Print the Slack app's manifest, to paste into “Create an app from a manifest”."""
    from adapters.slack import manifest as ours  # noqa: PLC0415 - only where it is asked for

    address = _events(url) if url else ours.EXAMPLE_URL
    if as_json:
        print_json(ours.manifest(socket_mode=socket_mode, url=address))
        return
    sys.stdout.write(ours.manifest_yaml(socket_mode=socket_mode, url=address))
    if not (socket_mode or url):
        sys.stderr.write("Put your own address into it: run this again with --url https://YOUR-HOST\n")


def _events(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise InputError(f"{url} is not an https address. Slack sends to no other.")
    return url if parts.path.strip("/") else f"{url.rstrip('/')}/slack/events"


def teams(
    out: Annotated[Path, typer.Option("--out", help="The zip file to write.")] = Path("protocol-bot.zip"),
    website: Annotated[str, typer.Option(help="The council's website.")] = FIND_COUNCIL,
    privacy: Annotated[str, typer.Option(help="The council's privacy notice for the bot.")] = "",
    config: Config = None,
) -> None:
    """Write the Teams app package, to upload in the Teams admin centre."""
    from adapters.teams import manifest as ours  # noqa: PLC0415 - only where it is asked for

    settings = read_settings(config)
    council = ANY_COUNCIL
    if settings.protocol:
        council = chosen(settings, protocols_of(settings), "").pack.council
    made = ours.make_manifest(settings.teams_app_id, council=council, website=website, privacy=privacy)
    ours.write(out, made)
    sys.stdout.write(f"{out} is ready. Upload it in the Teams admin centre: Manage apps, Upload new app.\n")
