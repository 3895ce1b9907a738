"""Read the directory from a spreadsheet saved as CSV, and find every fault in it at once.

Nothing is taken in until every row is right, so that a half-read directory never decides who is told what.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.model import Person
from bot.rules.protocol import Position, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REQUIRED = ("name", "email", "role", "position")
OPTIONAL = (
    "department",
    "manager_email",
    "group",
    "ward",
    "slack_user_id",
    "teams_user_id",
    "cover_email",
)
COLUMNS = REQUIRED + OPTIONAL
ALSO_CALLED = {"e_mail": "email", "positions": "position"}
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+")
LONGEST = {"email": 320, "manager_email": 320, "cover_email": 320, "slack_user_id": 64, "teams_user_id": 256}
LONGEST_CELL = 200
IDS = {
    "slack_user_id": "Slack member id: it looks like U012ABCDEF",
    "teams_user_id": "Teams user id: use the directory object id, or one that begins with 29:",
}
"""People put a name or an address into these columns; such a row would never be found again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a row, and the line on which the row begins; line 0 is the file itself."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.what}" if self.line else self.what


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What a file holds. ``people`` counts only where there are no ``faults``."""

    people: tuple[Person, ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def decode(raw: bytes) -> str | None:
    """The text of a file as spreadsheets save it; nothing where it is in no encoding that can be told."""
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def read_people(text: str, known: Sequence[Person] = ()) -> PeopleFile:
    """Everybody in the file, each with what the directory knew of them before, and every fault.

    A column that the file does not have leaves what is known as it is; an empty cell empties it.

    Args:
        known: everybody whom the directory has already, active or not.
    """
    rows: list[_Row] = []
    faults: list[Fault] = []
    warnings: list[Fault] = []
    try:
        rows = list(_rows(text, faults, warnings))
    except csv.Error:
        faults.append(Fault(0, "This is not a CSV file that can be read. Save the spreadsheet as “CSV UTF-8”."))
    before = {person.email.lower(): person for person in known}
    people: list[tuple[int, Person]] = []
    for row in rows:
        found = _person(row, before, faults)
        if found is not None:
            people.append((row.line, found))
    faults += _taken_twice(rows, known)
    everybody = {**before, **{person.email: person for _, person in people}}
    warnings += _pointing_nowhere(people, everybody)
    if not rows and not faults:
        faults.append(Fault(0, "There is nobody in the file."))
    return PeopleFile(
        people=tuple(person for _, person in people),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        warnings=tuple(sorted(warnings, key=lambda fault: fault.line)),
    )


def _rows(text: str, faults: list[Fault], warnings: list[Fault]) -> Iterator[_Row]:
    """The rows that are not blank, each by the names of the columns."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first and "," not in first else ",")
    header: list[str] | None = None
    start = 1
    for cells in reader:
        line, start = start, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [ALSO_CALLED.get(_word(cell), _word(cell)) for cell in cells]
            faults += _faults_of(header)
            warnings += [
                Fault(line, f"The column “{name}” is not used.") for name in header if name and name not in COLUMNS
            ]
            if faults:
                return
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            faults.append(Fault(line, "This row has more cells than the header. Put text with commas in quotes."))
            continue
        named = zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False)
        yield _Row(line, {name: " ".join(cell.split()) for name, cell in named if name in COLUMNS})
    if header is None:
        faults.append(Fault(0, f"The file is empty. Its first line must name the columns: {', '.join(COLUMNS)}."))


def _faults_of(header: Sequence[str]) -> Iterator[Fault]:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        yield Fault(1, f"The first line must name the columns. Missing: {', '.join(missing)}.")
    for name in COLUMNS:
        if header.count(name) > 1:
            yield Fault(1, f"The column “{name}” is there twice.")


def _word(text: str) -> str:
    """A column or a position in the form that it has here, whatever its case, spaces and hyphens."""
    return re.sub(r"[\s_\-]+", "_", text.strip().lower())


