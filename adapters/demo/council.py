"""One council of the demo: a database in memory, sample people and a clock that can be moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from adapters.demo.inbound import DemoTranslator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from bot.messages import Address, Reply
    from bot.model import Person
    from bot.ports import Clock, ProtocolSource, Store
    from bot.receiving import Reception
    from bot.rules.deadlines import Counting
    from bot.rules.working_days import Calendar


@dataclass(slots=True)
class MovableClock:
    """The real time, plus what the visitor moved it by."""

    real: Clock
    moved: timedelta = timedelta(0)

    def now(self) -> datetime:
        """This instant in the demo, in UTC."""
        return self.real.now() + self.moved

    def move_to(self, moment: datetime) -> None:
        """Go to another instant; time goes on from there."""
        self.moved = moment.astimezone(UTC) - self.real.now()


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message as somebody received it."""

    at: datetime
    reply: Reply
    number: int


@dataclass(slots=True)
class DemoMessenger:
    """Delivers into memory; the page shows what each person received."""

    clock: Clock
    platform: str = "demo"
    received: dict[str, list[Delivered]] = field(default_factory=dict)
    count: int = 0

    async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:  # noqa: ARG002
        """Put the reply into the person's messages."""
        self.count += 1
        self.received.setdefault(to.user_id or to.place, []).append(Delivered(self.clock.now(), reply, self.count))
        return str(self.count)


@dataclass(slots=True)
class DemoAdapter:
    """The demo as a platform like the others: :class:`adapters.web.PlatformAdapter`."""

    messenger: DemoMessenger
    platform: str = "demo"
    translator: DemoTranslator = field(default_factory=DemoTranslator)

    def add_routes(self, app: web.Application, reception: Reception) -> None:
        """None of its own: the page's routes choose the council first."""

    async def start(self, reception: Reception) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def problems(self) -> Sequence[str]:
        """It always works."""
        return ()


class Ticks(Protocol):
    """What has to be done when time has passed."""

    async def all_due(self) -> None:
        """Do everything that is due by the clock."""
        ...


class Sending(Protocol):
    """Delivers what waits in the outbox."""

    async def send_waiting(self) -> int:
        """Deliver what is due; how many messages were tried."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCouncil:
    """Everything that the page needs of one council."""

    protocol: ProtocolSource
    store: Store
    clock: MovableClock
    reception: Reception
    messenger: DemoMessenger
    sending: Sending
    ticks: Ticks
    people: Sequence[Person]
    calendar: Calendar
    counting: Counting

    async def settle(self) -> None:
        """Deliver everything that is due now."""
        while await self.sending.send_waiting():
            pass
