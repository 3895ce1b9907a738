"""What a reader hands over: the paragraphs of a file, with everything but their wording taken off.

A reader in adapters/documents turns the bytes of a Word file, a PDF, a web page or plain text into
these values; everything after that is the same for all of them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or table row, in the order of reading."""

    text: str
    """Its wording. Struck words stand between ``~~`` marks; no other mark-up is left."""
    label: str | None = None
    """The number that the file's own automatic numbering shows, such as ``1.2`` or ``(a)``; ``•`` for a bullet."""
    heading: int = 0
    """The level where the file marks it as a heading; 0 elsewhere."""
    strong: bool = False
    """Whether the whole paragraph stands out: bold, or larger than the text."""
    depth: int = 0
    """How deep in nested lists it stands."""
    page: int | None = None
    line: int | None = None
    row: bool = False
    """Whether it is a row of a table."""

    @property
    def place(self) -> str:
        """Where to look for it, for a warning."""
        if self.line is not None:
            return f"line {self.line}"
        return f"page {self.page}" if self.page is not None else "the document"


@dataclass(frozen=True, slots=True)
class Document:
    """A file as its paragraphs."""

    blocks: tuple[Block, ...]
    kind: str = "txt"
    """The format that it was read from: docx, pdf, html, md or txt."""
    warnings: tuple[str, ...] = ()
    pages: int | None = None
    name: str = ""
    """The file's own name, without its folder."""
    digest: str = ""
    """SHA-256 of the bytes, so that a deployment knows which file its official wording came from."""

    def as_data(self) -> dict[str, Any]:
        """A plain value that JSON can carry between processes."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Document:
        """The document that :meth:`as_data` gave.

        Raises:
            TypeError, KeyError: the data are not of that shape.
        """
        blocks = tuple(Block(**block) for block in data["blocks"])
        return cls(**{**data, "blocks": blocks, "warnings": tuple(data["warnings"])})


@dataclass(slots=True)
class Warnings:
    """Collects what the reader of the import should check, each sentence once."""

    said: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        """Keep the sentence, unless it was said already."""
        if sentence not in self.said:
            self.said.append(sentence)
