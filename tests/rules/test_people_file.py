"""The directory as a spreadsheet gives it: read whole, or every fault named with its line."""

from __future__ import annotations

import pytest

from bot.rules.people_file import decode, read_people
from bot.rules.protocol import Position, Role
from tests.support import person

HEADER = "name,email,role,position\n"


def faults(text: str, *known: object) -> list[str]:
    return [str(fault) for fault in read_people(text, known).faults]  # type: ignore[arg-type]


def test_a_spreadsheets_habits_are_taken_as_they_come() -> None:
    """A mark at the start, capitals and spaces in the header, blank lines, a break in a cell, Windows line ends."""
    raw = (
        "\ufeffName,E-mail,ROLE,Position,Slack User ID\r\n\r\n"
        '"Ada\r\nSample",Ada@Council.Example,Member,"Executive Member; CHAIR",U1\r\n'
        ",,,,\r\n"
        "Femi Sample,femi@council.example,officer,section_151-officer,U2\r\n"
    ).encode()
    text = decode(raw)
    assert text is not None
    found = read_people(text)

    assert not found.faults
    assert [(one.name, one.email, one.role, one.positions) for one in found.people] == [
        ("Ada Sample", "ada@council.example", Role.MEMBER, (Position.EXECUTIVE_MEMBER, Position.CHAIR)),
        ("Femi Sample", "femi@council.example", Role.OFFICER, (Position.SECTION_151_OFFICER,)),
    ]


@pytest.mark.parametrize("position", list(Position))
@pytest.mark.parametrize("style", [str.title, str.upper, lambda word: word.replace("_", " ")])
def test_every_position_may_be_written_in_any_way(position: Position, style: object) -> None:
    found = read_people(f"{HEADER}A,a@b.example,{position.role.value},{style(position.value)}\n")  # type: ignore[operator]

    assert [one.positions for one in found.people] == [(position,)]


def test_every_faulty_row_is_named_with_the_line_on_which_it_begins() -> None:
    text = (
        f"{HEADER}"
        ",x,boss,king\n"
        '"Two\nLines",two@council.example,member,officer\n'
        "B,b@council.example,officer,officer,one too many\n"
        "C,C@council.example,officer,officer\n"
        "D,c@council.example,officer,officer\n"
    )

    assert faults(text) == [
        "Line 2: The name is missing.",
        "Line 2: “x” in email is no e-mail address.",
        "Line 2: “boss” is no role. Use member or officer.",
        next(fault for fault in faults(text) if "“king” is no position" in fault),
        "Line 3: Officer is not a position that a member can hold.",
        "Line 5: This row has more cells than the header. Put text with commas in quotes.",
        "Line 7: The email “c@council.example” is the same as for line 6.",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file is empty"),
        ("\n\n", "The file is empty"),
        (HEADER, "There is nobody"),
        ("name,role\nA,member\n", "Missing: email, position"),
        ("name,email,email,role,position\n", "is there twice"),
        (f"{HEADER}A,a@b.example,,\n", "The role is missing"),
        (f"{HEADER}A,,member,\n", "The e-mail address is missing"),
        (f"{HEADER}{'A' * 300},a@b.example,member,\n", "longer than 200"),
    ],
)
def test_what_cannot_be_a_directory_is_refused_in_plain_words(text: str, says: str) -> None:
    assert says in " ".join(faults(text))


def test_one_platform_id_stands_for_one_person() -> None:
    known = person("Gwen Specimen", slack_user_id="U9")
    rows = "".join(
        f"{name},{name}@b.example,member,,{taken}\n" for name, taken in (("A", "U1"), ("B", "U1"), ("C", "U9"))
    )
    text = f"name,email,role,position,slack_user_id\n{rows}"

    assert faults(text, known) == [
        "Line 3: The slack_user_id “U1” is the same as for line 2.",
        "Line 4: The slack_user_id “U9” is the same as for somebody in the directory.",
    ]


def test_managers_and_cover_whom_nobody_knows_are_pointed_out_but_not_refused() -> None:
    text = (
        "name,email,role,position,manager_email,cover_email\n"
        "A,a@b.example,officer,,boss@b.example,b@b.example\n"
        "B,b@b.example,officer,,b@b.example,\n"
    )
    found = read_people(text)

    assert len(found.people) == 2
    assert [str(warning) for warning in found.warnings] == [
        "Line 2: Nobody has the manager's address “boss@b.example”.",
        "Line 3: B is given as their own manager.",
    ]


def test_a_column_that_is_not_there_leaves_what_is_known_and_an_empty_cell_empties_it() -> None:
    known = person("Ada Sample", Position.MEMBER, ward="North", slack_user_id="U1", active=False)
    [found] = read_people(f"name,email,role,position,ward\nAda S,{known.email},member,,\n", [known]).people

    assert (found.id, found.name, found.ward, found.slack_user_id, found.active) == (known.id, "Ada S", "", "U1", True)


def test_text_in_no_known_encoding_is_not_guessed_at() -> None:
    assert decode("Zoë".encode("latin-1")) is None
    assert decode("Zoë".encode("utf-16")) == "Zoë"


@pytest.mark.parametrize(
    ("column", "cell"), [("slack_user_id", "@ada"), ("slack_user_id", "Ada Sample"), ("teams_user_id", "ada@c.example")]
)
def test_a_name_or_an_address_is_no_user_id(column: str, cell: str) -> None:
    [fault] = faults(f"{HEADER.strip()},{column}\nAda,a@b.example,member,member,{cell}\n")

    assert fault.startswith(f"Line 2: “{cell}” in {column} is no")
