"""The reminder sweep against the bare SQL that finds and writes the same rows, in the same run.

    python benchmarks/sweep.py [--open 100000] [--due 1000] [--officers 200] [--rounds 5]

A SQLite file holds open enquiries, of which some have a stage due. One side is ``remind.sweep`` as
the bot runs it: it reads, works out stages and recipients, writes the ledger, the day of the next
stage and one sealed message a person. The other side is the sqlite3 module alone, which finds the
rows and writes the rows that the sweep wrote, byte for byte, with the statements prepared and
nothing to work out. Both start from the same file and commit to disk. Growth is shown by a tenth
of the open enquiries with as many due.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sqlite3
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from bot.handlers import remind
from bot.handlers.casework import Office, look_around
from bot.model import Person
from bot.pack_files import PackLibrary
from bot.ports import Services
from bot.protocols import CouncilProtocol
from bot.rules.case_steps import reclocked, scheduled
from bot.rules.casework import Case, State
from bot.rules.deadlines import Limit
from bot.rules.protocol import Position
from bot.rules.working_days import london_date
from bot.settings import Settings
from storage import new_key, open_store, tables

if TYPE_CHECKING:
    from storage import SqlStore

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
EARLY, LATE = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 6, 10, tzinfo=UTC)
"""Received on these days, a reply is due today, or on Friday with its first reminder on Wednesday."""


SETTINGS = Settings()


@dataclass(frozen=True)
class Taken:
    """Seconds by the wall clock, and of the processor; the latter stands still while others use the machine."""

    elapsed: float = field(default_factory=time.perf_counter)
    processor: float = field(default_factory=time.process_time)

    def so_far(self) -> Taken:
        """What has passed since."""
        return Taken(time.perf_counter() - self.elapsed, time.process_time() - self.processor)


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        """The moment of the sweep."""
        return NOW


def services(uow: Any, protocol: CouncilProtocol) -> Services:
    return Services(clock=Clock(), protocol=protocol, uow=uow, settings=SETTINGS, platforms=("slack",))


def people(officers: int) -> list[Person]:
    def one(name: str, *positions: Position, **values: str) -> Person:
        base = Person(id=name, name=name, email=f"{name}@council.example", role=positions[0].role, positions=positions)
        return replace(base, slack_user_id=f"U{name}", **values)

    heads = [one(f"head-{number}", Position.SERVICE_HEAD, department=f"Service {number}") for number in range(20)]
    staff = [
        one(
            f"officer-{number}",
            Position.OFFICER,
            department=f"Service {number % 20}",
            manager_email=f"head-{number % 20}@council.example",
        )
        for number in range(officers)
    ]
    members = [one(f"member-{number}", Position.MEMBER) for number in range(60)]
    return [*heads, *staff, *members]


def case(number: int, received: datetime, officers: int, office: Office) -> tuple[Case, Any]:
    raised = Case(
        id=f"{number:032x}",
        reference=f"ME-{number // 10_000:04}-{number % 10_000:04}",
        procedure="member_enquiry",
        member_id=f"member-{number % 60}",
        entered_by=f"member-{number % 60}",
        owner_id=f"officer-{number % officers}",
        service=f"Service {number % officers % 20}",
        content={"subject": f"Subject number {number}", "details": "What is being done, and when? " * 12},
        state=State.ASSIGNED,
        received_at=received,
        counts_from=received,
        started_on=london_date(received),
        clock_set_on=london_date(received),
        limit=Limit(10, "paragraph 8.1: an answer to a Members' enquiry", "8.1"),
        handled=frozenset({"before"}) if received == EARLY else frozenset(),
    )
    clocked, working = reclocked(raised, office.timetable, office.counting)
    return scheduled(clocked, office.timetable), working


async def fill(store: SqlStore, protocol: CouncilProtocol, arguments: argparse.Namespace, many: int) -> None:
    await store.migrate()
    async with store.begin() as uow:
        for person in people(arguments.officers):
            await uow.people.save(person)
        office = await look_around(services(uow, protocol))
        rows = []
        for number in range(many):
            kept, working = case(number, EARLY if number < arguments.due else LATE, arguments.officers, office)
            rows.append(
                {
                    "id": kept.id,
                    "reference": kept.reference,
                    "procedure": kept.procedure,
                    "member_id": kept.member_id,
                    "entered_by": kept.entered_by,
                    "received_at": kept.received_at,
                    "version": 1,
                    "hold": False,
                    "working": None,
                    **uow.cases._changing(kept),  # noqa: SLF001 - the row as the store writes it
                }
            )
            del working
        for start in range(0, len(rows), 5_000):
            await uow.connection.execute(insert(tables.cases), rows[start : start + 5_000])
        await uow.commit()


async def ours(file: Path, key: str, protocol: CouncilProtocol) -> tuple[Taken, remind.Swept]:
    async with open_store(f"sqlite+aiosqlite:///{file}", [key]) as store:
        async with store.begin() as uow:  # as in a bot that runs: once before, and not committed
            await remind.sweep(services(uow, protocol))
        started = Taken()
        async with store.begin() as uow:
            swept = await remind.sweep(services(uow, protocol))
            await uow.commit()
        return started.so_far(), swept


def rows_of(file: Path, due: int) -> dict[str, list[tuple[Any, ...]]]:
    """What the sweep wrote, to be written again by the bare SQL."""
    with sqlite3.connect(file) as connection:
        found = {
            "cases": connection.execute(
                "SELECT handled, next_on, id FROM cases WHERE is_open = 1 ORDER BY id LIMIT ?", (due,)
            ).fetchall(),
            "reminders": connection.execute("SELECT case_id, stage, due, told, at FROM reminders").fetchall(),
            "outbox": connection.execute(
                "SELECT message_key, platform, address, content, about, basis, person_id, created_at, not_before, "
                "attempts, uncertain, state, platform_id, problem FROM outbox"
            ).fetchall(),
        }
    connection.close()
    return found


def bare(file: Path, rows: dict[str, list[tuple[Any, ...]]], today: date) -> Taken:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    for last in (False, True):  # once before, and not committed, as on the other side
        started = Taken()
        connection.execute("BEGIN IMMEDIATE")
        _write_bare(connection, rows, today)
        connection.execute("COMMIT" if last else "ROLLBACK")
    taken = started.so_far()
    connection.close()
    return taken


def _write_bare(connection: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]], today: date) -> None:
    connection.execute("SELECT * FROM people").fetchall()
    found = connection.execute(
        "SELECT * FROM cases WHERE is_open = 1 AND next_on <= ? ORDER BY owner_id, due, id", (today.isoformat(),)
    ).fetchall()
    connection.execute("SELECT count(*) FROM cases WHERE is_open = 1").fetchone()
    connection.executemany(
        "INSERT INTO reminders (case_id, stage, due, told, at) VALUES (?, ?, ?, ?, ?)", rows["reminders"]
    )
    connection.executemany("UPDATE cases SET handled = ?, next_on = ? WHERE id = ?", rows["cases"])
    connection.executemany(
        "INSERT INTO outbox (message_key, platform, address, content, about, basis, person_id, created_at, not_before, "
        "attempts, uncertain, state, platform_id, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows["outbox"],
    )
    assert len(found) == len(rows["cases"])


def copies(filled: Path, folder: Path, *names: str) -> list[Path]:
    """Fresh copies of the filled file."""
    for name in names:
        for file in folder.glob(f"{name}*"):
            file.unlink()
    return [Path(shutil.copy(filled, folder / name)) for name in names]


async def fill_file(
    filled: Path, key: str, protocol: CouncilProtocol, arguments: argparse.Namespace, many: int
) -> None:
    async with open_store(f"sqlite+aiosqlite:///{filled}", [key]) as store:
        await fill(store, protocol, arguments, many)
    with sqlite3.connect(filled) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def measure(arguments: argparse.Namespace, many: int, folder: Path) -> float:
    protocol, key, filled = CouncilProtocol(PackLibrary().get("tower-hamlets")), new_key(), folder / f"{many}.db"
    await fill_file(filled, key, protocol, arguments, many)
    mine, theirs = [], []
    swept = remind.Swept(0, 0, 0)
    for number in range(arguments.rounds + 1):
        first, second = copies(filled, folder, "ours.db", "bare.db")
        taken, swept = await ours(first, key, protocol)
        alone = bare(second, rows_of(first, arguments.due), london_date(NOW))
        if number:  # the first round warms the caches
            mine.append(taken)
            theirs.append(alone)
    print(f"{many:>7} open, {swept.due} due, {swept.queued} messages")
    for name in ("elapsed", "processor"):
        fast, plain = (min(getattr(each, name) for each in side) * 1000 for side in (mine, theirs))
        print(f"        {name:9} time: sweep {fast:6.1f} ms, bare SQL {plain:6.1f} ms, {fast / plain:4.2f} times")
    assert (swept.examined, swept.due) == (many, arguments.due)
    return min(each.processor for each in mine)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=1_000)
    parser.add_argument("--officers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=6)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small = await measure(arguments, arguments.open // 10, Path(folder))
        large = await measure(arguments, arguments.open, Path(folder))
    print(f"ten times as many open enquiries take {large / small:4.2f} times as long")


if __name__ == "__main__":
    asyncio.run(main())
