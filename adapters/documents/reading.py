"""Bytes to paragraphs, in this process. Called by the worker; everyone else reads through the sandbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.documents.errors import DocumentError
from adapters.documents.sniffing import decode
from adapters.documents.text import read_text

if TYPE_CHECKING:
    from adapters.documents.limits import Limits
    from bot.rules.importing.document import Document


def read_bytes(data: bytes, kind: str, limits: Limits) -> Document:
    """The paragraphs of a file of this format.

    The readers of Word and PDF are brought in only when wanted: they take longest to load.

    Raises:
        DocumentError: with a sentence that says what is wrong and what to try.
    """
    if kind == "docx":
        from adapters.documents.word import read_word  # noqa: PLC0415

        document = read_word(data, limits)
    elif kind == "pdf":
        from adapters.documents.pdf import read_pdf  # noqa: PLC0415

        document = read_pdf(data, limits)
    elif kind == "html":
        from adapters.documents.web_page import read_page  # noqa: PLC0415

        document = read_page(decode(data), limits)
    else:
        text = decode(data)
        if len(text) > limits.text_characters:
            raise DocumentError("This text is far longer than a protocol. Import only the protocol's own pages.")
        document = read_text(text, markdown=kind == "md")
    if not any(re.search(r"[A-Za-z]{2}", block.text) for block in document.blocks):
        raise DocumentError("There is no text in this file. Choose the file that holds the protocol.")
    return document
