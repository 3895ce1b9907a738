"""References that people read out to one another."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that cannot be taken for one another when read out."""


def new_reference(prefix: str) -> str:
    """A reference that is easy to read out and cannot be guessed from another, such as ``DR-7K3M-92QF``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"