def _person(row: _Row, before: Mapping[str, Person], faults: list[Fault]) -> Person | None:
    cells = row.cells
    problems: list[str] = []
    email = cells["email"].lower()
    if not cells["name"]:
        problems.append("The name is missing.")
    if not email:
        problems.append("The e-mail address is missing.")
    problems += [
        f"“{cells[name]}” in {name} is no e-mail address."
        for name in ("email", "manager_email", "cover_email")
        if cells.get(name) and not EMAIL.fullmatch(cells[name])
    ]
    problems += [
        f"The {name} is longer than {limit} characters."
        for name, cell in cells.items()
        if len(cell) > (limit := LONGEST.get(name, LONGEST_CELL))
    ]
    problems += [
        f"“{cells[name]}” in {name} is no {what}."
        for name, what in IDS.items()
        if re.search(r"[\s@,;]", cells.get(name, ""))
    ]
    role = _role(cells["role"])
    if role is None:
        problems.append(
            f"“{cells['role']}” is no role. Use member or officer."
            if cells["role"]
            else "The role is missing. Use member or officer."
        )
    positions = tuple(_positions(cells["position"], role, problems))
    if problems or role is None:
        faults += [Fault(row.line, problem) for problem in problems]
        return None
    known = before.get(email)
    base = known or Person(id="", name="", email=email, role=role, positions=())
    return replace(
        base,
        name=cells["name"],
        role=role,
        positions=positions,
        active=True,
        **{name: _stored(name, cells[name]) for name in OPTIONAL if name in cells},
    )


def _stored(name: str, cell: str) -> str:
    return cell.lower() if name.endswith("_email") else cell


def _role(cell: str) -> Role | None:
    try:
        return Role(_word(cell))
    except ValueError:
        return None


def _positions(cell: str, role: Role | None, problems: list[str]) -> Iterator[Position]:
    """The positions in a cell, each once. An empty cell means no more than member or officer."""
    words = list(dict.fromkeys(word for part in cell.split(";") if (word := _word(part))))
    if not words and role is not None:
        yield Position(role.value)
    for word in words:
        try:
            position = Position(word)
        except ValueError:
            known = ", ".join(each.value.replace("_", " ") for each in Position)
            problems.append(f"“{word.replace('_', ' ')}” is no position. Use: {known}. Part several by a semicolon.")
            continue
        if role is not None and position.role is not role:
            problems.append(f"{_named(position)} is not a position that {_a(role)} can hold.")
            continue
        yield position


def _named(position: Position) -> str:
    return position.value.replace("_", " ").capitalize()


def _a(role: Role) -> str:
    return "a member" if role is Role.MEMBER else "an officer"


def _taken_twice(rows: Sequence[_Row], known: Sequence[Person]) -> Iterator[Fault]:
    """An address or an id that stands for two people."""
    seen: dict[tuple[str, str], str] = {}
    in_file = {row.cells["email"].lower() for row in rows}
    for person in known:
        if person.active and person.email.lower() not in in_file:
            for name in ("slack_user_id", "teams_user_id"):
                if value := getattr(person, name):
                    seen[name, value] = "somebody in the directory"
    for row in rows:
        for name in ("email", "slack_user_id", "teams_user_id"):
            value = row.cells.get(name, "")
            key = name, value.lower() if name == "email" else value
            if value and key in seen:
                yield Fault(row.line, f"The {name} “{value}” is the same as for {seen[key]}.")
            elif value:
                seen[key] = f"line {row.line}"


def _pointing_nowhere(people: Sequence[tuple[int, Person]], everybody: Mapping[str, Person]) -> Iterator[Fault]:
    for line, person in people:
        for name, what in (("manager_email", "manager"), ("cover_email", "cover")):
            address = getattr(person, name)
            if address == person.email:
                yield Fault(line, f"{person.name} is given as their own {what}.")
            elif address and address not in everybody:
                yield Fault(line, f"Nobody has the {what}'s address “{address}”.")
