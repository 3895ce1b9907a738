"""Files made for the tests: a Word package with its own numbering, and paragraphs without a file."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from bot.rules.importing import Block, Document
from bot.rules.importing.document import Warnings
from bot.rules.importing.segmenting import Segmented, segment

AUTHOR = 'w:id="1" w:author="A Clerk" w:date="2024-01-01T00:00:00Z"'


class Word:
    """Builds a .docx with lists of its own."""

    def __init__(self, *levels: tuple[str, str], extra: str = "") -> None:
        self.document = docx.Document()
        numbering = self.document.part.numbering_part.element
        lines = "".join(
            f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for index, (form, text) in enumerate(levels)
        )
        numbering.insert(
            0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="70">{extra or lines}</w:abstractNum>')
        )
        self.list("70")

    def list(self, number: str, overrides: str = "") -> None:
        """Another list with the same levels."""
        xml = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="70"/>{overrides}</w:num>'
        self.document.part.numbering_part.element.append(parse_xml(xml))

    def item(self, text: str, level: int, number: str = "70") -> docx.text.paragraph.Paragraph:
        """A paragraph of a list."""
        paragraph = self.document.add_paragraph(text)
        xml = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        paragraph._p.get_or_add_pPr().append(parse_xml(xml))
        return paragraph

    def raw(self, xml: str) -> None:
        """A piece of the text as Word stores it."""
        self.document.element.body.insert(-1, parse_xml(xml.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))

    def data(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The package with some parts replaced; ``document`` is word/document.xml."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            name = entry.filename.removeprefix("word/").removesuffix(".xml")
            new.writestr(entry.filename, parts.get(name, old.read(entry.filename)))
    return buffer.getvalue()


def document(*texts: str | Block) -> Document:
    """A document of these paragraphs."""
    return Document(
        tuple(Block(text, line=number) if isinstance(text, str) else text for number, text in enumerate(texts, 1))
    )


def segmented(*texts: str | Block) -> tuple[Segmented, list[str]]:
    """The build-up of a document of these paragraphs, and the warnings."""
    warnings = Warnings()
    return segment(document(*texts), warnings), warnings.said


def refs(*texts: str | Block) -> dict[str, str]:
    """Reference and wording of each paragraph."""
    found, _ = segmented(*texts)
    return {paragraph.ref: paragraph.text for paragraph in found.paragraphs}
