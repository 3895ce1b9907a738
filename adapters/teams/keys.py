"""The keys with which incoming tokens are signed: fetched without blocking, kept when fetching fails.

The SDK fetches them with a synchronous call without a timeout, and a key that it does not know
breaks every message until its cache ends a day later (reliability findings 0.12, 0.13).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.ports import Clock

log = structlog.get_logger()

FRESH_FOR = timedelta(hours=1)
"""Fetched anew in the background after that, so that a new key is known before it is used."""
AFTER_UNKNOWN_KEY = timedelta(minutes=2)
"""An unknown key id causes a fetch at most this often, whoever sends unknown ids."""
AFTER_FAILURE = timedelta(seconds=10)
TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)
LARGEST_DOCUMENT = 512 * 1024


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, and the channels that may use it (nothing where it does not say)."""

    key: Any
    endorsements: frozenset[str] | None


@dataclass(slots=True, kw_only=True)
class SigningKeys:
    """The keys at hand."""

    session: aiohttp.ClientSession
    metadata_url: str
    clock: Clock
    _keys: Mapping[str, SigningKey] = field(default_factory=dict)
    _fetched_at: datetime | None = None
    _failed_at: datetime | None = None
    _forced_at: datetime | None = None
    _fetching: asyncio.Task[None] | None = None

    @property
    def at_hand(self) -> bool:
        """Whether there are any."""
        return bool(self._keys)

    async def find(self, key_id: str) -> SigningKey | None:
        """The key with this id.

        A known key never waits for the network, whatever its age. An unknown one may wait for one fetch.
        """
        found = self._keys.get(key_id)
        if found is not None:
            if self._is_stale():
                self.fetch()
            return found
        if self._may_fetch():
            if self._keys:
                self._forced_at = self.clock.now()
            self.fetch()
        if self._fetching is not None:
            await asyncio.shield(self._fetching)
        return self._keys.get(key_id)

    def fetch(self) -> asyncio.Task[None]:
        """Fetch the keys, once however many ask for it."""
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetched)
        return self._fetching

    async def stop(self) -> None:
        """Leave nothing running."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _fetched(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None

    def _is_stale(self) -> bool:
        now = self.clock.now()
        stale = self._fetched_at is None or now - self._fetched_at > FRESH_FOR
        return stale and not self._within(self._failed_at, AFTER_FAILURE)

    def _may_fetch(self) -> bool:
        if self._within(self._failed_at, AFTER_FAILURE):
            return False
        return not self._keys or not self._within(self._forced_at, AFTER_UNKNOWN_KEY)

    def _within(self, moment: datetime | None, span: timedelta) -> bool:
        return moment is not None and self.clock.now() - moment < span

    async def _fetch(self) -> None:
        try:
            metadata = await self._document(self.metadata_url)
            keys = _signing_keys(await self._document(str(metadata["jwks_uri"])))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            self._failed_at = self.clock.now()
            log.warning("teams.keys_not_fetched", error=type(error).__name__, kept=len(self._keys))
            return
        if not keys:
            self._failed_at = self.clock.now()
            log.warning("teams.keys_not_fetched", error="no usable key", kept=len(self._keys))
            return
        self._keys, self._fetched_at, self._failed_at = keys, self.clock.now(), None

    async def _document(self, url: str) -> dict[str, Any]:
        async with self.session.get(url, timeout=TIMEOUT, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                raise ValueError("the host did not give the document")
            body = await response.content.read(LARGEST_DOCUMENT + 1)
            while len(body) <= LARGEST_DOCUMENT and (more := await response.content.read(LARGEST_DOCUMENT)):
                body += more
        document = json.loads(body)
        if not isinstance(document, dict):
            raise TypeError("the document is not an object")
        return document


def _signing_keys(document: Mapping[str, Any]) -> dict[str, SigningKey]:
    found = {}
    for entry in document.get("keys", ()):
        try:
            key_id, key = str(entry["kid"]), PyJWK(entry, algorithm="RS256")
        except (PyJWTError, KeyError, TypeError, ValueError):
            continue
        named = entry.get("endorsements")
        endorsements = frozenset(str(name) for name in named) if isinstance(named, list) else None
        found[key_id] = SigningKey(key.key, endorsements)
    return found
