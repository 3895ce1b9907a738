"""What operators measure: a registry of its own for each running bot, handed to those who count.

Labels hold platforms, routes and job names; never a person, a reference or a text. Every metric
stands in this one file, so the dashboard and the alert rules can be held against it.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPEN_METRICS
from prometheus_client.openmetrics.exposition import generate_latest as generate_open_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PLAIN = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "protocol_bot"

ACKNOWLEDGED_WITHIN = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""Seconds. Slack gives up after 3, Teams after 10 to 15; half a second is what we aim at."""

LAGGED = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)


def product_version() -> str:
    """The version that is installed."""
    try:
        return version("protocol-bot")
    except PackageNotFoundError:
        return "unknown"


class Metrics:
    """Counters, gauges and histograms of one running bot."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        given: dict[str, Any] = {"registry": self.registry, "namespace": PREFIX}

        self.acknowledgement = Histogram(
            "acknowledgement_seconds",
            "From the arrival of a platform's request to our answer to it.",
            ("route",),
            buckets=ACKNOWLEDGED_WITHIN,
            **given,
        )
        self.requests = Counter(
            "http_requests", "Requests answered, by route and status.", ("route", "status"), **given
        )
        self.kept = Histogram(
            "inbox_write_seconds",
            "Until an event is safe on disk.",
            ("platform",),
            buckets=ACKNOWLEDGED_WITHIN,
            **given,
        )
        self.events = Counter("events", "Events worked: answered, refused or failed.", ("platform", "result"), **given)
        self.repeats = Counter(
            "events_repeated", "Events that came again and had no second effect.", ("platform",), **given
        )
        self.messages = Counter(
            "messages", "Attempts to deliver: delivered, postponed, dropped or failed.", ("platform", "result"), **given
        )
        self.rate_limited = Counter(
            "rate_limited", "Times that a platform asked us to slow down (429).", ("platform",), **given
        )

        self.outbox_waiting = Gauge(
            "outbox_waiting", "Messages that are due and not delivered.", ("platform",), **given
        )
        self.outbox_oldest = Gauge(
            "outbox_oldest_seconds", "How long the oldest of them has been due.", ("platform",), **given
        )
        self.inbox_waiting = Gauge("inbox_waiting", "Events that are not worked yet.", ("platform",), **given)
        self.inbox_oldest = Gauge(
            "inbox_oldest_seconds", "How long the oldest of them has waited.", ("platform",), **given
        )
        self.dead_letters = Gauge(
            "dead_letters", "Given up and still there: events (inbox) and messages (outbox).", ("box",), **given
        )

        self.last_sweep = Gauge("last_sweep_timestamp_seconds", "When each job last ended well.", ("job",), **given)
        self.sweeps_failed = Counter("sweeps_failed", "Runs of a job that failed.", ("job",), **given)
        self.lag = Histogram("event_loop_lag_seconds", "How late the event loop is.", buckets=LAGGED, **given)

        self.holidays_end = Gauge(
            "holiday_table_ends_timestamp_seconds", "The last bank holiday that is known.", **given
        )
        self.keys = Gauge("encryption_keys", "Encryption keys in the settings.", **given)
        self.key_since = Gauge(
            "encryption_key_first_used_timestamp_seconds", "When the newest encryption key was first used.", **given
        )
        self.ready = Gauge("ready", "1 when /readyz would say so.", **given)
        self.build = Info("build", "What is running.", **given)

    def swept(self, job: str, now: datetime) -> None:
        """A job ended well."""
        self.last_sweep.labels(job).set(now.timestamp())

    def describe(self, facts: Mapping[str, str]) -> None:
        """What is running: versions and the protocol's id."""
        self.build.info({"version": product_version(), **facts})

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The figures as text, and its content type; in the OpenMetrics format where the caller takes it."""
        if "application/openmetrics-text" in accept:
            return generate_open_metrics(self.registry), OPEN_METRICS  # type: ignore[no-untyped-call]
        return generate_latest(self.registry), PLAIN
