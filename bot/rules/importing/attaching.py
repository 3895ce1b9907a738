"""Put a council's own wording beside the rules of a pack that is known already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.rules.importing.imported import Imported
    from bot.rules.protocol import Pack


@dataclass(frozen=True, slots=True)
class Attached:
    """The pack with the official wording, and what did not fit."""

    pack: Pack
    without_words: tuple[str, ...]
    """Paragraphs of the pack that the document does not have."""
    unknown: tuple[str, ...]
    """Paragraphs of the document that the pack does not have: they are no part of its answers."""


def attach_official(pack: Pack, imported: Imported, version: str | None = None) -> Attached:
    """The pack, each clause with the document's own words where the document has that paragraph.

    Args:
        version: what the document's version is called; by default what it says of itself.
    """
    words = {paragraph.ref: paragraph.wording for paragraph in imported.paragraphs}
    clauses = tuple(
        clause.model_copy(update={"official": words[clause.ref]}) if clause.ref in words else clause
        for clause in pack.clauses
    )
    own = {clause.ref for clause in pack.clauses}
    return Attached(
        pack=pack.model_copy(update={"clauses": clauses, "version": version or imported.pack.version}),
        without_words=tuple(clause.ref for clause in pack.clauses if clause.ref not in words),
        unknown=tuple(paragraph.ref for paragraph in imported.paragraphs if paragraph.ref not in own),
    )
