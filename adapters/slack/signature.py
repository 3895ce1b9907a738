"""Is a request really Slack's? Our own check, before Bolt: Bolt logs the body of a badly signed request.

docs.slack.dev, verifying requests: ``v0=`` and the HMAC-SHA256 of ``v0:timestamp:body``, five minutes at most.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TOLERANCE_SECONDS = 300
LONGEST_TIMESTAMP = 12


def fresh(timestamp: str, now: datetime) -> bool:
    """Whether the timestamp is a plain number of seconds within five minutes of now."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE_SECONDS


def signed(body: bytes, timestamp: str, signature: str, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets made the signature. Every secret is tried, in constant time."""
    given = signature.encode("utf-8", "replace")
    right = [hmac.compare_digest(sign(body, timestamp, secret).encode(), given) for secret in secrets if secret]
    return any(right)


def sign(body: bytes, timestamp: str, secret: str) -> str:
    """The signature that Slack would give."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"
