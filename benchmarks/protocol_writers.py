"""Write a fictional protocol as a council would publish it: text, Markdown, web page, Word file, PDF.

Each writer makes the file awkward in the ways of its format: running headers, contents lists,
navigation, tracked changes, columns.
"""

from __future__ import annotations

import html
import io
import random
import re
import textwrap
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF

if TYPE_CHECKING:
    from fictional_protocols import Para, Protocol

FORMATS = (
    "txt", "txt-wrapped", "md", "html-typed", "html-lists", "docx-typed", "docx-auto", "docx-redline", "pdf", "pdf-columns",
)  # fmt: skip


def write(protocol: Protocol, form: str, seed: int = 0) -> tuple[str, bytes] | None:
    """The file's name and bytes; none where this format cannot show the protocol's numbering scheme."""
    rng = random.Random(seed)
    writers = {
        "txt": lambda: _text(protocol, rng, wrapped=False),
        "txt-wrapped": lambda: _text(protocol, rng, wrapped=True),
        "md": lambda: _markdown(protocol),
        "html-typed": lambda: _page(protocol, lists=False),
        "html-lists": lambda: _page(protocol, lists=True),
        "docx-typed": lambda: _word(protocol, automatic=False, redline=False, rng=rng),
        "docx-auto": lambda: _word(protocol, automatic=True, redline=False, rng=rng),
        "docx-redline": lambda: _word(protocol, automatic=True, redline=True, rng=rng),
        "pdf": lambda: _pdf(protocol, columns=1),
        "pdf-columns": lambda: _pdf(protocol, columns=2),
    }
    data = writers[form]()
    suffix = form.partition("-")[0]
    return (f"protocol.{suffix}", data) if data is not None else None


def _head(section: Any) -> str:
    return f"{section.label} {section.title}".strip()


def _lines(para: Para) -> str:
    return f"{para.label} {para.text}".strip()


def _text(protocol: Protocol, rng: random.Random, *, wrapped: bool) -> bytes:
    width = 78
    blocks = [protocol.council.upper(), "", protocol.title, "", "Contents", ""]
    for page, section in enumerate(protocol.sections, 2):
        blocks.append(f"{_head(section)} {'.' * rng.randint(8, 30)} {page}")
    blocks.append("")
    for number, section in enumerate(protocol.sections):
        if wrapped and number and number % 3 == 0:
            blocks += [f"{protocol.council} Constitution", f"Page {number}", ""]
        blocks += [_head(section), ""]
        for para in section.paras:
            bullet = "- " if para.label == "•" else ""
            line = f"{bullet}{para.text}" if bullet else _lines(para)
            blocks.append("\n".join(textwrap.wrap(line, width)) if wrapped else line)
            if para.points:
                for point in para.points:
                    line = f"  - {point}"
                    blocks.append("\n".join(textwrap.wrap(line, width, subsequent_indent="    ")) if wrapped else line)
            if para.tail:
                blocks += ["", "\n".join(textwrap.wrap(para.tail, width)) if wrapped else para.tail]
            blocks.append("")
    return "\n".join(blocks).encode()


def _markdown(protocol: Protocol) -> bytes:
    lines = [f"# {protocol.council}: {protocol.title}", ""]
    for section in protocol.sections:
        lines += [f"## {_head(section)}", ""]
        for para in section.paras:
            lines += [
                f"- {para.text}"
                if para.label == "•"
                else f"**{para.label}** {para.text}"
                if len(para.label) > 3
                else _lines(para),
                "",
            ]
            lines += [f"- {point}" for point in para.points] + [""] * bool(para.points)
            if para.tail:
                lines += [para.tail, ""]
    return "\n".join(lines).encode()


_NAV = """<header class="site-header"><a href="#main">Skip to content</a><nav><ul><li><a href="/">Home</a></li>
<li><a href="/bins">Bins and recycling</a></li><li><a href="/tax">Council Tax</a></li></ul></nav></header>
<div id="cookie-banner" class="cookie-banner"><p>We use cookies to make this site work. <button>Accept</button></p></div>
<div class="breadcrumb"><ol><li><a>Home</a></li><li><a>Your council</a></li></ol></div>"""
_FOOT = """<aside class="related"><h2>Related pages</h2><ul><li>Committees</li></ul></aside>
<footer><p>© The Council. Contact us: 1. by phone 2. by post</p></footer>"""


