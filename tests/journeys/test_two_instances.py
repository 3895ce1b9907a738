"""Two instances on one database, killed again and again: each stage of each enquiry is told exactly once."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from adapters.demo.people import SAMPLE_PEOPLE
from bot.handlers.casework import look_around, start_case
from bot.handlers.digest import from_basis
from bot.rules.casework import Case, State
from bot.rules.enquiries import limit_for
from bot.rules.working_days import london_date
from storage import new_key, open_store, tables
from storage.tables import metadata
from tests.support import FakeClock, protocol, services

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("reminder_worker.py")
FIRST, DAYS, ENQUIRIES, CHANCE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 24, 24, 0.06
SERVICES = {"Housing": "gwen.specimen", "Highways": "jon.placeholder", "Place": "kim.sample"}


@dataclass
class Instance:
    """A process that is started again whenever it dies."""

    url: str
    key: str
    out: Path
    seeds: Iterator[int]
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0
    chance: float = CHANCE
    _errors: list[bytes] = field(default_factory=list)

    async def at(self, moment: datetime) -> None:
        """Let it do everything that it does at this moment, however often it dies over it."""
        while True:
            if self.process is None:
                await self._start()
            assert self.process is not None
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(f"{moment.isoformat()}\n".encode())
            answer = await self.process.stdout.readline()
            if answer == b"done\n":
                return
            assert answer == b"", answer
            code = await self.process.wait()
            assert code == -9, f"it stopped with {code}"
            self.process, self.deaths = None, self.deaths + 1

    async def _start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(WORKER),
            *(self.url, self.key, str(self.out), str(next(self.seeds)), str(self.chance)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        while (line := await self.process.stdout.readline()) != b"ready\n":
            assert line, "it did not start"

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


async def raise_enquiries(url: str, key: str) -> list[Case]:
    """Enquiries of three services, received on three days, without the messages of raising them."""
    clock = FakeClock(FIRST)
    limit = limit_for(protocol("tower-hamlets").pack, None, 1, urgent=False)
    raised = []
    async with open_store(url, [key]) as store:
        await store.migrate()
        async with store.begin() as uow:
            for person in SAMPLE_PEOPLE:
                await uow.people.save(person)
            found = services(uow, pack_id="tower-hamlets", clock=clock)
            for number, (service, owner) in zip(range(ENQUIRIES), itertools.cycle(SERVICES.items()), strict=False):
                received = FIRST + timedelta(days=number % 3)
                office = replace(await look_around(found), now=received, today=london_date(received))
                case = Case(
                    id=f"{number:032}",
                    reference=f"ME-TEST-{number:04}",
                    procedure="member_enquiry",
                    member_id="ada.sample" if number % 2 else "ben.specimen",
                    entered_by="ada.sample",
                    owner_id=owner,
                    service=service,
                    content={"subject": f"Number {number}"},
                    state=State.ASSIGNED,
                    received_at=received,
                    counts_from=received,
                    started_on=london_date(received),
                    clock_set_on=london_date(received),
                    limit=limit,
                )
                raised.append(await start_case(case, found, office))
            await uow.commit()
    return raised


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_every_stage_is_delivered_exactly_once(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url, key, out = request.getfixturevalue(f"{kind}_url"), new_key(), tmp_path / "platform.jsonl"
    out.touch()
    raised = await raise_enquiries(url, key)
    seeds = itertools.count(1)
    instances = [Instance(url, key, out, seeds) for _ in range(2)]
    try:
        for day, minutes in itertools.product(range(DAYS), (0, 10)):
            moment = FIRST + timedelta(days=day, minutes=minutes)
            await asyncio.gather(*(instance.at(moment) for instance in instances))
        for instance in instances:  # what a death left leased is sent by one that is not killed any more
            await instance.stop()
            instance.process, instance.chance = None, 0.0
            await instance.at(FIRST + timedelta(days=DAYS, hours=1))
    finally:
        await asyncio.gather(*(instance.stop() for instance in instances))

    taken = Counter(json.loads(line)["key"] for line in out.read_text(encoding="utf-8").splitlines())
    async with open_store(url, [key]) as store, store.begin() as uow:
        rows = (await uow.connection.execute(select(tables.outbox))).all()
        ledger = {case.id: await uow.cases.ledger(case.id) for case in raised}
        office = await look_around(services(uow, pack_id="tower-hamlets"))
        if kind == "postgres":
            names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
            await uow.connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            await uow.commit()
    reminders = [row for row in rows if row.about == "reminder"]
    told = Counter(
        (case_id, stage, due, row.person_id) for row in reminders for case_id, stage, due, _ in from_basis(row.basis)
    )

    assert set(taken.values()) == {1}, "the platform got a message twice"
    assert {row.state for row in rows} == {"delivered"}
    assert set(taken) == {row.message_key for row in rows}
    assert set(told.values()) == {1}, "a person was told the same stage twice"
    last = london_date(FIRST + timedelta(days=DAYS))
    for case in raised:
        expected = {stage.key for day, stage in office.timetable.of(case) if day <= last}
        assert {stage for stage, due, was_told in ledger[case.id] if was_told and due == case.due} == expected
        assert {stage for case_id, stage, *_ in told if case_id == case.id} == expected
    assert date(2026, 3, 16) in {case.due for case in raised}
    assert sum(instance.deaths for instance in instances) >= 3, "nothing was killed, so nothing was shown"
