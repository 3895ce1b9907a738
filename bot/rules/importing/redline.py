"""Read a comparison document as its newest version: struck words out, words run together parted.

Where a text was made from tracked changes, the old and the new word often stand together
("ChairmanChair") and the marks for what was struck are lost in places. The marked places show
which word gave way to which; that is then applied to the unmarked ones. What cannot be decided
becomes a warning with its place, never a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rules.importing.document import Block, Warnings

_STRUCK = re.compile(r"~~(.*?)~~")
_REPLACED = re.compile(r"([A-Za-z][A-Za-z’']*)~~(?:\s?)([A-Z][a-z]+|[a-z]{3,})")
_NUMBER = re.compile(r"\s*((?:~~|\d|\.)+)(?=[\s~A-Z—])")
_FUSED = re.compile(r"\b([A-Z][a-z]{3,})([A-Z][a-z]{3,})\b")
_REST = 4
"""A paragraph of which fewer words than this remain was struck as a whole."""
_EVIDENCE = 2
"""How often a word must give way to another before unmarked places are read the same way."""
_MARKED = 3


@dataclass(frozen=True, slots=True)
class Redline:
    """The document as its newest version reads, and whether it was a comparison at all."""

    blocks: list[Block]
    found: bool


def resolve(blocks: Sequence[Block], warnings: Warnings) -> Redline:
    """The blocks without struck words and without pairs of old and new words run together."""
    marked = sum(1 for block in blocks if "~~" in block.text)
    if not marked:
        _warn_of_fused(blocks, warnings)
        return Redline(list(blocks), found=False)
    pairs = _replacements(blocks)
    resolved = []
    for block, follower in zip(blocks, (*blocks[1:], None), strict=True):
        one = _resolve_one(block, pairs, warnings)
        if one is not None:
            leads = follower is not None and _is_point(follower)
            resolved.append(replace(one, text=_LOOSE_END.sub(r"\1:", one.text)) if leads and one != block else one)
    found = marked >= _MARKED or bool(pairs)
    if found:
        _warn_of_oddities(resolved, warnings)
    return Redline(resolved, found=found)


_LOOSE_END = re.compile(r"\b(to|with|of|for|by|from|on|in)\.$")
"""A sentence that ends like this above a list led in to it, before its last words were struck."""


def _is_point(block: Block) -> bool:
    return block.label is not None or re.match(r"[-•*]\s|\(?[a-z]{1,3}\)\s", block.text) is not None


def _stem(word: str) -> str:
    word = re.sub(r"[’'].*$", "", word.lower())
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _replacements(blocks: Sequence[Block]) -> dict[str, str]:
    """Which word gave way to which, learned where the mark stands directly before the new word."""
    counts: Counter[tuple[str, str]] = Counter()
    for block in blocks:
        for match in _REPLACED.finditer(block.text):
            old, new = _stem(match[1]), _stem(match[2])
            if old != new and len(old) > _MARKED:
                counts[old, new] += 1
    pairs: dict[str, str] = {}
    for (old, new), count in counts.most_common():
        if count >= _EVIDENCE and old not in pairs and new not in pairs:
            pairs[old] = new
    return pairs


def _resolve_one(block: Block, pairs: dict[str, str], warnings: Warnings) -> Block | None:
    text = _with_fused_spans(block.text, pairs)
    struck = _STRUCK.findall(text)
    text = _STRUCK_END.sub(r". ", text)
    text = _STRUCK_MODAL.sub(r"\1", text)
    number = _NUMBER.match(text) if block.label in {None, "•"} else None
    if number and any(character.isdigit() for character in number[1]):
        after = text[number.end() :]
        if number[1].count("~~") % 2:
            after = "~~" + after
        digits = number[1].replace("~~", "")
        remaining = _STRUCK.sub("", after).replace("~~", "").strip()
        rest = f"{digits} {remaining.lstrip('—–- ')}"
    else:
        rest = _STRUCK.sub("", text).replace("~~", "")
    rest = _part_fused(rest, pairs)
    rest = _tidy(rest)
    words = [word for word in re.sub(r"^[\d.]+\s*", "", rest).split() if any(map(str.isalpha, word))]
    if struck and len(words) < _REST and sum(len(span.split()) for span in struck) > len(words) + _MARKED:
        warnings.add(f"{_where(block)}: this paragraph is struck out almost whole and was left out.")
        return None
    if any(len(span.split()) > 1 for span in struck):
        warnings.add(f"{_where(block)}: words are struck out here; check the sentence that remains.")
    return replace(block, text=rest) if rest else None


_MODALS = r"(?:can|may|must|shall|should|will)"
_STRUCK_MODAL = re.compile(rf"~~([A-Z][^~]* ){_MODALS}~~(?={_MODALS}\b)")
"""A verb that gave way to another while the strike took the subject too."""
_STRUCK_END = re.compile(r"(?<![.;:!?]),?\s*~~[^~]*[a-z)]\.~~\s*(?=~*[A-Z])")
"""A struck passage that took the end of a sentence with it: the full stop still belongs to what is left."""


def _with_fused_spans(text: str, pairs: dict[str, str]) -> str:
    """Take the strike off a span that holds the new word too, or an article that the new word still needs."""
    for old, new in pairs.items():
        text = re.sub(rf"~~({old}s?/?{new}s?)~~", r"\1", text, flags=re.IGNORECASE)
        text = re.sub(rf"~~((?:an?|the) ){old}s?~~(?={new})", r"\1", text, flags=re.IGNORECASE)
    return text


def _part_fused(text: str, pairs: dict[str, str]) -> str:
    for old, new in pairs.items():
        ending = r"(?:’s|'s|s’|s'|s)?"
        fused = re.compile(rf"\b{old}{ending}[/ ]?(?P<new>{new})", re.IGNORECASE)
        text = fused.sub(lambda match: match["new"], text)
        turned = re.compile(rf"\b(?P<new>{new}s?){old}{ending}\b|\b(?P<two>{new}s?) {old}s?\b", re.IGNORECASE)
        text = turned.sub(lambda match: match["new"] or match["two"], text)
        # What is left of "~~Chairmen~~Chair may" had an s: a post without an article does not act.
        alone = re.compile(
            rf"((?:^|[.;:]\s+|\b(?:and|but|if|when)\s+)){new}(?= (?:may|must|should|will|can|cannot|have)\b)",
            re.IGNORECASE,
        )
        text = alone.sub(lambda match: match[0] + "s", text)
        text = re.sub(rf"(?<!['‘])\b({new})(['’]) (?=[a-z])", r"\1s\2 ", text, flags=re.IGNORECASE)
    return text


def _tidy(text: str) -> str:
    text = re.sub(r"\[(\w+)\]", r"\1", text)
    text = re.sub(r"\b(\w+)['’]s(['’])(?=\s)", r"\1s\2", text)
    text = re.sub(r" / or\b", " or", text)
    text = re.sub(r"\s+([,.;:?!])", r"\1", text)
    text = re.sub(r"([,;])(?:\s*[,;])+", r"\1", text)
    text = re.sub(r",(\s*[.:;])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()


_ODD = re.compile(
    r"\bincluding (?:and|or)\b|\bbetween (?:and|or|when|if|is|are)\b|\b(?:to|of|for) (?:The|If|When)\b|"
    r"\b(\w{4,}) of (?:\w+ )?\1\b|\b(?:may|must|should|will|can) (?:may|must|should|will|can)\b|\b(\w{3,}) \2\b|"
    r"\bown other\b|\b(?:have|has) yes\b|\b(?:make|avoid|take) (?:seek|not)\b|\w+-except\b"
)


def _warn_of_oddities(blocks: Sequence[Block], warnings: Warnings) -> None:
    """Words that do not go together, where a mark for what was struck is missing."""
    for block in blocks:
        odd = _ODD.search(block.text)
        if odd:
            warnings.add(f"{_where(block)}: “{odd[0]}” reads oddly; perhaps a word there was struck without a mark.")


def _warn_of_fused(blocks: Sequence[Block], warnings: Warnings) -> None:
    counts: Counter[str] = Counter()
    first: dict[str, Block] = {}
    for block in blocks:
        for match in _FUSED.finditer(block.text):
            counts[match[0]] += 1
            first.setdefault(match[0], block)
    for word, count in counts.items():
        if count >= _MARKED:
            warnings.add(
                f"{_where(first[word])}: “{word}” stands here {count} times, perhaps an old and a new word run "
                "together; import a version without tracked changes."
            )


def _where(block: Block) -> str:
    place = block.place
    return place[0].upper() + place[1:]
