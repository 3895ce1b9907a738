"""Seal what must not be read from the database file: AES-256-GCM, bound to the record and the column.

A sealed text is ``v1.<key id>.<nonce and ciphertext>``. The key id is the start of the key's
SHA-256, so a text says which key opens it and rotation needs no second column. The context (table,
column, record) is authenticated: a ciphertext moved to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = "v1"


class CannotOpen(Exception):  # noqa: N818 - says what happened
    """A sealed text that no key opens, or that was moved or changed."""


def new_key() -> str:
    """A new key: 32 random bytes in URL-safe base64, for ``ENCRYPTION_KEYS``."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class Sealer:
    """Seals with the newest key, opens with any.

    Args:
        keys: newest first, each 32 bytes in URL-safe base64.

    Raises:
        ConfigurationError: there is no key, or one is not of that form.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        decoded = [_decode(key) for key in keys]
        if not decoded:
            raise ConfigurationError("Set ENCRYPTION_KEYS. “protocol-bot new-key” makes a key.")
        self._ciphers = {key_id(key): AESGCM(key) for key in decoded}
        self.newest = key_id(decoded[0])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, newest first."""
        return tuple(self._ciphers)

    def seal(self, text: str, context: str) -> str:
        """The sealed text; the same text never looks the same twice."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self.newest].encrypt(nonce, text.encode(), context.encode())
        return f"{VERSION}.{self.newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, context: str) -> str:
        """The text.

        Raises:
            CannotOpen: no key fits, or the text is not the one that was sealed for this context.
        """
        try:
            version, key, body = sealed.split(".")
            raw = base64.urlsafe_b64decode(body)
            cipher = self._ciphers[key]
            if version != VERSION:
                raise CannotOpen
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
        except (ValueError, KeyError, InvalidTag, binascii.Error):
            raise CannotOpen from None

    def is_newest(self, sealed: str) -> bool:
        """Whether the text is sealed with the newest key, so that rotation may pass it over."""
        return sealed.startswith(f"{VERSION}.{self.newest}.")


def key_id(key: bytes) -> str:
    """A short public name for a key."""
    return hashlib.sha256(b"protocol-bot key id" + key).hexdigest()[:8]


def _decode(key: str) -> bytes:
    try:
        decoded = base64.b64decode(key.strip().encode(), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        decoded = b""
    if len(decoded) != KEY_BYTES:
        raise ConfigurationError(
            "ENCRYPTION_KEYS holds a key that is not 32 bytes in URL-safe base64. “protocol-bot new-key” makes one."
        )
    return decoded
