"""Saved web pages: the protocol's own text without navigation and banners, lists numbered as a browser does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString

from adapters.documents.errors import DocumentError
from bot.rules.importing.document import Block, Document
from bot.rules.importing.joining import tidy
from bot.rules.importing.labels import BULLET, letter, roman

if TYPE_CHECKING:
    from adapters.documents.limits import Limits

_DROPPED = (
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button", "select", "svg",
    "iframe", "object", "dialog", "head", "input", "textarea", "figure", "menu", "canvas", "audio", "video",
)  # fmt: skip
_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog", "menu", "alert"}
_CHROME = re.compile(
    r"(?:^|[-_\s])(?:cookies?|consent|gdpr|breadcrumbs?|skip-?link|nav(?:bar|igation)?|menu|side-?bar|footer|header|"
    r"banner|"
    r"share|social|related|pagination|toc|table-of-contents|search|feedback|rating|back-to-top|print-link|site-header|"
    r"advert|newsletter|popup|modal)(?:$|[-_\s])",
    re.IGNORECASE,
)
_BLOCKS = {
    "p", "div", "section", "article", "main", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td", "th", "tbody",
    "thead", "tfoot", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "address", "details", "summary", "hr",
    "figure", "center", "fieldset", "body", "html", "header", "caption",
}  # fmt: skip
_STRONG = {"b", "strong", "u"}
_STRUCK = {"del", "s", "strike"}
_TITLES = re.compile(r"h([1-6])")
_MARK = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,3}|[A-Za-z]|[ivxl]{2,5})(?:\.|\)|\.\))?|[•·▪o–-]")
"""A cell that holds nothing but a paragraph's number, or a bullet: such a table only puts them beside the text."""
_LINK_LISTS = {"ul", "ol", "td", "div", "p", "section", "table"}
_LEAST_LINKS, _MOSTLY = 3, 0.45
_SENTENCE = re.compile(r"[a-z]{2}[.;:]\s*$|.{100}")
_MOST = 0.5
_DEEPEST = 200


def read_page(text: str, limits: Limits) -> Document:
    """The paragraphs of a web page.

    Raises:
        DocumentError: it is far longer than a protocol.
    """
    soup = BeautifulSoup(text, "html5lib")
    body = soup.body or soup
    counting = _counting_classes(soup)
    _drop_chrome(body)
    root = _main(body)
    walker = _Walker(limits, counting)
    walker.children(root, depth=0)
    return Document(tuple(walker.blocks), kind="html")


def _drop_chrome(body: Tag) -> None:
    for comment in body.find_all(string=lambda node: isinstance(node, Comment)):
        comment.extract()
    whole = len(body.get_text())
    for element in list(body.find_all(True)):
        if element.decomposed:
            continue
        if element.name in {"header", "form"} and _holds_text(element, whole):
            continue  # some systems put the whole page into a form; a header may hold the title
        if element.name in _DROPPED or _is_hidden(element) or element.get("role") in _ROLES:
            element.decompose()
            continue
        if not _holds_text(element, whole) and (_is_named_chrome(element) or _only_links(element)):
            element.decompose()


def _is_named_chrome(element: Tag) -> bool:
    names = " ".join([*(element.get("class") or ()), str(element.get("id") or "")])
    return _CHROME.search(names) is not None and element.name not in {"body", "main", "h1"}


def _only_links(element: Tag) -> bool:
    """Whether it is a list of links, with a few words about them: a menu, a list of contents, other pages."""
    if element.name not in _LINK_LISTS:
        return False
    links = element.find_all("a")
    if len(links) < _LEAST_LINKS or any(_SENTENCE.search(text) for text in element.find_all(string=True)):
        return False
    linked = sum(len(tidy(link.get_text())) for link in links)
    return linked > _MOSTLY * len(re.sub(r"[\s|•·»>]+", " ", element.get_text()).strip())


