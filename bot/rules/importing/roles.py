"""Words for the two sides: councillors and those who work for the council."""

from __future__ import annotations

import re
from collections import Counter

from bot.rules.protocol import Position, Words

MEMBER = re.compile(
    r"\b(?:(?:elected |co-opted |ward |local )?members?(?! of (?:staff|the public|the corporate|the senior|corporate|"
    r"senior|their family|the leadership))|councillors?|cllrs?)\b"
    r"(?!['’]?s?\s+(?:code|enquir|services|interests|allowances|of staff|of the public|of the corporate|of the senior|"
    r"of their famil))",
    re.IGNORECASE,
)
OFFICER = re.compile(
    r"(?<!monitoring )(?<!finance )(?<!financial )(?<!151 )(?<!chief )(?<!services )(?<!support )"
    r"\b(?:officers?|employees?|staff|members? of staff|workers?)\b",
    re.IGNORECASE,
)


def sides(text: str) -> tuple[bool, bool]:
    """Whether a text speaks of members, and whether of officers."""
    return bool(MEMBER.search(text)), bool(OFFICER.search(text))


def role_positions(text: str) -> tuple[Position, ...]:
    """The plain positions that a text names: member, officer or both."""
    member, officer = sides(text)
    return (*((Position.MEMBER,) if member else ()), *((Position.OFFICER,) if officer else ()))


def words_of(text: str) -> Words:
    """The words that a protocol uses for the two sides, by how often it uses them."""
    counts = Counter(re.findall(r"\b(Members?|members?|Councillors?|councillors?)\b", text))
    members = {word: counts[word] + counts[f"{word}s"] for word in ("Member", "member", "Councillor", "councillor")}
    counts = Counter(re.findall(r"(?<!Monitoring )(?<!Finance )\b(Officers?|officers?|Employees?|employees?)\b", text))
    officers = {word: counts[word] + counts[f"{word}s"] for word in ("officer", "Officer", "employee", "Employee")}
    member = max(members, key=lambda word: members[word]) if any(members.values()) else "Member"
    officer = max(officers, key=lambda word: officers[word]) if any(officers.values()) else "officer"
    return Words(member=member, members=f"{member}s", officer=officer, officers=f"{officer}s")
