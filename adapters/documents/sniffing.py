"""What a file really is, whatever its name says, before anything opens it."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from adapters.documents.errors import DocumentError

KINDS = {
    ".docx": "docx", ".docm": "docx", ".dotx": "docx", ".pdf": "pdf", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".md": "md", ".markdown": "md", ".txt": "txt", ".text": "txt",
}  # fmt: skip
_NAMES = {"docx": "a Word file", "pdf": "a PDF", "html": "a web page", "md": "Markdown", "txt": "plain text"}
_ENDINGS = {"docx": ".docx", "pdf": ".pdf", "html": ".html", "md": ".md", "txt": ".txt"}
_RELATED = {
    ".doc": "an old Word file", ".odt": "an OpenDocument file", ".rtf": "a rich-text file", ".pages": "a Pages file",
    ".mht": "a web archive", ".mhtml": "a web archive", ".wps": "an old Works file",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"), (b"MZ", "a program"), (b"\x7fELF", "a program"), (b"Rar!", "an archive"),
    (b"\x1f\x8b", "an archive"), (b"7z\xbc\xaf", "an archive"), (b"{\\rtf", "a rich-text file"),
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


def kind_of(data: bytes, filename: str) -> str:
    """The format to read the file as.

    Raises:
        DocumentError: it is empty, not a document, or not what its name says.
    """
    name = PurePath(filename.replace("\\", "/")).name or "This file"
    suffix = PurePath(name).suffix.lower()
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise DocumentError(f"{name} is empty. Choose the file that holds the protocol.")
    named, found = KINDS.get(suffix), _content(data, name)
    if named is None:
        related = _RELATED.get(suffix)
        if related:
            raise DocumentError(f"{name} is {related}. Open it and save it as .docx or PDF, then import that.")
        raise DocumentError(f"{name} is no format that can be imported. Choose a .docx, .pdf, .html, .md or .txt file.")
    if found is None:  # some text: which kind, only its name can say
        if named in {"docx", "pdf"}:
            raise DocumentError(
                f"{name} is not {_NAMES[named]}, whatever its name says. Save the protocol as {_ENDINGS[named]} again."
            )
        return named
    if found != named and not (found == "html" and named == "md"):
        raise DocumentError(
            f"{name} is really {_NAMES[found]}. "
            f"Rename it to {PurePath(name).stem}{_ENDINGS[found]} and import it again."
        )
    return named


def _content(data: bytes, name: str) -> str | None:
    """The format that the first bytes show; none for text."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:5] == b"%PDF-":
        return "pdf"
    if data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return "docx"  # or another package; the Word reader looks inside
    if data[:8] == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise DocumentError(
                f"{name} is protected by a password. Take the password off in Word and import it again."
            )
        raise DocumentError(f"{name} is an old Word file (.doc). Open it in Word, save it as .docx and import that.")
    for start, kind in _OTHER:
        if data.startswith(start):
            raise DocumentError(f"{name} is {kind}, not a document. Choose a .docx, .pdf, .html, .md or .txt file.")
    text = decode(data[:65536], name, whole=False)
    opening = re.sub(r"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*", "", text, flags=re.DOTALL)
    return "html" if re.match(r"<!doctype html|<html[\s>]", opening, re.IGNORECASE) else None


def decode(data: bytes, name: str = "This file", *, whole: bool = True) -> str:
    """The text of the bytes: as marked, else UTF-8, else the Windows code page of western Europe.

    Raises:
        DocumentError: it is not text at all.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    named = _CHARSET.search(data[:4096])
    encodings = ["utf-8", "cp1252"]
    if named and named[1].lower() not in {b"utf-8", b"utf8"}:
        encodings.insert(1, named[1].decode("ascii"))
    for encoding in encodings:
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            text = decoder.decode(data, final=whole)
        except (UnicodeDecodeError, LookupError):
            continue
        break
    else:
        text = data.decode("latin-1")
    if len(_CONTROL.findall(text)) > max(3, len(text) // 100):
        raise DocumentError(
            f"{name} is not a document that can be read. Choose a .docx, .pdf, .html, .md or .txt file."
        )
    return _CONTROL.sub("", text)
