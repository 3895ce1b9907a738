"""Commands on members' enquiries: ``remind``, ``enquiries export``, ``enquiries figures``, ``enquiries recount``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import bootstrap
from bot.calendars import calendar, counting
from bot.commands.shared import (
    Config,
    Format,
    Json,
    Out,
    check_format,
    chosen,
    print_json,
    run,
    settings_and_protocols,
    with_store,
    write_out,
)
from bot.enquiry_export import COLUMNS, FIGURES, NAMES, case_rows, figure_rows
from bot.errors import InputError
from bot.exports import to_csv
from bot.handlers import recount, remind
from bot.ports import Services
from bot.rules.directory_index import IndexedDirectory
from bot.rules.working_days import LONDON, london_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.handlers.remind import Swept
    from bot.protocols import CouncilProtocol, Protocols
    from bot.settings import Settings
    from storage import SqlStore
    from storage.unit_of_work import SqlUnitOfWork

OPERATOR = "operator"
Since = Annotated[str, typer.Option("--since", help="From this day on (YYYY-MM-DD); otherwise everything.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("remind")(sweep_once)
    family = typer.Typer(help="Members' enquiries.", no_args_is_help=True)
    family.command("export")(export)
    family.command("figures")(figures)
    family.command("recount")(recount_dates)
    app.add_typer(family, name="enquiries")


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands at one moment."""

    moment: datetime

    def now(self) -> datetime:
        """That moment, in UTC."""
        return self.moment


def sweep_once(
    once: Annotated[bool, typer.Option("--once", help="One pass; “serve” goes on by itself.")] = False,
    now: Annotated[str, typer.Option(help="As if it were this time: 2026-03-12T09:30, London time.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be queued, and queue nothing.")] = False,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Queue every reminder that is due: one message a person, in office hours only."""
    if not once:
        raise InputError("Say --once. “protocol-bot serve” sends reminders by itself.")
    settings, at_hand = settings_and_protocols(config)
    clock = FixedClock(_moment(now, settings.office_opens) if now else bootstrap.SystemClock().now())
    swept = run(_sweep(settings, _protocol(settings, at_hand), clock, dry_run=dry_run))
    if as_json:
        print_json(asdict(swept))
        return
    what = "would be queued" if dry_run else "are queued"
    sys.stdout.write(
        f"{swept.examined} open enquiries, {swept.due} with something due. {swept.queued} messages {what}.\n"
    )


def _protocol(settings: Settings, at_hand: Protocols) -> CouncilProtocol:
    """The protocol of the settings. Reminding does not read it: each enquiry keeps its number of days."""
    return chosen(settings, at_hand, "" if settings.protocol else at_hand.ids()[0])


async def _sweep(settings: Settings, protocol: CouncilProtocol, clock: FixedClock, *, dry_run: bool) -> Swept:
    on = tuple(name for name, is_on in (("slack", settings.slack_on), ("teams", settings.teams_on)) if is_on)

    def services(uow: SqlUnitOfWork) -> Services:
        return Services(clock=clock, protocol=protocol, uow=uow, settings=settings, platforms=on or ("slack", "teams"))

    async with bootstrap.opened_store(settings) as store:
        if dry_run:
            async with store.begin() as uow:  # never committed
                while (await recount.sweep(services(uow))).more:
                    pass
                return await remind.sweep(services(uow))
        await _recount(store, services)
        async with store.begin() as uow:
            swept = await remind.sweep(services(uow))
            await uow.commit()
        return swept


async def _recount(store: SqlStore, services: Callable[[SqlUnitOfWork], Services]) -> int:
    moved, more = 0, True
    while more:
        async with store.begin() as uow:
            done = await recount.sweep(services(uow))
            await uow.commit()
        moved, more = moved + done.moved, done.more
    return moved


def recount_dates(config: Config = None) -> None:
    """Count open dates anew after the calendar changed. The bot does so by itself; this does it now."""
    settings, at_hand = settings_and_protocols(config)
    protocol, clock = _protocol(settings, at_hand), bootstrap.SystemClock()

    async def work() -> int:
        async with bootstrap.opened_store(settings) as store:
            return await _recount(
                store,
                lambda uow: Services(
                    clock=clock, protocol=protocol, uow=uow, settings=settings, platforms=("slack", "teams")
                ),
            )

    sys.stdout.write(f"{run(work())} dates moved. The people concerned are told in office hours.\n")


def export(
    kind: Format = "csv",
    out: Out = None,
    since: Since = "",
    names: Annotated[bool, typer.Option("--names", help="Name the member and the officer in charge.")] = False,
    config: Config = None,
) -> None:
    """Write enquiries to a file: dates and states, nothing of what people wrote."""
    settings = _checked(kind, config)
    start = _start(since)

    async def work(store: SqlStore) -> list[dict[str, str]]:
        now = bootstrap.SystemClock().now()
        async with store.begin() as uow:
            cases = await uow.cases.since(start)
            directory = IndexedDirectory(await uow.people.everybody()) if names else None
            await uow.audit.write(now, OPERATOR, "enquiries exported", str(len(cases)))
            await uow.commit()
        return case_rows(cases, london_date(now), calendar(settings), counting(settings), directory)

    rows = with_store(settings, work)
    write_out(_as(kind, rows, (*COLUMNS, *NAMES) if names else COLUMNS), out)


def figures(
    kind: Format = "csv", out: Out = None, since: Since = "", as_json: Json = False, config: Config = None
) -> None:
    """Figures by service: raised, in time, overdue, median working days, holding replies. Never by person."""
    kind = "json" if as_json else kind
    settings = _checked(kind, config)
    start = _start(since)

    async def work(store: SqlStore) -> list[dict[str, str | int | float | None]]:
        async with store.begin() as uow:
            cases = await uow.cases.since(start)
        today = london_date(bootstrap.SystemClock().now())
        since_day = london_date(start) if start else None
        return figure_rows(cases, today, calendar(settings), counting(settings), since_day)

    rows = with_store(settings, work)
    if kind == "json":
        write_out(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", out)
        return
    texts = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    write_out(to_csv(texts, FIGURES), out)


def _checked(kind: str, config: Path | None) -> Settings:
    check_format(kind)
    return settings_and_protocols(config)[0]


def _as(kind: str, rows: list[dict[str, str]], columns: tuple[str, ...]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n" if kind == "json" else to_csv(rows, columns)


def _start(since: str) -> datetime | None:
    if not since:
        return None
    try:
        return datetime.combine(date.fromisoformat(since), time(), LONDON).astimezone(UTC)
    except ValueError:
        raise InputError(f"“{since}” is no date. Write it like 2026-03-02.") from None


def _moment(text: str, opening: time) -> datetime:
    """The moment; a day without a time is the opening of the office on it."""
    try:
        moment = datetime.fromisoformat(text)
        if "T" not in text and " " not in text.strip():
            moment = datetime.combine(moment.date(), opening)
    except ValueError:
        raise InputError(f"“{text}” is no time. Write it like 2026-03-12T09:30.") from None
    return (moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment).astimezone(UTC)
