"""The register as CSV or JSON, and what is held about one person. Safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from bot.rules.disclosures import matched
from bot.rules.recipients import Directory
from bot.rules.working_days import LONDON
from bot.wording import declare as say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.model import Person
    from bot.rules.disclosures import Disclosure, DisclosureEvent

COLUMNS = (
    "reference", "state", "declared_on", "last_confirmed_on", "declarer", "declarer_position", "department",
    "other_party", "relationship", "since", "bears_on", "in_particular", "details", "paragraph", "conditions",
    "who_else_is_told", "review_on", "both_sides_declared",
)  # fmt: skip

FORMULA = frozenset("=+-@＝＋－＠")
UNSEEN = "".join(map(chr, (*range(0x21), 0xA0, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)))
"""Spaces and what is not seen at all, which a spreadsheet passes over."""

COUNT_COLUMNS = ("declarer_position", "state", "number")


def register_rows(
    disclosures: Sequence[Disclosure], people: Sequence[Person], *, at_risk: bool
) -> list[dict[str, str]]:
    """A row for each disclosure.

    Args:
        at_risk: whether those are in that could put someone at risk; for the Monitoring Officer alone.
    """
    directory = Directory(people)
    everything = tuple(disclosures)
    return [_row(each, directory, everything) for each in disclosures if at_risk or not each.at_risk]


def _row(disclosure: Disclosure, directory: Directory, everything: tuple[Disclosure, ...]) -> dict[str, str]:
    declarer = directory.by_id(disclosure.declarer_id)
    content = disclosure.content
    values = (
        disclosure.reference,
        say.STATES[disclosure.state],
        f"{disclosure.created_at.astimezone(LONDON):%Y-%m-%d}",
        f"{disclosure.confirmed_at.astimezone(LONDON):%Y-%m-%d}",
        declarer.name if declarer else content.declared_by,
        say.POSITIONS[disclosure.position],
        declarer.department if declarer else "",
        content.other_party,
        say.KINDS[content.kind],
        content.since,
        "; ".join(say.BEARINGS[word] for word in content.bearing),
        content.bearing_on,
        content.details,
        disclosure.ref,
        disclosure.conditions.text,
        disclosure.conditions.told,
        disclosure.conditions.review_on,
        "yes" if matched(disclosure, everything) else "no",
    )
    return dict(zip(COLUMNS, values, strict=True))


def counts(disclosures: Sequence[Disclosure]) -> list[dict[str, str]]:
    """Numbers for a committee, without names: by the declarer's side, position and state."""
    numbers: dict[tuple[str, str], int] = {}
    for each in disclosures:
        if not each.at_risk:
            key = (say.POSITIONS[each.position], say.STATES[each.state])
            numbers[key] = numbers.get(key, 0) + 1
    return [
        {"declarer_position": position, "state": state, "number": str(number)}
        for (position, state), number in sorted(numbers.items())
    ]


def subject_rows(
    person: Person, disclosures: Sequence[Disclosure], events: Mapping[str, Sequence[DisclosureEvent]]
) -> dict[str, object]:
    """Everything that a person declared, with its history: for a subject access request."""
    own = [each for each in disclosures if each.declarer_id == person.id]
    return {
        "person": {"name": person.name, "email": person.email, "department": person.department},
        "disclosures": register_rows(own, [person], at_risk=True),
        "history": [
            {
                "reference": each.reference,
                "at": event.at.isoformat(),
                "step": event.step.value,
                "text": event.text if event.by == person.id else "",
            }
            for each in own
            for event in events.get(each.id, ())
        ],
    }


def mentions(person: Person, disclosures: Sequence[Disclosure]) -> list[str]:
    """References of records by others that name the person: for a human to read and redact, never to hand over."""
    name = person.name.casefold()
    return [
        each.reference
        for each in disclosures
        if each.declarer_id != person.id
        and (
            each.content.other_party_id == person.id
            or any(
                name in text.casefold()
                for text in (each.content.other_party, each.content.details, each.content.bearing_on)
            )
        )
    ]


def to_csv(rows: Sequence[Mapping[str, str]], columns: Sequence[str] = ()) -> str:
    """Rows as CSV with a heading. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    names = list(columns or (rows[0] if rows else ()))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: harmless(str(row.get(name, ""))) for name in names} for row in rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """The text, so that no spreadsheet runs it (OWASP, CSV injection): not after a space either, nor in wide signs."""
    begins = text.lstrip(UNSEEN)[:1]
    return f"'{text}" if begins in FORMULA or text[:1] in {"\t", "\r", "\n"} else text