def _holds_text(element: Tag, whole: int) -> bool:
    """Whether most of the page stands inside, whatever it is called."""
    return len(element.get_text()) > _MOST * whole or (
        element.name == "header"
        and element.find("h1") is not None
        and element.find_parent(["article", "main"]) is not None
    )


def _is_hidden(element: Tag) -> bool:
    style = str(element.get("style") or "").replace(" ", "").lower()
    return (
        element.has_attr("hidden")
        or element.get("aria-hidden") == "true"
        or "display:none" in style
        or "visibility:hidden" in style
    )


def _main(body: Tag) -> Tag:
    """The part of the page that holds the text."""
    whole = len(body.get_text())
    for found in (*body.find_all(["main", "article"]), *body.find_all(lambda tag: tag.get("role") == "main")):
        if isinstance(found, Tag) and len(found.get_text()) > _MOST * whole:
            return found
    return body


class _Walker:
    """Goes through the page in reading order and gathers blocks."""

    def __init__(self, limits: Limits, counting: dict[str, str]) -> None:
        self.blocks: list[Block] = []
        self._limits = limits
        self._counting = counting
        self._text = ""
        self._strong = ""
        self._label: str | None = None
        self._heading = 0
        self._depth = 0
        self._nesting = 0

    def children(self, element: Tag, depth: int) -> None:
        """Everything in an element; text between its blocks is a block of its own."""
        self._nesting += 1
        if self._nesting > _DEEPEST:
            raise DocumentError("This web page is nested deeper than a document is, so it was not read.")
        for child in element.children:
            self._node(child, depth, strong=False, struck=False)
        self._nesting -= 1

    def _node(self, node: object, depth: int, *, strong: bool, struck: bool) -> None:
        if isinstance(node, NavigableString):
            if not isinstance(node, Comment):
                self._words(str(node), strong=strong, struck=struck)
            return
        if not isinstance(node, Tag):
            return
        name = node.name
        if name == "br":
            self._line_break()
        elif name in {"ol", "ul"}:
            self._list(node, depth)
        elif name == "table":
            self._table(node, depth)
        elif name == "dl":
            self._definitions(node, depth)
        elif name in _BLOCKS:
            self._block(node, depth)
        else:
            for child in node.children:
                self._node(child, depth, strong=strong or name in _STRONG, struck=struck or name in _STRUCK)

    def _words(self, text: str, *, strong: bool, struck: bool) -> None:
        text = re.sub(r"\s+", " ", text)
        if struck and text.strip():
            text = f"~~{text}~~"
        self._text += text
        if strong:
            self._strong += text

    def _line_break(self) -> None:
        """Two breaks in a row part paragraphs in many a saved page."""
        if self._text.endswith("\n"):
            label, depth = self._label, self._depth
            self.flush()
            self._label, self._depth = (None if label and self.blocks else label), depth
        else:
            self._text = self._text.rstrip(" ") + "\n"

    def _block(self, element: Tag, depth: int) -> None:
        self.flush()
        title = _TITLES.fullmatch(element.name)
        self._heading = int(title[1]) if title else 0
        self._depth = depth
        self.children(element, depth)
        self.flush()
        self._heading = 0

    def _list(self, element: Tag, depth: int) -> None:
        self.flush()
        ordered = element.name == "ol"
        items = [child for child in element.children if isinstance(child, Tag) and child.name == "li"]
        number = _whole(element.get("start"), len(items) if element.has_attr("reversed") else 1)
        step = -1 if element.has_attr("reversed") else 1
        kind = self._kind(element)
        for child in element.children:
            if not isinstance(child, Tag):
                continue
            if child.name != "li":
                self._node(child, depth + 1, strong=False, struck=False)  # a list put straight into a list
                continue
            number = _whole(child.get("value"), number) if ordered else number
            self._label = _marker(number, self._kind(child) or kind) if ordered else BULLET
            if kind == "none":
                self._label = None if ordered else BULLET
            self._depth = depth
            self.children(child, depth + 1)
            self.flush()
            self._label = None
            number += step

    def _definitions(self, element: Tag, depth: int) -> None:
        """A word and what it means are one paragraph."""
        self.flush()
        for part in element.find_all(["dt", "dd"]):
            if part.name == "dt":
                self.flush()
                self._depth = depth
                self._text = f"{tidy(part.get_text(' ')).rstrip(':')}: "
            else:
                self._words(part.get_text(" "), strong=False, struck=False)
        self.flush()

    def _table(self, table: Tag, depth: int) -> None:
        self.flush()
        rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
        laid_out = table.find("table") is not None
        for row in rows:
            cells = [cell for cell in row.find_all(["td", "th"], recursive=False) if tidy(cell.get_text(" "))]
            mark = tidy(cells[0].get_text(" ")) if len(cells) > 1 else ""
            if _MARK.fullmatch(mark) and cells[0].name == "td":
                self._label, self._depth = mark, depth
                self._cells(cells[1:], depth + 1)
                self._label = None
            elif len(cells) == 1 or laid_out:
                self._cells(cells, depth)
            elif cells:
                text = " | ".join(tidy(cell.get_text(" ")) for cell in cells)
                self._add(Block(text, row=True, strong=all(cell.name == "th" for cell in cells)))

    def _cells(self, cells: list[Tag], depth: int) -> None:
        """Cells that only place what is in them on the page."""
        for cell in cells:
            self.children(cell, depth)
            self.flush()

    def _kind(self, element: Tag) -> str:
        """How a list counts: by a style in the element itself, its ``type``, or its class."""
        match = re.search(r"list-style(?:-type)?\s*:\s*([a-z-]+)", str(element.get("style") or ""), re.IGNORECASE)
        if match and match[1].lower() in _STYLES:
            return _STYLES[match[1].lower()]
        if element.get("type"):
            return str(element["type"])
        classes = [str(name).lower() for name in element.get("class") or ()]
        named = (self._counting.get(name) or _STYLES.get(_IN_NAME.sub("", name)) for name in classes)
        return next((kind for kind in named if kind), "")

    def flush(self) -> None:
        """End the block that is being gathered."""
        text = tidy(self._text.replace("~~~~", ""))
        if text:
            strong = len(tidy(self._strong)) >= len(text) - 2
            self._add(Block(text, self._label, self._heading, strong, self._depth))
            self._label = None
        self._text, self._strong = "", ""

    def _add(self, block: Block) -> None:
        if len(self.blocks) >= self._limits.blocks:
            raise DocumentError("This page is far longer than a protocol. Save only the protocol's own page.")
        self.blocks.append(block)