def _page(protocol: Protocol, *, lists: bool) -> bytes | None:
    esc = html.escape
    body = [f"<h1>{esc(protocol.title)}</h1>"]
    if lists and protocol.scheme not in {"decimal", "continuous", "lettered", "counted", "restarting"}:
        return None
    if lists and protocol.scheme in {"decimal", "lettered"}:
        kind = ' type="a"' if protocol.scheme == "lettered" else ""
        body.append("<ol>")
        for section in protocol.sections:
            items = "".join(f"<li>{esc(p.text)}{_bullets(p)}{_tail(p)}</li>" for p in section.paras)
            body.append(f"<li><strong>{esc(section.title)}</strong><ol{kind}>{items}</ol></li>")
        body.append("</ol>")
    else:
        running = 1
        for section in protocol.sections:
            body.append(f"<h2>{esc(_head(section))}</h2>")
            if lists and protocol.scheme in {"continuous", "restarting"}:
                start = f' start="{running}"' if protocol.scheme == "continuous" else ""
                items = "".join(f"<li><p>{esc(p.text)}</p>{_bullets(p)}{_tail(p)}</li>" for p in section.paras)
                body.append(f"<ol{start}>{items}</ol>")
                running += len(section.paras)
                continue
            listing = False
            for para in section.paras:
                if para.label == "•":
                    body.append(("" if listing else "<ul>") + f"<li>{esc(para.text)}</li>")
                    listing = True
                    continue
                if listing:
                    body.append("</ul>")
                    listing = False
                body.append(f"<p>{esc(_lines(para))}</p>{_bullets(para)}{_tail(para)}")
            if listing:
                body.append("</ul>")
    whole = f"<!DOCTYPE html><html lang='en'><head><title>x</title><style>p{{}}</style></head><body>{_NAV}<main id='main'>{''.join(body)}</main>{_FOOT}</body></html>"
    return whole.encode()


def _bullets(para: Para) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(point)}</li>" for point in para.points) + "</ul>" if para.points else ""


def _tail(para: Para) -> str:
    return f"<p>{html.escape(para.tail)}</p>" if para.tail else ""


