"""Eight processes, forty presses each, all of the same form at once: one record, and everybody gets an answer."""

from __future__ import annotations

import asyncio
import os
import shutil
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from storage import open_store, tables
from tests.faults.journeys import DECLARATION, TOKEN
from tests.faults.trial import NIGHTS, apart, fresh
from tests.faults.world import Fault, _live, append, delivered

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.world import World

WORKERS, PRESSES = 8, 40


@dataclass(frozen=True)
class Pressed:
    """What came of it."""

    presses: int
    answered: int
    records: int
    lost: int
    """Answers that name a reference which is not there."""


def eight_workers_press(url: str, key: str, folder: Path, prepared: Path | None) -> Pressed:
    """Press, and count."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if prepared is not None:
        shutil.copy(prepared, url.removeprefix("sqlite+aiosqlite:///"))
    else:
        with fresh(url, key):
            pass
    children = [_fork(url, key, folder / str(worker)) for worker in range(WORKERS)]
    for child in children:
        os.waitpid(child, 0)
    answers = [row["summary"] for worker in range(WORKERS) for row in delivered(folder / str(worker) / "answers")]

    async def count() -> tuple[int, set[str]]:
        async with open_store(url, [key]) as store, store.begin() as uow:
            records = await uow.connection.scalar(select(func.count()).select_from(tables.disclosures)) or 0
            return records, set(await uow.connection.scalars(select(tables.disclosures.c.reference)))

    records, references = apart(count())
    named = [answer for answer in answers if "DR-" in answer]
    lost = sum(not any(reference in answer for reference in references) for answer in named)
    return Pressed(WORKERS * PRESSES, len(answers), records, lost)


def _fork(url: str, key: str, folder: Path) -> int:
    folder.mkdir()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        asyncio.run(_live(url, key, folder, _press(folder), Fault(), NIGHTS[0], recovering=False))
        code = 0
    except BaseException:  # noqa: BLE001 - a forked child must never return into the tests
        traceback.print_exc()
    os._exit(code)


def _press(folder: Path):  # noqa: ANN202
    async def journey(world: World) -> None:
        async def once(number: int) -> None:
            reply = await world.send(
                f"press-{folder.name}-{number:03}",
                "ada.sample",
                type="submit",
                form="declare_relationship",
                token=TOKEN,
                values=DECLARATION,
            )
            if reply is not None:
                append(folder / "answers", {"summary": reply.summary})

        await asyncio.gather(*(once(number) for number in range(PRESSES)))

    return journey
