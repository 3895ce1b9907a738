"""``doctor``: everything that must be right, in one screen, with how to mend what is not."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from adapters import probes
from bot import bootstrap, doctor
from bot.commands.shared import Config, Json, chosen, print_json, run
from bot.doctor import Line, State, fail, ok, warn
from bot.errors import ConfigurationError
from bot.health import OUTBOX_TOO_OLD_SECONDS
from bot.ports import Services
from bot.protocols import protocols_of
from bot.rules.working_days import london_date
from bot.settings import read_settings
from storage import open_store
from storage.inspection import inspect_database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.ports import Clock, UnitOfWork
    from bot.protocols import CouncilProtocol
    from bot.settings import Settings
    from storage import SqlStore

FAILED = 1
COLUMN = 12


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("doctor")(examine)


def examine(as_json: Json = False, config: Config = None) -> None:
    """Check everything that must be right, and say how to mend what is not. Changes nothing."""
    try:
        settings = read_settings(config)
    except ConfigurationError as error:
        lines: Sequence[Line] = [fail("settings", str(error).rstrip("."), "Correct the settings, then run this again.")]
    else:
        lines = run(look(settings, bootstrap.SystemClock()))
    failed = any(line.state is State.FAIL for line in lines)
    if as_json:
        checks = [
            {"area": line.area, "state": line.state.value, "says": line.says, "mend": line.mend} for line in lines
        ]
        print_json({"ok": not failed, "checks": checks})
    else:
        sys.stdout.write("".join(f"{text}\n" for line in lines for text in shown(line)))
        count = {state: sum(line.state is state for line in lines) for state in State}
        sys.stdout.write(f"{count[State.OK]} right, {count[State.WARN]} to see to, {count[State.FAIL]} wrong\n")
    if failed:
        raise typer.Exit(FAILED)


def shown(line: Line) -> list[str]:
    """A line as it is printed, with its remedy beneath it."""
    first = f"{line.state.value:5}{line.area:{COLUMN}} {line.says}"
    return [first, f"     {'':{COLUMN}} -> {line.mend}"] if line.mend else [first]


async def look(settings: Settings, clock: Clock) -> list[Line]:
    """Every line, in reading order."""
    lines = [doctor.time_zone(), doctor.scheduler(), doctor.holidays(settings, london_date(clock.now()))]
    protocol = _protocol(settings, lines)
    platforms, asked = await _platforms(settings, clock)
    lines += await _database(settings, clock, protocol, platforms)
    lines += asked
    lines.append(await probes.ask_ourselves(settings, clock))
    return lines


def _protocol(settings: Settings, lines: list[Line]) -> CouncilProtocol | None:
    try:
        protocol = chosen(settings, protocols_of(settings), "")
    except ConfigurationError as error:
        lines.append(fail("protocol", str(error).splitlines()[0].rstrip(".:"), "Set PROTOCOL to the id of a pack."))
        return None
    lines.append(doctor.pack_line(protocol.pack))
    return protocol


# --- the database, and what is in it --------------------------------------------------------


async def _database(
    settings: Settings, clock: Clock, protocol: CouncilProtocol | None, platforms: Sequence[str]
) -> list[Line]:
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        return [fail("database", "DATABASE_URL is not a database address", "Correct it.")]
    lines: list[Line] = []
    if url.get_backend_name() == "sqlite":
        file = url.database or ":memory:"
        lines += _files(settings, Path(file))
        if lines and lines[-1].area == "database":
            return lines
    try:
        keys = bootstrap.encryption_keys(settings)
        async with open_store(settings.database_url, keys) as store:
            lines += await _store(store, settings, clock, protocol, platforms)
    except ConfigurationError as error:
        lines.append(fail("keys", str(error).rstrip("."), "“protocol-bot new-key” makes a key."))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        advice = "Check DATABASE_URL, and that the database runs and lets this machine in."
        lines.append(fail("database", f"does not answer ({type(error).__name__})", advice))
    return lines


def _files(settings: Settings, database: Path) -> list[Line]:
    """The SQLite file must be there, and so must its key, for nobody else to read."""
    if not database.exists():
        made = "“protocol-bot serve” or “protocol-bot migrate” makes it."
        return [warn("database", f"there is none yet at {database}", made)]
    path = database.with_suffix(".key")
    if settings.encryption_keys:
        return []
    if not path.exists():
        advice = f"Put the key back to {path}, or into ENCRYPTION_KEYS. Without it nothing can be read."
        return [fail("keys", "the database is there and its key is not", advice)]
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return [warn("keys", f"others on this machine can read {path}", f"Run: chmod 600 {path}")]
    return []


async def _store(
    store: SqlStore, settings: Settings, clock: Clock, protocol: CouncilProtocol | None, platforms: Sequence[str]
) -> list[Line]:
    behind = await store.pending()
    found = await inspect_database(store.engine, store.sealer, texts=not behind)
    lines = []
    if not found.sound:
        lines.append(fail("database", "the file is damaged", "Restore the last backup: protocol-bot restore FILE."))
    elif store.is_sqlite and (found.journal != "wal" or not found.locks_at_once):
        where = "Keep the file on a local disk: a network disk does not lock."
        lines.append(fail("database", f"{found.product} does not lock as it must ({found.journal})", where))
    elif behind:
        lines.append(fail("database", f"{found.product}: the schema is behind", "Run “protocol-bot migrate”."))
    else:
        how = ", WAL, locks at once" if store.is_sqlite else ""
        lines.append(ok("database", f"{found.product}{how}, schema up to date"))
    lines.append(_keys(store, settings, found.unopened))
    if behind:
        return lines
    async with store.begin() as uow:
        people = await uow.people.all()
        if protocol is not None:
            services = Services(
                clock=clock,
                protocol=protocol,
                uow=cast("UnitOfWork", uow),
                settings=settings,
                platforms=tuple(platforms),
            )
            lines += [*doctor.directory_lines(people, platforms), *doctor.route_lines(people, services)]
    return [*lines, *await _waiting(store, clock, platforms)]


def _keys(store: SqlStore, settings: Settings, unopened: Sequence[str]) -> Line:
    sealer = store.sealer
    if sealer.open(sealer.seal("round trip", "doctor"), "doctor") != "round trip":
        return fail("keys", "what is sealed does not open again", "Install protocol-bot anew.")
    missing = [key for key in unopened if key != "changed"]
    if missing:
        advice = "Put the missing key back into ENCRYPTION_KEYS, behind the newest."
        return fail("keys", f"stored texts need a key that is not at hand ({', '.join(missing)})", advice)
    if unopened:
        advice = "Restore the last backup, and tell your security team."
        return fail("keys", "a stored text was changed or moved, and does not open", advice)
    count = len(sealer.key_ids)
    where = "ENCRYPTION_KEYS" if settings.encryption_keys else "a file beside the database; keep a copy elsewhere"
    if count > 1:
        advice = "Run “protocol-bot rotate-keys”, then take the old ones out of ENCRYPTION_KEYS."
        return warn("keys", f"{count} keys, the newest is {sealer.newest}; older ones are still kept", advice)
    return ok("keys", f"one key ({sealer.newest}) from {where}; seals and opens")


async def _waiting(store: SqlStore, clock: Clock, platforms: Sequence[str]) -> list[Line]:
    figures = await store.figures(platforms, clock.now())
    lines = []
    late = max((each.oldest_seconds for each in figures.outbox.values()), default=0.0)
    count = sum(each.count for each in figures.outbox.values())
    if late > OUTBOX_TOO_OLD_SECONDS:
        advice = "Start the service, or look at its log for outbox.sweep_failed."
        lines.append(warn("outbox", f"{count} messages wait, the oldest for {late / 60:.0f} minutes", advice))
    else:
        lines.append(ok("outbox", f"{count} messages wait"))
    if figures.messages_failed:
        advice = "“protocol-bot replay-failed --list” shows them; mend the cause, then replay them."
        lines.append(warn("outbox", f"{figures.messages_failed} messages were given up", advice))
    if figures.events_failed:
        advice = "The log has each in event.given_up, with the reference that the person was given."
        lines.append(warn("inbox", f"{figures.events_failed} requests of the last day ended in an error", advice))
    return lines


# --- the platforms --------------------------------------------------------------------------


async def _platforms(settings: Settings, clock: Clock) -> tuple[list[str], list[Line]]:
    """The platforms that are on, and what they say; the clock is compared with theirs."""
    lines: list[Line] = []
    slack = _is_on(lambda: settings.slack_on, "Slack", lines)
    teams = _is_on(lambda: settings.teams_on, "Teams", lines)
    skews: list[float] = []
    if slack:
        from adapters.slack.manifest import BOT_SCOPES  # noqa: PLC0415 - only where Slack is on

        lines += doctor.slack_shapes(settings)
        found, skew = await probes.ask_slack(settings, clock, BOT_SCOPES)
        lines += found
        skews += [skew] if skew is not None else []
    if teams:
        lines += doctor.teams_shapes(settings)
        found, skew = await probes.ask_teams(settings, clock)
        lines += found
        skews += [skew] if skew is not None else []
    if not (slack or teams) and not lines:
        lines.append(
            fail("platforms", "neither Slack nor Teams is set up", "docs/slack.md and docs/teams.md lead through it.")
        )
    if slack or teams:
        lines.append(doctor.skew(min(skews, key=abs, default=None)))
    return [name for name, on in (("slack", slack), ("teams", teams)) if on], lines


def _is_on(ask: Callable[[], bool], name: str, lines: list[Line]) -> bool:
    try:
        return ask()
    except ConfigurationError as error:
        lines.append(fail(name, str(error).rstrip("."), "Set what is missing, or unset the rest."))
        return False
