"""Take a text apart into words, and words into stems: how people type, not how they should."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "&": " and ", "£": " pounds "})
_LONGEST_STEMMED = 30


def plain(text: str) -> str:
    """The text in small letters, with one kind of apostrophe and without accents."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_APOSTROPHES))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a text in order, as typed but for capitals and accents."""
    return _WORD.findall(plain(text))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a word: officers' and officer's are officer."""
    word = word.removesuffix("'s")
    word = word.replace("'", "")
    return str(_STEMMER.stemWord(word)) if len(word) <= _LONGEST_STEMMED else word
