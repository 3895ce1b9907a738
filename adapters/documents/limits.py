"""How much of the machine one file may use. Files come from anywhere, so each bound is a hard one."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on reading one file. A protocol is rarely larger than 2 MB or longer than 60 pages."""

    file_bytes: int = 50 * MEBIBYTE
    unpacked_bytes: int = 200 * MEBIBYTE
    """All parts of a Word file together, after unpacking."""
    part_bytes: int = 60 * MEBIBYTE
    """One part of a Word file that is read: the text, its styles, its numbering."""
    pages: int = 600
    blocks: int = 30_000
    text_characters: int = 5_000_000
    memory_bytes: int = 1536 * MEBIBYTE
    """Address space of the process that reads."""
    processor_seconds: int = 90
    wall_seconds: float = 120.0


DEFAULT = Limits()
