"""How strongly a paragraph speaks and whom it binds, read from its first sentence with a modal verb."""

from __future__ import annotations

import re

from bot.rules.importing.roles import sides
from bot.rules.importing.sentences import sentences
from bot.rules.protocol import Binds, Force

_FORCES: tuple[tuple[str, Force], ...] = (
    ((r"(?:must|shall|may|will|can)\s+(?:not|never|in no circumstances)\b|cannot\b|"
     r"(?:is|are) not (?:to|permitted|allowed|entitled)\b|"
     r"(?:has|have) no (?:authority|right|power)\b|(?:is|are) prohibited\b|on no account\b|"
     r"must neither\b"), Force.MUST_NOT),
    (r"(?:should|ought)\s+(?:not|never|neither)\b|should refrain\b", Force.SHOULD_NOT),
    ((r"must\b|shall\b|(?:is|are) (?:required|obliged|bound|under a duty)\b|"
     r"(?:has|have) (?:a )?(?:duty|obligation)\b|(?:has|have) to\b|"
     r"will\b|(?:is|are) to (?:be\b|[a-z]+\b)"), Force.MUST),
    (r"should\b|ought to\b|(?:is|are) (?:expected|asked|encouraged|advised)\b|need(?:s)? to\b", Force.SHOULD),
    (r"may\b|can\b|(?:is|are) (?:entitled|free|able|permitted|allowed)\b|(?:has|have) (?:a |the )?right\b", Force.MAY),
)  # fmt: skip
_COMPILED = tuple((re.compile(rf"\b(?:{pattern})", re.IGNORECASE), force) for pattern, force in _FORCES)
_COMMITTEE = re.compile(
    r"\b(?:committees?|sub-?committees?|panels?|scrutiny|cabinet|executive(?! (?:director|member|officer)))\b",
    re.IGNORECASE,
)
_COUNCIL = re.compile(r"^\W*(?:the\s+)?(?:full\s+)?(?:council|authority)\b", re.IGNORECASE)


def force_of(text: str) -> Force:
    """The first modal verb decides; a paragraph without one states a fact."""
    hits = [
        (found.start(), -len(found[0]), rank, force)
        for rank, (pattern, force) in enumerate(_COMPILED)
        if (found := pattern.search(text))
    ]
    return min(hits)[3] if hits else Force.IS


def binds_of(text: str, heading: str = "") -> tuple[Binds, ...]:
    """Whoever stands before the modal verb; both where the text does not say."""
    for sentence in sentences(text):
        head = _head(sentence)
        if head is None:
            continue
        found = _bound(head)
        if found:
            return found
    return _bound(text) or _bound(heading) or (Binds.BOTH,)


def _head(sentence: str) -> str | None:
    places = [found.start() for pattern, _ in _COMPILED if (found := pattern.search(sentence))]
    return sentence[: min(places)] if places else None


_OBJECT = re.compile(
    r"\b(?:with|to|from|of|by|between|for|about|on)\s+(?:(?:the|an?|any|all|individual)\s+)*"
    r"(?:officers?|members?|councillors?|employees?)\b",
    re.IGNORECASE,
)


def _bound(text: str) -> tuple[Binds, ...]:
    text = _OBJECT.sub(" ", text)
    member, officer = sides(text)
    if member and officer:
        return (Binds.BOTH,)
    if member:
        return (Binds.MEMBER,)
    if officer:
        return (Binds.OFFICER,)
    if _COMMITTEE.search(text):
        return (Binds.COMMITTEE,)
    return (Binds.COUNCIL,) if _COUNCIL.match(text) else ()
