"""Fixtures: a fresh database for each test."""

from __future__ import annotations

from tests.journeys.fixtures import empty_database, sqlite_store, store

__all__ = ["empty_database", "sqlite_store", "store"]
