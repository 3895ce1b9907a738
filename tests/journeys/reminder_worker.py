"""One instance of the bot's reminding, as a process that may die at any of the labelled points.

It reads a moment a line from standard input, does what a tick and the sender do at that moment,
and answers with a line. Its platform is a file that takes everything, one line a message.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot import logs
from bot import scheduler as scheduler_module
from bot.rechecking import Rechecker
from bot.scheduler import Scheduler
from bot.sending import Dispatcher
from storage import open_store
from tests.support import FakeClock, protocol, settings

if TYPE_CHECKING:
    from bot.messages import Address, Reply

URL, KEY, OUT, SEED, CHANCE = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
DICE = random.Random(SEED)


def may_die(_where: str) -> None:
    """At this point the power may go."""
    if DICE.random() < CHANCE:
        os.kill(os.getpid(), signal.SIGKILL)


class FilePlatform:
    """Takes every message; looks one up by its key where an earlier attempt may have got through."""

    platform = "demo"

    async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:
        may_die("before the platform has it")
        if uncertain and key in await asyncio.to_thread(self._keys):
            return "found"
        await asyncio.to_thread(self._append, {"key": key, "to": to.user_id, "summary": reply.summary})
        may_die("after the platform has it, before that is kept")
        return "taken"

    @staticmethod
    def _keys() -> set[str]:
        with open(OUT, encoding="utf-8") as file:  # noqa: PTH123 - the same file that is appended to below
            return {json.loads(line)["key"] for line in file}

    @staticmethod
    def _append(row: dict[str, Any]) -> None:
        handle = os.open(OUT, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (json.dumps(row) + "\n").encode())
        os.close(handle)


async def main() -> None:
    logs.set_up("ERROR")
    clock = FakeClock()
    wake = asyncio.Event()
    real_sweep = scheduler_module.remind.sweep

    async def sweep(services: Any) -> Any:
        found = await real_sweep(services)
        may_die("after the sweep, before its commit")
        return found

    scheduler_module.remind.sweep = sweep
    async with open_store(URL, [KEY]) as store:
        common = {"store": store, "clock": clock, "protocol": protocol("tower-hamlets"), "settings": settings()}
        ticks = Scheduler(**common, announce=wake.set, platforms=("demo",))  # type: ignore[arg-type]
        sender = Dispatcher(
            store=store,
            clock=clock,
            messenger=FilePlatform(),
            wake=wake,
            randomness=DICE,
            recheck=Rechecker(**common, platforms=("demo",)),  # type: ignore[arg-type]
        )
        print("ready", flush=True)  # noqa: T201 - the protocol with the parent
        while line := await asyncio.to_thread(sys.stdin.readline):
            clock.instant = datetime.fromisoformat(line.strip()).astimezone(UTC)
            await ticks.remind()
            while await sender.send_waiting():
                pass
            print("done", flush=True)  # noqa: T201 - the protocol with the parent


if __name__ == "__main__":
    asyncio.run(main())
