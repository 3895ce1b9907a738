"""Commands that run the bot or look after it: ``serve``, ``migrate``, ``new-key`` ..."""

from __future__ import annotations

import sys

import typer

from bot import bootstrap, logs
from bot.commands import backup_commands, care_commands, doctor_command, manifest_commands, retention_commands
from bot.commands.shared import Config, chosen, run, settings_and_protocols
from storage import new_key, open_store


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("serve")(serve)
    app.command("demo")(demo)
    app.command("migrate")(migrate)
    app.command("new-key")(make_key)
    manifest_commands.add_to(app)
    doctor_command.add_to(app)
    backup_commands.add_to(app)
    retention_commands.add_to(app)
    care_commands.add_to(app)


def serve(config: Config = None) -> None:
    """Run the bot on Slack, Teams or both."""
    settings, at_hand = settings_and_protocols(config)
    settings.check_platforms()
    logs.set_up(settings.log_level)
    protocol = chosen(settings, at_hand, "")

    def started(address: str) -> None:
        sys.stderr.write(f"Answering from the {protocol.pack.title} of {protocol.pack.council} on {address}\n")
        sys.stderr.flush()

    run(bootstrap.serve(settings, protocol, started=started))


def demo(config: Config = None) -> None:
    """Try everything on this machine, on a page in the browser."""
    settings, at_hand = settings_and_protocols(config)

    def started(address: str) -> None:
        sys.stdout.write(f"The demo is ready. Open {address} in your browser. Press Ctrl+C to stop.\n")
        sys.stdout.flush()

    run(bootstrap.demo(settings, at_hand, started=started))


def migrate(config: Config = None) -> None:
    """Bring the database up to date."""
    settings, _ = settings_and_protocols(config)

    async def work() -> None:
        async with open_store(settings.database_url, bootstrap.encryption_keys(settings)) as store:
            with bootstrap.said_plainly():
                await store.migrate()

    run(work())
    sys.stdout.write("The database is up to date.\n")


def make_key() -> None:
    """Make a key for ENCRYPTION_KEYS."""
    sys.stdout.write(new_key() + "\n")
