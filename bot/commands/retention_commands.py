"""Commands on how long records are kept: ``purge`` and ``hold``. Nothing is ever deleted by itself."""

from __future__ import annotations

import hashlib
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot import bootstrap
from bot.commands.shared import OPERATOR, Config, Json, print_json, with_store
from bot.errors import InputError
from bot.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from storage import SqlStore
    from storage.retention import Record

LOOKED_AT = "purge looked at"
LOOK_HOLDS_FOR = timedelta(days=14)
SHOWN = 20

RETENTION: Mapping[str, str] = {
    "disclosures": "retention_days_disclosures",
    "enquiries": "retention_days_enquiries",
    "questions": "retention_days_questions",
    "handoffs": "retention_days_questions",
    "drafts": "retention_days_drafts",
    "messages": "retention_days_messages",
}
"""Each class of records, and the setting that says for how many days it is kept."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("purge")(purge)
    app.command("hold")(hold)


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go. This comes first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Delete what the last dry run showed.")] = False,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Delete what has been kept as long as the council's settings say: look first, then delete. Never by itself."""
    if dry_run is yes:
        raise InputError("Say --dry-run to see what would go, then --yes to delete it.")
    settings = read_settings(config)
    now = bootstrap.SystemClock().now()
    days = {kind: getattr(settings, name) for kind, name in RETENTION.items()}

    async def work(store: SqlStore) -> tuple[dict[str, list[Record]], list[str]]:
        async with store.begin() as uow:
            found = {
                kind: await uow.retention.find(kind, now - timedelta(days=kept))
                for kind, kept in days.items()
                if kept is not None
            }
            held = await uow.retention.held()
            digest = _digest(found)
            if dry_run:
                await uow.audit.write(now, OPERATOR, LOOKED_AT, digest)
            else:
                looked = await uow.audit.last(LOOKED_AT, digest)
                if looked is None or now - looked > LOOK_HOLDS_FOR:
                    raise InputError("Nobody has looked at exactly this yet. Run “purge --dry-run” first, and read it.")
                for kind, records in found.items():
                    await uow.retention.delete(kind, records)
                    await _record(uow.audit.write, now, kind, records)
            await uow.commit()
        return found, held

    found, held = with_store(settings, work)
    if as_json:
        names = {kind: [record.name for record in each] for kind, each in found.items()}
        print_json({"deleted": yes, "at": now.isoformat(), "days": days, "records": names, "held": held})
        return
    sys.stdout.write(f"{'Deleted' if yes else 'Would be deleted'} ({now:%d %B %Y %H:%M} UTC):\n")
    for kind, records in found.items():
        listed = ", ".join(record.name for record in records[:SHOWN])
        more = f" and {len(records) - SHOWN} more" if len(records) > SHOWN else ""
        line = f"  {kind:12} older than {days[kind]} days: {len(records)}  {listed}{more}"
        sys.stdout.write(f"{line.rstrip()}\n")
    for kind in [kind for kind, kept in days.items() if kept is None]:
        sys.stdout.write(f"  {kind:12} kept: {RETENTION[kind].upper()} is not set\n")
    if held:
        sys.stdout.write(f"Held, whatever their age: {', '.join(held)}\n")
    if dry_run:
        sys.stdout.write("Nothing was deleted. Have this read, then run “purge --yes” within 14 days.\n")


async def _record(
    write: Callable[[datetime, str, str, str], Awaitable[None]], now: datetime, kind: str, records: list[Record]
) -> None:
    """A certificate in the audit log: each record that people know by a reference, and a count of the others."""
    if kind in {"disclosures", "enquiries"}:
        for record in records:
            await write(now, OPERATOR, f"purged {kind}", record.name)
    elif records:
        await write(now, OPERATOR, f"purged {kind}", str(len(records)))


def _digest(found: Mapping[str, list[Record]]) -> str:
    """A name for exactly these records, so that what is deleted is what somebody looked at."""
    lines = [f"{kind}:{record.id}" for kind in sorted(found) for record in found[kind]]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def hold(
    reference: Annotated[str, typer.Argument(help="Of a disclosure or an enquiry, or “list”.")],
    release: Annotated[bool, typer.Option("--release", help="Let it go again.")] = False,
    config: Config = None,
) -> None:
    """Keep a record whatever its age, for a complaint or a court; or let it go again."""
    settings = read_settings(config)

    async def work(store: SqlStore) -> str:
        async with store.begin() as uow:
            if reference == "list":
                return "".join(f"{each}\n" for each in await uow.retention.held())
            if not await uow.retention.hold(reference, held=not release):
                raise InputError(f"There is no disclosure or enquiry {reference}. Check the reference.")
            action = "hold ended" if release else "hold begun"
            await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, action, reference.strip().upper())
            await uow.commit()
        return f"{reference.strip().upper()} is {'no longer held' if release else 'held'}.\n"

    sys.stdout.write(with_store(settings, work))
