"""From the blocks of a file to its title and its numbered paragraphs: the stages in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.rules.importing.cleaning import clean
from bot.rules.importing.outline import Item, Part, outline
from bot.rules.importing.paragraphs import Paragraph, gather
from bot.rules.importing.redline import resolve
from bot.rules.importing.renumbering import renumber

if TYPE_CHECKING:
    from bot.rules.importing.document import Document, Warnings


@dataclass(frozen=True, slots=True)
class Segmented:
    """A document's build-up."""

    title_lines: tuple[str, ...]
    paragraphs: tuple[Paragraph, ...]


def segment(document: Document, warnings: Warnings) -> Segmented:
    """The document's title and paragraphs."""
    redline = resolve(clean(document.blocks), warnings)
    blocks = renumber(redline.blocks, warnings) if redline.found else redline.blocks
    items = outline(blocks)
    titles = tuple(_title(item) for item in items if item.part is Part.TITLE)
    return Segmented(titles, tuple(gather(items, warnings)))


def _title(item: Item) -> str:
    if item.label is None:
        return item.text
    return f"{item.label.prefix.capitalize()} {item.label.plain} {item.text}".strip()
