"""A reply as plain text: for the command line, and wherever nothing better can be shown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from bot.messages import Bullets, Buttons, Citation, Facts, Heading, Note, Paragraph
from bot.wording import ask as say

if TYPE_CHECKING:
    from bot.messages import Part, Reply

WIDTH = 96


def as_text(reply: Reply) -> str:
    """The whole reply, wrapped for a terminal. Buttons are left out: there is nothing to press."""
    blocks = [text for part in reply.parts if (text := _part(part))]
    return "\n\n".join(blocks) or reply.summary


def _part(part: Part) -> str:
    match part:
        case Heading(text=text):
            return text.upper()
        case Paragraph(text=text) | Note(text=text):
            return _wrap(text)
        case Bullets(items=items):
            return "\n".join(_wrap(f"- {item}", "  ") for item in items)
        case Facts(rows=rows):
            return "\n".join(_wrap(f"{row.label}: {row.value}", "  ") for row in rows)
        case Citation():
            return citation_text(part)
        case Buttons():
            return ""


def citation_text(citation: Citation) -> str:
    """The paragraph's label and section, what it says, whom it binds, and the official text where there is one."""
    lines = [f"{citation.label[:1].upper()}{citation.label[1:]} ({citation.section})", _wrap(citation.says, "  ", "  ")]
    if citation.official:
        lines.append(_wrap(f"{say.OFFICIAL} ({citation.version}): “{citation.official}”", "  ", "  "))
    if citation.stale:
        lines.append(_wrap(citation.stale, "  ", "  "))
    lines.append(_wrap(f"{citation.binds}. {citation.document}, {citation.council}.", "  ", "  "))
    return "\n".join(lines)


def _wrap(text: str, indent: str = "", first: str = "") -> str:
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent=first, subsequent_indent=indent) for line in text.splitlines()
    )
