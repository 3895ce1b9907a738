"""Puts the parts together. The only file that knows everyone, and the home of the one real clock."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from adapters.heartbeat import heartbeat
from adapters.watching import add_health, add_metrics
from adapters.web import make_app
from bot.calendars import calendar, counting
from bot.errors import ConfigurationError, ProtocolBotError
from bot.health import Health, watch_lag
from bot.metrics import Metrics
from bot.pack_files import shared_knowledge
from bot.protocols import CouncilProtocol, Protocols
from bot.receiving import Reception
from bot.rechecking import Rechecker
from bot.scheduler import Scheduler
from bot.sending import Dispatcher
from storage import new_key, open_store
from storage.crypto import CannotOpen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from adapters.demo.council import DemoCouncil
    from adapters.web import PlatformAdapter
    from bot.ports import Clock
    from bot.rules.protocol import Pack
    from bot.settings import Settings
    from storage import SqlStore

log = structlog.get_logger()

DRAIN_SECONDS = 8.0
"""How long running work may finish after SIGTERM; the whole stop takes less than ten seconds."""


OPERATOR = "operator"
KEY_IN_USE = "key in use"


class SystemClock:
    """The real clock."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


def encryption_keys(settings: Settings) -> list[str]:
    """The keys of the settings; for a SQLite file without any, one that is kept in a file beside it.

    Raises:
        ConfigurationError: PostgreSQL without keys. Several instances share it, so they must share the keys.
    """
    if settings.encryption_keys:
        return [key.get_secret_value() for key in settings.encryption_keys]
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        raise ConfigurationError("Set ENCRYPTION_KEYS. “protocol-bot new-key” makes a key.")
    if not url.database or url.database == ":memory:":
        return [new_key()]
    path = Path(url.database).with_suffix(".key")
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except (FileNotFoundError, PermissionError, NotADirectoryError):
                raise ConfigurationError(f"{path.parent} cannot be written. Correct DATABASE_URL.") from None
            with os.fdopen(handle, "w") as file:
                file.write(new_key())
            log.warning(
                "key.made", path=str(path), advice="Keep a copy apart from the database, or set ENCRYPTION_KEYS."
            )
    return [path.read_text(encoding="utf-8").strip()]


def masked_url(database_url: str) -> str:
    """A database address without its password."""
    return make_url(database_url).render_as_string(hide_password=True)


@contextlib.asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[SqlStore]:
    """The store with its schema up to date; always disposed.

    Raises:
        ConfigurationError: a PostgreSQL database is behind (SQLite is brought up to date by itself); or what
            is stored was sealed with a key that is not given.
    """
    async with open_store(settings.database_url, encryption_keys(settings)) as store:
        with said_plainly():
            if store.is_sqlite:
                await store.migrate()
            elif await store.pending():
                raise ConfigurationError("The database is not up to date. Run “protocol-bot migrate” first.")
        try:
            yield store
        except CannotOpen:
            raise ConfigurationError(
                "These ENCRYPTION_KEYS do not open what is stored. Add the key that was in use before, after a comma."
            ) from None


@contextlib.contextmanager
def said_plainly() -> Iterator[None]:
    """A database that cannot be reached or opened, as one sentence.

    Raises:
        ProtocolBotError: it does not answer.
    """
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        raise ProtocolBotError(
            f"The database does not answer ({type(error).__name__}). "
            "Check that it runs (or that its file can be written), and DATABASE_URL."
        ) from None


def platform_adapters(settings: Settings, clock: Clock, store: SqlStore) -> list[PlatformAdapter]:
    """An adapter for each platform that is set up. A platform's SDK is imported only where it is on."""
    found: list[PlatformAdapter] = []
    if settings.slack_on:
        from adapters.slack import app as slack  # noqa: PLC0415 - costs a third of a second and 40 MB

        found.append(slack.make_adapter(settings, clock, store))
    if settings.teams_on:
        from adapters.teams import app as teams  # noqa: PLC0415 - costs half a second and 60 MB

        found.append(teams.make_adapter(settings, clock, store))
    return found


@dataclass(slots=True)
class Running:
    """Everything that a running bot consists of."""

    reception: Reception
    dispatchers: list[Dispatcher]
    scheduler: Scheduler
    adapters: Sequence[PlatformAdapter]
    store: SqlStore
    health: Health
    metrics: Metrics


