"""The store: makes units of work, brings the schema up to date, and is always disposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from storage.engine import make_engine
from storage.figures import figures
from storage.intake import Intake
from storage.migrate import pending, upgrade
from storage.rotation import reseal
from storage.turn import Turn
from storage.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from types import TracebackType

    from bot.model import Event
    from storage.crypto import Sealer
    from storage.figures import Figures


class SqlStore:
    """:class:`bot.ports.Store`. Use it with ``async with``, so that the engine is always disposed."""

    def __init__(self, url: str, sealer: Sealer) -> None:
        self.engine = make_engine(url)
        self.sealer = sealer
        self._turn = Turn() if self.is_sqlite else None
        self._intake = Intake(self.engine, sealer, self._turn)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def begin(self) -> SqlUnitOfWork:
        """A new unit of work."""
        return SqlUnitOfWork(self.engine, self.sealer, self._turn)

    async def remember(self, event: Event) -> bool:
        """Keep an incoming event; it is safe on disk when this returns. False where it was there already."""
        return await self._intake.remember(event)

    async def warm_up(self) -> None:
        """Open what the first incoming event would otherwise wait for."""
        await self._intake.prepare()

    async def migrate(self) -> None:
        """Bring the schema up to date; safe to run in several processes at once."""
        await upgrade(self.engine)

    async def reseal(self) -> int:
        """Seal every sealed text with the newest key; how many were changed."""
        return await reseal(self.engine, self.sealer)

    async def pending(self) -> bool:
        """Whether the schema is behind this version of the code."""
        return await pending(self.engine)

    async def figures(self, platforms: Sequence[str], now: datetime) -> Figures:
        """What waits and what was given up, for those who watch."""
        return await figures(self.engine, platforms, now)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._intake.close()
        await self.engine.dispose()