def _whole(text: object, default: int) -> int:
    match = re.match(r"\s*(-?\d{1,4})", str(text)) if text is not None else None
    return int(match[1]) if match else default


_LONGEST_SHEET = 200_000
_RULE = re.compile(r"([^{};]{1,200})\{[^{}]{0,2000}?list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_IN_NAME = re.compile(r"^(?:list|ol|is|has|list-style|list-style-type)-|-(?:list|ol)$")
_STYLES = {
    "decimal": "1", "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i",
    "upper-roman": "I", "none": "none", "decimal-leading-zero": "1",
}  # fmt: skip


def _counting_classes(soup: BeautifulSoup) -> dict[str, str]:
    """How lists of a class count, by the page's own style sheet."""
    sheet = " ".join(str(style.string or "") for style in soup.find_all("style"))[:_LONGEST_SHEET]
    return {
        name: _STYLES[style.lower()]
        for names, style in _RULE.findall(sheet)
        if style.lower() in _STYLES
        for name in re.findall(r"\.([\w-]+)", names)
    }


def _marker(number: int, kind: str) -> str:
    """What a browser shows before the item."""
    if number < 1 or kind not in {"a", "A", "i", "I"}:
        return f"{number}."
    text = letter(number) if kind in {"a", "A"} else roman(number)
    return f"{text.upper() if kind.isupper() else text}."
