"""What operators measure is counted where it happens, holds no text of people, and is not public."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from adapters.watching import add_metrics
from adapters.web import make_app
from bot.bootstrap import _note_key
from bot.errors import CannotReach, TryAgain
from bot.metrics import Metrics
from tests.operations.support import Village, running
from tests.support import FakeMessenger

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.support import FakeClock

DEPLOY = Path(__file__).parents[2] / "deploy"


def samples(metrics: Metrics) -> dict[str, float]:
    """Every sample by its name and labels."""
    found = {}
    for family in text_string_to_metric_families(metrics.exposition("")[0].decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def test_a_days_work_shows_in_the_figures(sqlite_store: SqlStore, clock: FakeClock) -> None:
    village = Village(clock, FakeMessenger(problems=[TryAgain("rate limited", after=60, limited=True)]))
    bot = running(sqlite_store, clock, village)
    async with TestClient(TestServer(make_app(bot.adapters, bot.reception, ready=bot.health.problems))) as client:
        for text in ("hello", "hello", "help", "crash"):
            await client.post("/words", data=text)
        await client.get("/nowhere")
    await bot.reception.work_waiting()
    clock.forward(seconds=1)
    await bot.health.refresh()
    before = samples(bot.metrics)
    await bot.dispatchers[0].send_waiting()
    clock.forward(seconds=90)
    village.messenger.problems.append(CannotReach("blocked"))
    await bot.dispatchers[0].send_waiting()
    await bot.health.refresh()
    after = samples(bot.metrics)

    assert before["protocol_bot_acknowledgement_seconds_count{route=/words}"] == 4
    assert before["protocol_bot_http_requests_total{route=/words,status=200}"] == 3
    assert before["protocol_bot_http_requests_total{route=/words,status=500}"] == 1
    assert before["protocol_bot_http_requests_total{route=other,status=404}"] == 1
    assert before["protocol_bot_inbox_write_seconds_count{platform=slack}"] == 3
    assert before["protocol_bot_events_repeated_total{platform=slack}"] == 1
    assert before["protocol_bot_events_total{platform=slack,result=answered}"] == 2
    assert before["protocol_bot_outbox_waiting{platform=slack}"] == 2
    assert before["protocol_bot_outbox_oldest_seconds{platform=slack}"] == 1
    assert after["protocol_bot_messages_total{platform=slack,result=postponed}"] == 1
    assert after["protocol_bot_messages_total{platform=slack,result=failed}"] == 1
    assert after["protocol_bot_rate_limited_total{platform=slack}"] == 1
    assert after["protocol_bot_dead_letters{box=outbox}"] == 1
    assert after["protocol_bot_outbox_waiting{platform=slack}"] == 0
    assert after["protocol_bot_holiday_table_ends_timestamp_seconds"] > clock.now().timestamp()
    assert after["protocol_bot_ready"] == 1
    assert after["protocol_bot_build_info{database=sqlite,protocol=copeland,version=0.1.0}"] == 1


async def test_figures_are_the_same_on_both_databases(store: SqlStore, clock: FakeClock) -> None:
    bot = running(store, clock)
    async with TestClient(TestServer(make_app(bot.adapters, bot.reception, ready=bot.health.problems))) as client:
        await client.post("/words", data="hello")
    clock.forward(seconds=7)

    figures = await store.figures(["slack", "teams"], clock.now())

    assert {name: (each.count, each.oldest_seconds) for name, each in figures.inbox.items()} == {
        "slack": (1, 7.0),
        "teams": (0, 0.0),
    }
    assert figures.messages_failed == figures.events_failed == 0


async def test_no_text_of_a_person_is_in_the_figures(sqlite_store: SqlStore, clock: FakeClock) -> None:
    canary = "my brother is the canary councillor"
    bot = running(sqlite_store, clock)
    async with TestClient(TestServer(make_app(bot.adapters, bot.reception, ready=bot.health.problems))) as client:
        await client.post("/words", data=canary)
        await client.post(f"/{canary.replace(' ', '-')}", data=canary)
    await bot.reception.work_waiting()
    await bot.dispatchers[0].send_waiting()
    await bot.health.refresh()

    assert "canary" not in bot.metrics.exposition("")[0].decode()


async def test_a_good_job_is_noted_and_a_failed_one_counted(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = running(sqlite_store, clock)

    async def broken() -> None:
        raise RuntimeError

    await bot.scheduler._guarded(bot.scheduler.forget_events)
    bot.scheduler._intervals["broken"] = bot.scheduler._intervals.get("forget_events", clock.now() - clock.now())
    await bot.scheduler._guarded(broken)

    found = samples(bot.metrics)
    assert found["protocol_bot_last_sweep_timestamp_seconds{job=forget_events}"] == clock.now().timestamp()
    assert found["protocol_bot_sweeps_failed_total{job=broken}"] == 1


async def test_the_age_of_a_key_counts_from_its_first_use(sqlite_store: SqlStore, clock: FakeClock) -> None:
    first = clock.now().timestamp()
    await _note_key(sqlite_store, clock, Metrics())
    clock.forward(days=30)
    metrics = Metrics()
    await _note_key(sqlite_store, clock, metrics)

    assert samples(metrics)["protocol_bot_encryption_key_first_used_timestamp_seconds"] == first


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "192.0.2.7"}, 404),
        ({"Forwarded": "for=192.0.2.7"}, 404),
        ({"Host": "bot.council.example"}, 404),
    ],
)
async def test_the_main_port_gives_figures_to_this_machine_alone(headers: dict[str, str], status: int) -> None:
    async def refresh() -> None: ...

    app = web.Application()
    add_metrics(app, Metrics(), refresh, loopback_only=True)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/metrics", headers=headers)
        assert answer.status == status


async def test_open_metrics_is_given_to_those_who_ask_for_it() -> None:
    async def refresh() -> None: ...

    app = web.Application()
    add_metrics(app, Metrics(), refresh, loopback_only=False)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert (await answer.text()).endswith("# EOF\n")
        assert answer.content_type == "application/openmetrics-text"


def known_names() -> set[str]:
    """Every name under which Prometheus stores one of our metrics."""
    names = set()
    for collector in Metrics().registry._collector_to_names:
        for family in collector.collect():
            if family.type == "histogram":
                names |= {f"{family.name}{end}" for end in ("_bucket", "_count", "_sum")}
            else:
                names.add(family.name + {"counter": "_total", "info": "_info"}.get(family.type, ""))
    return names


def used_names(expressions: list[str]) -> set[str]:
    return {name for text in expressions for name in re.findall(r"\b(?:protocol_bot|process)_[a-z_]+", text)}


def dashboard_expressions() -> list[str]:
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def alert_rules() -> list[dict[str, object]]:
    [group] = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    return list(group["rules"])


def test_every_metric_that_the_alert_rules_and_the_dashboard_use_exists() -> None:
    used = used_names([*dashboard_expressions(), *(str(rule["expr"]) for rule in alert_rules())])

    assert used - known_names() == set()
    assert len(used) > 15


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    ours = {
        re.sub(r"_(bucket|count|sum)$", "_bucket", name) for name in known_names() if name.startswith("protocol_bot")
    }

    assert ours - used_names(dashboard_expressions()) == set()


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    for rule in alert_rules():
        notes = rule["annotations"]
        assert isinstance(notes, dict)
        assert notes["summary"]
        assert len(notes["description"]) > 30
        assert isinstance(rule["labels"], dict)
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
