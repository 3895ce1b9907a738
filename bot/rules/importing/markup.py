"""Take Markdown's and simple HTML marks off a line, keeping the words and the struck spans."""

from __future__ import annotations

import html
import re

_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_REFERENCE_LINK = re.compile(r"\[([^\]]+)\]\[[^\]]*\]")
_STRUCK = re.compile(r"</?(?:del|s|strike)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:u|b|i|em|strong|ins|span|sup|sub|a|br|p|div|font|mark|small)\b[^>]*>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])")
_UNDERLINED = re.compile(r"(?<![\w_])_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?![\w_])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")


def plain(text: str) -> str:
    """The text without marks for links, emphasis and the like; ``~~struck~~`` stays marked."""
    text = _COMMENT.sub("", text)
    text = _STRUCK.sub("~~", text)
    text = _TAG.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _REFERENCE_LINK.sub(r"\1", text)
    for _ in range(2):
        text = _STRONG.sub(r"\2", text)
        text = _EMPHASIS.sub(r"\1", text)
        text = _UNDERLINED.sub(r"\1", text)
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"\1", text)
    return html.unescape(_ESCAPED.sub(r"\1", text))


def stands_out(text: str) -> bool:
    """Whether the whole line is marked as strong or underlined."""
    bare = text.strip()
    marked = re.fullmatch(
        r"(?:[-*•]\s+)?(?:\d[\d.]*\s+)?(\*\*|__|<u>|<b>|<strong>)(.+?)(\*\*|__|</u>|</b>|</strong>)", bare
    )
    return marked is not None and "**" not in marked[2]