def assemble(
    settings: Settings, protocol: CouncilProtocol, store: SqlStore, clock: Clock, adapters: Sequence[PlatformAdapter]
) -> Running:
    """Wire a reception, a dispatcher for each platform and the scheduler."""
    wakes = [asyncio.Event() for _ in adapters]
    metrics = Metrics()
    metrics.describe({"protocol": protocol.pack.id, "database": "sqlite" if store.is_sqlite else "postgresql"})

    def announce() -> None:
        for wake in wakes:
            wake.set()

    reception = Reception(
        store=store,
        clock=clock,
        protocol=protocol,
        settings=settings,
        translators={adapter.platform: adapter.translator for adapter in adapters},
        announce=announce,
        wake=asyncio.Event(),
        metrics=metrics,
    )
    platforms = tuple(adapter.platform for adapter in adapters)
    recheck = Rechecker(store=store, clock=clock, protocol=protocol, settings=settings, platforms=platforms)
    dispatchers = [
        Dispatcher(
            store=store,
            clock=clock,
            messenger=adapter.messenger,
            wake=wake,
            randomness=random.Random(),  # noqa: S311 - jitter
            metrics=metrics,
            recheck=recheck,
        )
        for adapter, wake in zip(adapters, wakes, strict=True)
    ]
    scheduler = Scheduler(
        store=store,
        clock=clock,
        protocol=protocol,
        settings=settings,
        announce=announce,
        platforms=tuple(adapter.platform for adapter in adapters),
        metrics=metrics,
        heartbeat=heartbeat(settings.heartbeat_url) if settings.heartbeat_url else None,
    )
    health = Health(
        store=store,
        clock=clock,
        settings=settings,
        metrics=metrics,
        platforms=[adapter.platform for adapter in adapters],
        adapter_problems=lambda: [problem for adapter in adapters for problem in adapter.problems()],
        behind=scheduler.behind,
    )
    return Running(reception, dispatchers, scheduler, adapters, store, health, metrics)


async def serve(
    settings: Settings,
    protocol: CouncilProtocol,
    make_adapters: Callable[[Settings, Clock, SqlStore], Sequence[PlatformAdapter]] = platform_adapters,
    *,
    started: Callable[[str], Awaitable[None] | None] = lambda _address: None,
) -> None:
    """Run until SIGTERM or SIGINT, then drain and stop within ten seconds.

    Args:
        started: told the address once requests are accepted.

    Raises:
        ConfigurationError: the settings do not fit together.
    """
    clock = SystemClock()
    async with opened_store(settings) as store:
        running = assemble(settings, protocol, store, clock, make_adapters(settings, clock, store))
        await _note_key(store, clock, running.metrics)
        await store.warm_up()
        await asyncio.to_thread(lambda: protocol.engine)
        async with contextlib.AsyncExitStack() as stack:
            for adapter in running.adapters:
                stack.push_async_callback(adapter.stop)
                await adapter.start(running.reception)
            await stack.enter_async_context(_working(running))
            await stack.enter_async_context(_listening(settings, running))
            # What is there by now stays. Without this the collector goes through all of it again and again, and
            # each time everybody waits for a tenth of a second.
            gc.freeze()
            announced = started(f"http://{settings.host}:{settings.port}")
            if announced is not None:
                await announced
            await _until_stopped()
            log.info("stopping")


async def demo(settings: Settings, at_hand: Protocols, *, started: Callable[[str], None]) -> None:
    """Run the demo page until stopped. Everything is kept in memory and gone afterwards.

    Raises:
        ConfigurationError: HOST is not a loopback address, or PORT is taken.
    """
    from adapters.demo import app as demo_page  # noqa: PLC0415 - only the demo needs it
    from adapters.demo.importing import ImportDesk  # noqa: PLC0415

    names = [(name, at_hand.get(name).pack.council) for name in at_hand.ids()]
    async with contextlib.AsyncExitStack() as stack:
        imported: dict[str, CouncilProtocol] = {}

        async def open_council(name: str) -> DemoCouncil:
            return await _demo_council(settings, imported.get(name) or at_hand.get(name), stack)

        def desk(list_council: Callable[[str, str], None]) -> ImportDesk:
            def add(pack: Pack) -> None:
                imported[pack.id] = CouncilProtocol(pack)
                list_council(pack.id, pack.council)

            others = [at_hand.get(name).pack for name, _ in names]
            return ImportDesk(knowledge=shared_knowledge(), others=others, add=add)

        app = demo_page.make_app(names, open_council, desk, settings.host)
        runner = await _listen(app, settings.host, settings.port)
        stack.push_async_callback(runner.cleanup)
        started(f"http://{settings.host}:{settings.port}")
        await _until_stopped()


