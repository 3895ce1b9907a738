"""A bot whose process can be killed, or whose database can fail, at any numbered point.

Every statement and every commit of the database and every delivery is a point, before and after.
The platform is a file that outlives the process: what was delivered stays delivered.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import event as sa_event
from sqlalchemy.exc import OperationalError

from adapters.demo.inbound import DemoTranslator
from bot.errors import TryAgain
from bot.model import Event
from bot.receiving import Reception
from bot.scheduler import Scheduler
from bot.sending import Dispatcher
from storage import SqlStore, open_store
from storage.unit_of_work import SqlUnitOfWork
from tests.support import FakeClock, protocol, settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.messages import Address, Reply

    Journey = Callable[["World"], Awaitable[None]]

KILL, FAIL = "kill", "fail"


@dataclass
class Fault:
    """What happens at point ``at``; points are counted from one. Nothing happens at point zero."""

    mode: str = KILL
    at: int = 0
    count: int = 0
    armed: bool = False
    labels: list[str] = field(default_factory=list)

    def point(self, label: str) -> None:
        """Pass a point; the process may end here."""
        if not self.armed:
            return
        self.count += 1
        self.labels.append(label)
        if self.count != self.at:
            return
        if self.mode == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OperationalError(label, None, Exception("the database went away"))


@dataclass
class FilePlatform:
    """Delivers into a file, flushed to disk. Like Slack with message metadata, it can be asked for a key again."""

    path: Path
    fault: Fault
    platform: str = "demo"

    async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:
        self._network("before delivery")
        if uncertain and key in {row["key"] for row in delivered(self.path)}:
            return key
        row = {"key": key, "to": to.user_id or to.place, "summary": reply.summary}
        append(self.path, row)
        self._network("after delivery")
        return key

    def _network(self, label: str) -> None:
        """A call that fails looks to the sender like a connection that died: it cannot know how far it came."""
        try:
            self.fault.point(label)
        except OperationalError:
            raise TryAgain("connection died", uncertain=True) from None


def append(path: Path, row: dict[str, Any]) -> None:
    """Add a line, safely on disk."""
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")
        file.flush()
        os.fsync(file.fileno())


def delivered(path: Path) -> list[dict[str, Any]]:
    """Every line of a file that may not be there yet."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@dataclass
class World:
    """The parts that a journey uses."""

    store: SqlStore
    clock: FakeClock
    reception: Reception
    dispatcher: Dispatcher
    scheduler: Scheduler
    shown: Path
    fault: Fault

    async def send(self, key: str, who: str, **message: Any) -> Reply | None:
        """Something that a person does, answered in the platform's own response."""
        payload = json.dumps({"key": key, "person": who, "name": who, **message})
        event = Event(platform="demo", key=key, kind=message["type"], payload=payload, received_at=self.clock.now())
        reply = await self.reception.answer_now(event)
        if reply is not None:
            append(self.shown, {"key": key, "summary": reply.summary, "form": reply.form is not None})
        return reply

    async def mention(self, key: str, who: str, text: str) -> None:
        """Words that are acknowledged first and answered later."""
        payload = json.dumps({"key": key, "person": who, "name": who, "type": "say", "text": text})
        event = Event(platform="demo", key=key, kind="say", payload=payload, received_at=self.clock.now())
        await self.reception.accept(event)
        append(self.shown, {"key": key, "summary": "acknowledged", "form": False})

    async def settle(self) -> None:
        """Work and deliver everything that waits."""
        while await self.reception.work_waiting() + await self.dispatcher.send_waiting():
            pass


def run_child(
    url: str, key: str, folder: Path, journey: Journey, fault: Fault, start: datetime, *, recovering: bool = False
) -> int:
    """Run a journey in a forked process; its exit status as ``os.waitpid`` gives it.

    Args:
        recovering: a restart some minutes later: the platform sends everything again.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            asyncio.run(_live(url, key, folder, journey, fault, start, recovering=recovering))
            code = 0
        except OperationalError:
            code = 3
        except BaseException:  # noqa: BLE001
            import traceback  # noqa: PLC0415

            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


async def _live(
    url: str, key: str, folder: Path, journey: Journey, fault: Fault, start: datetime, *, recovering: bool
) -> None:
    clock = FakeClock(start + (timedelta(minutes=6) if recovering else timedelta(0)))
    async with open_store(url, [key]) as store:
        _watch(store, fault)
        platform = FilePlatform(folder / "delivered", fault)
        found = settings(asks_per_minute=1000, reply_working_days=10)
        source = protocol("copeland")
        reception = Reception(
            store=store,
            clock=clock,
            protocol=source,
            settings=found,
            translators={"demo": DemoTranslator()},
            announce=lambda: None,
            wake=asyncio.Event(),
        )
        dispatcher = Dispatcher(
            store=store, clock=clock, messenger=platform, wake=asyncio.Event(), randomness=random.Random(7)
        )
        scheduler = Scheduler(
            store=store, clock=clock, protocol=source, settings=found, announce=lambda: None, platforms=("demo",)
        )
        world = World(store, clock, reception, dispatcher, scheduler, folder / "shown", fault)
        fault.armed = True
        await journey(world)
        await world.settle()
        if recovering:  # leases of whoever died have ended; pauses after failures as well
            for _ in range(3):
                clock.forward(minutes=5)
                await world.settle()
    (folder / "points").write_text(json.dumps(fault.labels))


def _watch(store: SqlStore, fault: Fault) -> None:
    """Make every statement and every commit a point."""
    engine = store.engine.sync_engine

    @sa_event.listens_for(engine, "before_cursor_execute")
    def _before(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        fault.point(f"before {statement[:24]}")

    @sa_event.listens_for(engine, "after_cursor_execute")
    def _after(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        fault.point(f"after {statement[:24]}")

    plain = SqlUnitOfWork.commit

    async def commit(self: SqlUnitOfWork) -> None:
        fault.point("before commit")
        await plain(self)
        fault.point("after commit")

    SqlUnitOfWork.commit = commit  # type: ignore[method-assign]
    if store._intake._lines is not None:  # on PostgreSQL events are written past SQLAlchemy
        lines = store._intake._lines
        straight = lines.run

        async def run(*arguments: Any) -> Any:
            fault.point("before remember")
            rows = await straight(*arguments)
            fault.point("after remember")
            return rows

        lines.run = run  # type: ignore[method-assign]
