"""What is wrong with a file, in a sentence that also says what to try."""

from __future__ import annotations

from bot.errors import InputError


class DocumentError(InputError):
    """A file that cannot be read as a protocol; the text is for the person who chose it."""
