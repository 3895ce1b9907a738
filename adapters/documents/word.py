"""Word files (.docx): paragraphs with the numbers that Word shows, tracked changes as if accepted.

Comments, headers, footers, footnotes, hidden text and field codes are left out; tables are kept, a
row as a block. The package is opened by python-docx, the text walked here, since python-docx knows
neither automatic numbers nor tracked changes.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from adapters.documents.errors import DocumentError
from adapters.documents.word_numbering import LEVELS, Numbering, W, value
from bot.rules.importing.document import Block, Document
from bot.rules.importing.joining import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from adapters.documents.limits import Limits

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CONTENTS_STYLE = re.compile(
    r"^(?:toc|contents|table\s*of\s*(?:contents|figures)|tableof\w+)\s*(?:heading|\d)?$", re.IGNORECASE
)
_HEADING_STYLE = re.compile(r"^heading\s*(\d)$", re.IGNORECASE)
_OFF = {"0", "false", "off", "none"}
_CHAIN = 12
_KEPT = {"r", "hyperlink", "ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo"}
_TWIPS_PER_LEVEL = 360


@dataclass(slots=True)
class _Style:
    name: str
    based_on: str | None
    number: str | None = None
    level: int | None = None
    outline: int | None = None
    bold: bool | None = None
    size: int | None = None


@dataclass(slots=True)
class _Run:
    text: str
    bold: bool
    struck: bool
    size: int | None


@dataclass(slots=True)
class _Gathered:
    runs: list[_Run] = field(default_factory=list)


def read_word(data: bytes, limits: Limits) -> Document:
    """The paragraphs of a .docx file.

    Raises:
        DocumentError: the package is not a Word file, is too large, or holds what a Word file never does.
    """
    parts = _parts(data, limits)
    body = parts["word/document.xml"].find(f"{W}body")
    if body is None:
        raise DocumentError("This Word file has no text in it. Open it in Word, save it again and import that.")
    return _Reader(parts, limits).read(body)


_READ = ("word/document.xml", "word/styles.xml", "word/numbering.xml", "word/settings.xml")


def _parts(data: bytes, limits: Limits) -> dict[str, _Element]:
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError):
        raise DocumentError(
            "This file is damaged: it ends like a .docx file but cannot be opened. Save it again in Word."
        ) from None
    with package:
        entries = {entry.filename: entry for entry in package.infolist()}
        if any(entry.flag_bits & 1 for entry in entries.values()):
            raise DocumentError(
                "This file is protected by a password. Take the password off in Word and import it again."
            )
        if sum(entry.file_size for entry in entries.values()) > limits.unpacked_bytes:
            raise DocumentError("This file unpacks to far more than a document holds, so it was not opened.")
        document = _main_part(package, entries, limits)
        parts = {}
        for name in _READ:
            actual = document if name == "word/document.xml" else name
            if actual in entries:
                parts[name] = _parse(_unpack(package, entries[actual], limits))
        return parts


def _main_part(package: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], limits: Limits) -> str:
    """The part that holds the text: where the package's relations say, usually word/document.xml."""
    if "_rels/.rels" in entries:
        for relation in _parse(_unpack(package, entries["_rels/.rels"], limits)):
            if (relation.get("Type") or "").endswith("/officeDocument"):
                name = (relation.get("Target") or "").lstrip("/")
                if name in entries and name.endswith(".xml") and name.startswith("word/"):
                    return name
    if "word/document.xml" in entries:
        return "word/document.xml"
    kinds = {"xl/": "an Excel workbook", "ppt/": "a PowerPoint presentation", "content.xml": "an OpenDocument file"}
    for start, kind in kinds.items():
        if any(name.startswith(start) for name in entries):
            raise DocumentError(f"This is {kind}, not a Word file. Save the protocol as .docx or PDF and import that.")
    raise DocumentError("This is a zip archive, not a Word file. Import the document that is inside it.")