async def _demo_council(settings: Settings, protocol: CouncilProtocol, stack: contextlib.AsyncExitStack) -> DemoCouncil:
    from adapters.demo.council import DemoAdapter, DemoCouncil, DemoMessenger, MovableClock  # noqa: PLC0415
    from adapters.demo.people import SAMPLE_PEOPLE  # noqa: PLC0415

    store = await stack.enter_async_context(open_store("sqlite+aiosqlite:///:memory:", [new_key()]))
    await store.migrate()
    async with store.begin() as uow:
        for person in SAMPLE_PEOPLE:
            await uow.people.save(person)
        await uow.commit()
    clock = MovableClock(SystemClock())
    messenger = DemoMessenger(clock)
    running = assemble(settings, protocol, store, clock, [DemoAdapter(messenger)])
    await asyncio.to_thread(lambda: protocol.engine)
    return DemoCouncil(
        protocol=protocol,
        store=store,
        clock=clock,
        reception=running.reception,
        messenger=messenger,
        sending=running.dispatchers[0],
        ticks=running.scheduler,
        people=SAMPLE_PEOPLE,
        calendar=calendar(settings),
        counting=counting(settings),
    )


async def _note_key(store: SqlStore, clock: Clock, metrics: Metrics) -> None:
    """Remember when the newest key was first used, which tells its age; the key itself does not."""
    async with store.begin() as uow:
        since = await uow.audit.first(KEY_IN_USE, store.sealer.newest)
        if since is None:
            since = clock.now()
            await uow.audit.write(since, OPERATOR, KEY_IN_USE, store.sealer.newest)
            await uow.commit()
    metrics.key_since.set(since.timestamp())


async def _until_stopped() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


@contextlib.asynccontextmanager
async def _working(running: Running) -> AsyncIterator[None]:
    """The loops that work the inbox and the outbox, and the ticks."""
    loops = [running.reception.run(), *(dispatcher.run() for dispatcher in running.dispatchers)]
    tasks = [asyncio.create_task(loop) for loop in (*loops, watch_lag(running.metrics))]
    running.health.workers[:] = tasks
    running.scheduler.start()
    try:
        yield
    finally:
        running.scheduler.stop()
        # What came in is answered and what is queued is sent, as far as time allows. The rest waits in the database.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS / 2):
                await running.reception.work_waiting()
                for dispatcher in running.dispatchers:
                    await dispatcher.send_waiting()
        running.health.workers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def _listening(settings: Settings, running: Running) -> AsyncIterator[None]:
    """The HTTP server, and the one for metrics and health where it has a port of its own."""
    health = running.health
    app = make_app(running.adapters, running.reception, ready=health.problems)
    apps = [(app, settings.port, "PORT")]
    if settings.metrics_port is None:
        add_metrics(app, running.metrics, health.refresh, loopback_only=True)
    else:
        watch = web.Application()
        add_health(watch, health.problems)
        add_metrics(watch, running.metrics, health.refresh, loopback_only=False)
        apps.append((watch, settings.metrics_port, "METRICS_PORT"))
    runners: list[web.AppRunner] = []
    try:
        for each, port, name in apps:
            runners.append(await _listen(each, settings.host, port, name))
        yield
    finally:
        await asyncio.gather(*(runner.cleanup() for runner in runners))


async def _listen(app: web.Application, host: str, port: int, name: str = "PORT") -> web.AppRunner:
    # No platform packs what it sends, so nothing is unpacked: a small body must not become a huge one.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_SECONDS / 4, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise ConfigurationError(f"Port {port} on {host} is taken or not allowed. Set {name} to another one.") from None
    return runner
