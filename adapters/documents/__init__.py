"""Files of other people: Word, PDF, web pages, Markdown and text, read into neutral paragraphs.

>>> from adapters.documents import read_document
>>> document = read_document(Path("protocol.docx"))     # doctest: +SKIP

Every file is untrusted: it is read in a process of its own (:mod:`.sandbox`).
"""

from adapters.documents.errors import DocumentError
from adapters.documents.limits import DEFAULT, Limits
from adapters.documents.sandbox import read_document

__all__ = ["DEFAULT", "DocumentError", "Limits", "read_document"]