def _unpack(package: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> bytes:
    """One part, never more of it than allowed: the size that the archive states may be a lie."""
    try:
        with package.open(entry) as stream:
            data = stream.read(limits.part_bytes + 1)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise DocumentError("This Word file is damaged. Open it in Word, save it again and import that.") from None
    except Exception as error:
        if type(error).__name__ == "error":  # zlib.error, without importing it for its name
            raise DocumentError("This Word file is damaged. Open it in Word, save it again and import that.") from None
        raise
    if len(data) > limits.part_bytes:
        raise DocumentError("This file unpacks to far more than a document holds, so it was not opened.")
    return data


def _parse(data: bytes) -> _Element:
    """The XML of one part. A Word file has no document type; one that has could name outside entities."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data or "<!DOCTYPE".encode("utf-16-le") in data[:8192]:
        raise DocumentError("This Word file holds references to things outside it, so it was not opened.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise DocumentError("This Word file is damaged. Open it in Word, save it again and import that.") from None


class _Reader:
    def __init__(self, parts: dict[str, _Element], limits: Limits) -> None:
        self._limits = limits
        self._styles, self._default = _styles(parts.get("word/styles.xml"))
        self._numbering = Numbering(parts.get("word/numbering.xml"))
        self._blocks: list[Block] = []
        self._characters = 0
        self._pending: _Gathered | None = None
        self._boxes = 0
        self._sizes: dict[int, int] = {}
        self._large: list[tuple[int, int]] = []
        self._field: list[bool] = []

    def read(self, body: _Element) -> Document:
        self._container(body)
        warnings = []
        if self._boxes:
            warnings.append(f"Text in {self._boxes} text boxes was left out; check that none of it is a paragraph.")
        self._mark_large()
        return Document(tuple(self._blocks), kind="docx", warnings=tuple(warnings))

    def _container(self, element: _Element) -> None:
        for child in element:
            name = _local(child)
            if name == "p":
                self._paragraph(child)
            elif name == "tbl":
                self._table(child)
            elif name == "sdt":
                if not _is_contents(child):
                    content = child.find(f"{W}sdtContent")
                    if content is not None:
                        self._container(content)
            elif name in {"ins", "moveTo", "customXml", "smartTag"}:
                self._container(child)
            elif child.tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                if choice is not None:
                    self._container(choice)

    def _table(self, table: _Element) -> None:
        nested = table.findall(f".//{W}tbl")
        rows = [row for row in table.iter(f"{W}tr") if not any(row in inner.iter(f"{W}tr") for inner in nested)]
        single = all(len(row.findall(f"{W}tc")) == 1 for row in rows)
        for row in rows:
            if _deleted(row.find(f"{W}trPr")):
                continue
            cells = row.findall(f"{W}tc")
            for box in row.findall(f"{W}sdt"):
                cells.extend(box.iter(f"{W}tc"))
            if single:
                for cell in cells:
                    self._container(cell)
                continue
            self._row(cells)

    def _row(self, cells: list[_Element]) -> None:
        """A row as one block; a row that only lays out a number beside a text, or long text, as paragraphs."""
        texts: list[list[Block]] = []
        for cell in cells:
            before = len(self._blocks)
            self._container(cell)
            texts.append(self._blocks[before:])
            del self._blocks[before:]
        filled = [blocks for blocks in texts if blocks]
        if len(filled) == 1:
            self._blocks.extend(filled[0])
            return
        if filled:
            text = " | ".join(" ".join(_shown(block) for block in blocks) for blocks in filled)
            self._add(Block(text, row=True, strong=all(block.strong for blocks in filled for block in blocks)))

    def _paragraph(self, element: _Element) -> None:
        properties = element.find(f"{W}pPr")
        style_id = value(properties.find(f"{W}pStyle")) if properties is not None else None
        style = self._style(style_id)
        name = style.name if style else ""
        contents = bool(_CONTENTS_STYLE.match(name)) or bool(_CONTENTS_STYLE.match(style_id or ""))
        gathered = self._pending or _Gathered()
        self._pending = None
        self._runs(element, gathered, style_id)
        mark = properties.find(f"{W}rPr") if properties is not None else None
        if mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None):
            self._pending = gathered  # the end of this paragraph was deleted: it runs on into the next
            return
        text = _text(gathered.runs)
        if contents:
            return
        number, level = self._list_of(properties, style_id)
        label = self._numbering.label(number, level) if number else None
        if not text:
            return  # an empty line of a list shows its number in Word: nobody cites it, but it has been counted
        heading = self._heading_level(properties, style_id)
        bold = all(run.bold for run in gathered.runs if run.text.strip())
        size = max((run.size or 0 for run in gathered.runs if run.text.strip()), default=0)
        if size:
            self._sizes[size] = self._sizes.get(size, 0) + len(text)
            self._large.append((len(self._blocks), size))
        depth = level if number else self._indent(properties)
        self._add(Block(text, label or None, heading, bold, depth))

    def _add(self, block: Block) -> None:
        self._characters += len(block.text)
        if len(self._blocks) >= self._limits.blocks or self._characters > self._limits.text_characters:
            raise DocumentError("This document is far longer than a protocol. Import only the protocol's own pages.")
        self._blocks.append(block)

    def _mark_large(self) -> None:
        """Text clearly larger than the body stands out even where it is not bold."""
        if not self._sizes:
            return
        body = max(self._sizes, key=lambda size: self._sizes[size])
        for index, size in self._large:
            if size >= body + 4 and index < len(self._blocks):
                block = self._blocks[index]
                self._blocks[index] = Block(block.text, block.label, block.heading, True, block.depth, row=block.row)

    # Runs

    def _runs(self, element: _Element, gathered: _Gathered, style_id: str | None) -> None:
        for child in element:
            name = _local(child)
            if name == "r":
                self._run(child, gathered, style_id)
            elif name in _KEPT:
                self._runs(child, gathered, style_id)
            elif child.tag == f"{_MC}AlternateContent":
                self._boxes += 1 if child.find(f".//{W}txbxContent") is not None else 0

    def _run(self, run: _Element, gathered: _Gathered, style_id: str | None) -> None:
        properties = run.find(f"{W}rPr")
        if _on(properties, "vanish") or _on(properties, "webHidden"):
            return
        struck = _on(properties, "strike") or _on(properties, "dstrike")
        text = ""
        for child in run:
            name = _local(child)
            if name == "fldChar":
                self._field_mark(value(child, "fldCharType"))
            elif self._field and not self._field[-1]:
                continue  # the instruction of a field, not its result
            elif name == "t":
                text += child.text or ""
            elif name in {"tab", "ptab"}:
                text += "\t"
            elif name in {"br", "cr"}:
                text += "\n"
            elif name == "noBreakHyphen":
                text += "-"
            elif name == "sym":
                text += "•" if not text.strip() and not gathered.runs else ""
            elif name in {"drawing", "pict"} or child.tag == f"{_MC}AlternateContent":
                self._boxes += 1 if child.find(f".//{W}txbxContent") is not None else 0
        if text:
            gathered.runs.append(_Run(text, self._bold(properties, style_id), struck, self._size(properties, style_id)))

    def _field_mark(self, kind: str | None) -> None:
        if kind == "begin":
            self._field.append(False)
        elif kind == "separate" and self._field:
            self._field[-1] = True
        elif kind == "end" and self._field:
            self._field.pop()

    def _bold(self, properties: _Element | None, style_id: str | None) -> bool:
        mark = properties.find(f"{W}b") if properties is not None else None
        if mark is not None:
            return value(mark) not in _OFF
        run_style = value(properties.find(f"{W}rStyle")) if properties is not None else None
        for style in (*self._chain(run_style), *self._chain(style_id)):
            if style.bold is not None:
                return style.bold
        return False

    def _size(self, properties: _Element | None, style_id: str | None) -> int | None:
        text = value(properties.find(f"{W}sz")) if properties is not None else None
        if text and text.isdigit():
            return int(text)
        return next((style.size for style in self._chain(style_id) if style.size), 22)

    # Styles

    def _style(self, style_id: str | None) -> _Style | None:
        return self._styles.get(style_id or self._default or "")

    def _chain(self, style_id: str | None) -> Iterator[_Style]:
        for _ in range(_CHAIN):
            style = self._styles.get(style_id or "")
            if style is None:
                return
            yield style
            style_id = style.based_on

    def _heading_level(self, properties: _Element | None, style_id: str | None) -> int:
        outline = value(properties.find(f"{W}outlineLvl")) if properties is not None else None
        if outline and outline.isdigit() and int(outline) < LEVELS:
            return int(outline) + 2
        for style in self._chain(style_id):
            match = _HEADING_STYLE.match(style.name)
            if match:
                return int(match[1]) + 1  # the title stands above them
            if style.name.lower() in {"title", "subtitle"}:
                return 1
            if style.outline is not None and style.outline < LEVELS:
                return style.outline + 2
        return 0

    def _list_of(self, properties: _Element | None, style_id: str | None) -> tuple[str | None, int]:
        """The list and level of a paragraph: its own, or its style's; ``0`` takes a style's list off."""
        number, level = None, None
        own = properties.find(f"{W}numPr") if properties is not None else None
        if own is not None:
            number, text = value(own.find(f"{W}numId")), value(own.find(f"{W}ilvl"))
            level = int(text) if text and text.isdigit() else None
            if number == "0":
                return None, 0
        for style in self._chain(style_id):
            if number is None and style.number is not None:
                if style.number == "0":
                    return None, 0
                number = style.number
            if level is None and style.level is not None:
                level = style.level
        if style_id and style_id in self._numbering.style_levels:
            named, index = self._numbering.style_levels[style_id]
            if number is not None and level is None:
                level = index
            elif number is None and own is None and any(style.number for style in self._chain(style_id)):
                number, level = named, index
        return number, level or 0

    def _indent(self, properties: _Element | None) -> int:
        mark = properties.find(f"{W}ind") if properties is not None else None
        text = value(mark, "left") or value(mark, "start")
        return max(0, int(text) // _TWIPS_PER_LEVEL) if text and text.lstrip("-").isdigit() else 0


def _local(element: _Element) -> str:
    tag = element.tag
    return tag[len(W) :] if isinstance(tag, str) and tag.startswith(W) else ""


def _on(properties: _Element | None, name: str) -> bool:
    mark = properties.find(f"{W}{name}") if properties is not None else None
    return mark is not None and value(mark) not in _OFF


def _deleted(properties: _Element | None) -> bool:
    return properties is not None and properties.find(f"{W}del") is not None


def _is_contents(box: _Element) -> bool:
    gallery = box.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return (value(gallery) or "").lower() in {"table of contents", "cover pages"}


def _shown(block: Block) -> str:
    return f"{block.label} {block.text}" if block.label else block.text


def _text(runs: list[_Run]) -> str:
    """The wording of a paragraph; struck spans between marks, joined where they meet."""
    text = ""
    for run in runs:
        if run.struck and run.text.strip():
            text = text[:-2] + run.text + "~~" if text.endswith("~~") else f"{text}~~{run.text}~~"
        else:
            text += run.text
    return tidy(text)


def _styles(root: _Element | None) -> tuple[dict[str, _Style], str | None]:
    styles: dict[str, _Style] = {}
    default = None
    for element in root.findall(f"{W}style") if root is not None else ():
        key = value(element, "styleId") or ""
        paragraph, run = element.find(f"{W}pPr"), element.find(f"{W}rPr")
        style = _Style(value(element.find(f"{W}name")) or "", value(element.find(f"{W}basedOn")))
        if paragraph is not None:
            style.number = value(paragraph.find(f"{W}numPr/{W}numId"))
            level = value(paragraph.find(f"{W}numPr/{W}ilvl"))
            style.level = int(level) if level and level.isdigit() else None
            outline = value(paragraph.find(f"{W}outlineLvl"))
            style.outline = int(outline) if outline and outline.isdigit() else None
        if run is not None:
            bold, size = run.find(f"{W}b"), value(run.find(f"{W}sz"))
            style.bold = None if bold is None else value(bold) not in _OFF
            style.size = int(size) if size and size.isdigit() else None
        styles[key] = style
        if value(element, "type") == "paragraph" and value(element, "default") in {"1", "true"}:
            default = key
    return styles, default
