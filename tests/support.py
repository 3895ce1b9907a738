"""Fakes and builders that every test may use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING

from bot.messages import Address, Place, Reply, Said, Sender
from bot.model import Person
from bot.pack_files import PackLibrary, shared_knowledge
from bot.ports import Services
from bot.receiving import Reception
from bot.rules.protocol import Knowledge, Pack, Position
from bot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.ports import Store, Translator, UnitOfWork
    from bot.rules.search import SearchEngine

MONDAY_MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that moves when the test says so."""

    instant: datetime = MONDAY_MORNING

    def now(self) -> datetime:
        return self.instant

    def forward(self, **by: float) -> None:
        self.instant += timedelta(**by)


class PackSource:
    """A council's protocol; it is indexed when a test first asks it something."""

    def __init__(self, pack_id: str) -> None:
        self.pack: Pack = PackLibrary().get(pack_id)
        self.knowledge: Knowledge = shared_knowledge()

    @cached_property
    def engine(self) -> SearchEngine:
        from bot.rules.search import SearchEngine  # noqa: PLC0415 - only where a test answers questions
        from bot.search_files import trained  # noqa: PLC0415

        return SearchEngine.build(self.pack, self.knowledge, trained())


@cache
def protocol(pack_id: str = "copeland") -> PackSource:
    """A built-in pack, read once for all tests of a process."""
    return PackSource(pack_id)


def settings(**values: object) -> Settings:
    """Settings with no eye on the environment of whoever runs the tests."""
    return Settings.model_construct(**{**_defaults(), **values})


@cache
def _defaults() -> dict[str, object]:
    return {name: info.get_default(call_default_factory=True) for name, info in Settings.model_fields.items()}


@dataclass
class FakeMessenger:
    """Takes every message and keeps it; ``problems`` are raised first, in order."""

    platform: str = "slack"
    sent: list[tuple[Address, Reply]] = field(default_factory=list)
    problems: list[Exception] = field(default_factory=list)

    async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:
        if self.problems:
            raise self.problems.pop(0)
        self.sent.append((to, reply))
        return f"id-{len(self.sent)}"


def said(text: str, *, key: str = "1", private: bool = True, user: str = "U1", platform: str = "slack") -> Said:
    """Words addressed to the bot."""
    return Said(
        key=key,
        sender=Sender(platform=platform, user_id=user, name="Pat Example"),
        place=Place(private=private, address=f"place-of-{user}", thread=f"thread-{key}"),
        text=text,
    )


def person(name: str, *positions: Position, **values: object) -> Person:
    """A plainly fictional person; the first position decides the side."""
    held = positions or (Position.OFFICER,)
    slug = name.lower().replace(" ", ".")
    base = Person(
        id=slug,
        name=name,
        email=f"{slug}@council.example",
        role=held[0].role,
        positions=held,
        slack_user_id=f"U-{slug}",
    )
    return replace(base, **values)  # type: ignore[arg-type]


def services(
    uow: UnitOfWork,
    *,
    pack_id: str = "copeland",
    who: Person | None = None,
    clock: FakeClock | None = None,
    **values: object,
) -> Services:
    """What a handler gets."""
    return Services(
        clock=clock or FakeClock(),
        protocol=protocol(pack_id),
        uow=uow,
        settings=settings(**values),
        platforms=("demo",),
        person=who,
    )


def reception(
    store: Store,
    translators: Mapping[str, Translator],
    *,
    pack_id: str = "copeland",
    clock: FakeClock | None = None,
    **values: object,
) -> Reception:
    """The real reception over a real store."""
    return Reception(
        store=store,
        clock=clock or FakeClock(),
        protocol=protocol(pack_id),
        settings=settings(**values),
        translators=translators,
        announce=lambda: None,
        wake=asyncio.Event(),
    )
