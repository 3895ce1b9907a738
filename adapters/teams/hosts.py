"""Where answers may be posted. A token goes to no other host (reliability rule 2.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable

HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class ServiceHosts:
    """The allow-list: ``host``, ``host:port``, or ``*.suffix``.

    Only https, except for a loopback host that is listed by name, or where ``loopback`` allows them all.
    """

    listed: frozenset[str]
    suffixes: tuple[str, ...]
    loopback: bool = False

    @classmethod
    def of(cls, entries: Iterable[str], *, loopback: bool = False) -> ServiceHosts:
        """The allow-list in a setting."""
        names = [_bare(entry) for entry in entries]
        return cls(
            frozenset(name for name in names if name and not name.startswith("*.")),
            tuple(name.removeprefix("*") for name in names if name.startswith("*.")),
            loopback,
        )

    def allow(self, url: str) -> bool:
        """Whether answers may go to this address."""
        if not url.isascii() or not url or any(character <= " " or character == "\\" for character in url):
            return False
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if not host or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            return False
        if is_loopback(host):
            named = host in self.listed or f"{host}:{port}" in self.listed
            return parts.scheme in {"http", "https"} and (named or self.loopback)
        if parts.scheme != "https":
            return False
        if f"{host}:{port or HTTPS_PORT}" in self.listed:
            return True
        return port in {None, HTTPS_PORT} and (host in self.listed or host.endswith(self.suffixes))

    def needs_token(self, url: str) -> bool:
        """Whether a token goes with it: not to a loopback client that was only let in unsigned."""
        host = (urlsplit(url).hostname or "").lower()
        return not (self.loopback and is_loopback(host))


def _bare(entry: str) -> str:
    """An entry without scheme, path and capitals."""
    text = entry.strip().lower()
    if "://" in text:
        text = urlsplit(text).netloc
    return text.rstrip("/")
