"""One trial: a fresh database, a fault at one point, a restart, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from adapters.demo.people import SAMPLE_PEOPLE
from storage import open_store, tables
from tests.faults.world import Fault, delivered, run_child

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

    from tests.faults.world import Journey

NIGHTS = (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
"""The nights on which the clocks change."""
REFERENCE = re.compile(r"\b(?:DR|ME)-\w{4}-\w{4}\b")


@dataclass(frozen=True)
class Outcome:
    """What came of one trial."""

    died: bool
    lost: int = 0
    """References shown without their record, and messages that never arrived."""
    repeated: int = 0
    """Records or messages that are there twice."""
    silent: int = 0
    """Things that a person did and got no word on, even after trying again."""


def apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Run something asynchronous, whether or not a loop runs here already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@contextlib.contextmanager
def fresh(url: str, key: str) -> Iterator[None]:
    """The database with its schema and sample people, and nothing else."""

    async def prepare() -> None:
        async with open_store(url, [key]) as store:
            await store.migrate()
            if not store.is_sqlite:
                names = ", ".join(f'"{table.name}"' for table in tables.metadata.sorted_tables)
                async with store.engine.begin() as connection:
                    await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            async with store.begin() as uow:
                for person in SAMPLE_PEOPLE:
                    await uow.people.save(person)
                await uow.commit()

    apart(prepare())
    yield


def template(folder: Path, key: str) -> Path:
    """A prepared SQLite file to copy for each trial: quicker than making the schema each time."""
    path = folder / "template.db"
    with fresh(f"sqlite+aiosqlite:///{path}", key):
        return path


def try_once(
    url: str, key: str, folder: Path, journey: Journey, fault: Fault, start: datetime, prepared: Path | None = None
) -> tuple[Outcome, list[str]]:
    """One trial; its outcome, and the labels of the points that were passed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if prepared is not None:
        target = url.removeprefix("sqlite+aiosqlite:///")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(target + suffix)  # noqa: PTH108
        shutil.copy(prepared, target)
    else:
        with fresh(url, key):
            pass
    status = run_child(url, key, folder, journey, fault, start)
    died = status != 0
    labels = json.loads((folder / "points").read_text()) if not died else []
    again = run_child(url, key, folder, journey, Fault(), start, recovering=True)
    if again != 0:
        raise AssertionError(f"the restart itself failed: {again}")
    return apart(_judge(url, key, folder, died=died)), labels


async def _judge(url: str, key: str, folder: Path, *, died: bool) -> Outcome:
    shown = delivered(folder / "shown")
    arrived = delivered(folder / "delivered")
    async with open_store(url, [key]) as store, store.begin() as uow:
        references = set(await uow.connection.scalars(select(tables.disclosures.c.reference)))
        pairs = Counter((one.declarer_id, one.content.other_party_id) for one in await uow.disclosures.all())
        states = Counter(await uow.connection.scalars(select(tables.outbox.c.state)))
        waiting = set(await uow.connection.scalars(select(tables.inbox.c.state)))
        _, _, broken = await uow.audit.verify()
        cases = set(await uow.connection.scalars(select(tables.cases.c.reference)))
    told = {reference for row in (*shown, *arrived) for reference in REFERENCE.findall(row["summary"])}
    keys = Counter(row["key"] for row in arrived)
    lost = len(told - references - cases) + states["waiting"] + states["failed"] + (broken is not None)
    repeated = sum(count - 1 for count in (*pairs.values(), *keys.values()) if count > 1) + max(len(cases) - 1, 0)
    done = {row["key"] for row in shown}
    silent = int(not done) + int("waiting" in waiting)
    return Outcome(died, lost, repeated, silent)