def _abstract(scheme: str) -> str | None:
    levels = {
        "decimal": (("decimal", "%1."), ("decimal", "%1.%2")),
        "three-level": (("decimal", "%1"), ("decimal", "%1.%2")),
        "lettered": (("decimal", "%1."), ("lowerLetter", "(%2)")),
        "bracketed": (("decimal", "%1"), ("decimal", "(%2)")),
        "restarting": (("decimal", "%1."), ("decimal", "%2.")),
        "section-word": (("decimal", "Section %1:"), ("decimal", "%1.%2")),
        "mixed": (("upperLetter", "%1."), ("decimal", "%1%2")),
        "roman": (("upperRoman", "%1."), ("decimal", "%2.")),
        "continuous": (("none", ""), ("decimal", "%2.")),
    }.get(scheme)
    if levels is None:
        return None
    xml = [f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77"><w:multiLevelType w:val="multilevel"/>']
    for index, (form, text) in enumerate((*levels, ("bullet", "•"))):
        restart = '<w:lvlRestart w:val="0"/>' if scheme in {"roman", "continuous"} and index == 1 else ""
        xml.append(
            f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{restart}<w:lvlText w:val="{text}"/></w:lvl>'
        )
    return "".join(xml) + "</w:abstractNum>"


def _word(protocol: Protocol, *, automatic: bool, redline: bool, rng: random.Random) -> bytes | None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = f"{protocol.council} Constitution, Part 5"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    abstract = _abstract(protocol.scheme)
    if automatic and abstract is None:
        return None
    if automatic and abstract is not None:
        numbering = document.part.numbering_part.element
        numbering.insert(0, parse_xml(abstract))
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    document.add_paragraph(protocol.council, style="Title")
    document.add_paragraph(protocol.title, style="Title")
    heading_style = rng.choice(("Heading 1", "bold"))
    for section in protocol.sections:
        paragraph = document.add_paragraph(style="Heading 1" if heading_style == "Heading 1" else None)
        run = paragraph.add_run(section.title if automatic else _head(section))
        run.bold = True
        if automatic and protocol.scheme != "continuous":
            _numbered(paragraph, 0)
        for para in section.paras:
            if para.label == "•":
                document.add_paragraph(para.text, style="List Bullet")
                continue
            paragraph = document.add_paragraph()
            if automatic and para.label:
                _numbered(paragraph, 1)
                _words(paragraph, para.text, rng, redline=redline)
            else:
                paragraph.add_run(f"{para.label}\t{para.text}" if para.label else para.text)
            for point in para.points:
                document.add_paragraph(point, style="List Bullet")
            if para.tail:
                document.add_paragraph(para.tail)
    if redline:
        _deleted_paragraph(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _numbered(paragraph: Any, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'))


def _words(paragraph: Any, text: str, rng: random.Random, *, redline: bool) -> None:
    words = text.split(" ")
    if not redline or len(words) < 6:
        paragraph.add_run(text)
        return
    cut = rng.randrange(2, len(words) - 2)
    paragraph.add_run(" ".join(words[:cut]) + " ")
    author = 'w:id="1" w:author="Clerk" w:date="2024-01-01T00:00:00Z"'
    paragraph._p.append(  # noqa: SLF001
        parse_xml(
            f'<w:del {nsdecls("w")} {author}><w:r><w:delText xml:space="preserve">formerly otherwise </w:delText></w:r></w:del>'
        )
    )
    inserted = parse_xml(f'<w:ins {nsdecls("w")} {author}><w:r><w:t xml:space="preserve"></w:t></w:r></w:ins>')
    inserted.find(".//{*}t").text = words[cut] + " "
    paragraph._p.append(inserted)  # noqa: SLF001
    paragraph.add_run(" ".join(words[cut + 1 :]))


def _deleted_paragraph(document: Any) -> None:
    """A numbered paragraph that was deleted: neither its words nor its number may count."""
    author = 'w:id="9" w:author="Clerk" w:date="2024-01-01T00:00:00Z"'
    paragraph = parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="77"/></w:numPr><w:rPr><w:del {author}/></w:rPr></w:pPr>'
        f"<w:del {author}><w:r><w:delText>This paragraph is no longer part of the text.</w:delText></w:r></w:del></w:p>"
    )
    body = document.element.body
    numbered = [
        element
        for element in body
        if element.tag.endswith("}p") and element.find(".//{*}ilvl[@{*}val='1']") is not None
    ]
    if len(numbered) > 3:
        numbered[2].addprevious(paragraph)


class _Sheet(FPDF):
    title_line = ""

    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.cell(0, 6, self.title_line, new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("Helvetica", size=8)
        self.cell(0, 6, f"Page {self.page_no()}", align="C")


def _latin(text: str) -> str:
    return text.replace("’", "'").replace("•", "\xb7").replace("–", "-").encode("latin-1", "replace").decode("latin-1")


def _pdf(protocol: Protocol, *, columns: int) -> bytes:
    sheet = _Sheet()
    sheet.title_line = f"{protocol.council} - Constitution - Part 5"
    sheet.set_auto_page_break(True, 20)
    sheet.add_page()
    sheet.set_font("Helvetica", "B", 16)
    sheet.multi_cell(0, 8, _latin(protocol.title), new_x="LMARGIN", new_y="NEXT")
    sheet.ln(4)
    if columns == 2:
        with sheet.text_columns(ncols=2, gutter=12, text_align="L") as cols:
            for section in protocol.sections:
                sheet.set_font("Helvetica", "B", 11)
                with cols.paragraph(bottom_margin=2, top_margin=3) as block:
                    block.write(_latin(_head(section)))
                sheet.set_font("Helvetica", "", 10)
                for para in section.paras:
                    for text in _parts(para):
                        with cols.paragraph(bottom_margin=2) as block:
                            block.write(_latin(text))
        return bytes(sheet.output())
    for section in protocol.sections:
        sheet.set_font("Helvetica", "B", 12)
        sheet.multi_cell(0, 6, _latin(_head(section)), new_x="LMARGIN", new_y="NEXT")
        sheet.ln(2)
        sheet.set_font("Helvetica", "", 11)
        for para in section.paras:
            for text in _parts(para):
                label = re.match(r"(\S+) (.*)", text, re.DOTALL)
                if para.label and text.startswith(para.label) and label:
                    sheet.cell(14, 5.5, _latin(label[1]))
                    sheet.multi_cell(0, 5.5, _latin(label[2]), new_x="LMARGIN", new_y="NEXT", align="L")
                else:
                    sheet.multi_cell(0, 5.5, _latin(text), new_x="LMARGIN", new_y="NEXT", align="L")
                sheet.ln(2)
    return bytes(sheet.output())


def _parts(para: Para) -> list[str]:
    first = f"• {para.text}" if para.label == "•" else _lines(para)
    return [first, *(f"• {point}" for point in para.points), *([para.tail] if para.tail else [])]
