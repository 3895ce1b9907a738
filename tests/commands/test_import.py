"""Importing on the command line: a new pack, the wording of a built-in one, and versions by date."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run
from bot.pack_files import read_pack

if TYPE_CHECKING:
    from pathlib import Path

FIRST = """\
Fictional Borough Council
Protocol on Working Together

1. Relationships
1.1 A member must tell the Monitoring Officer of any close friendship with an officer.
1.2 An officer must tell their Head of Service of any close friendship with a member.

2. Enquiries
2.1 Officers shall reply to a member's enquiry within 7 working days.
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "protocol.txt"
    file.write_text(FIRST)
    return file


def test_a_document_becomes_a_pack_that_answers_at_once(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs = tmp_path / "packs"

    assert run(["import", str(document), "--id", "fictional", "--out", str(packs)]) == 0
    assert [clause.ref for clause in read_pack(packs / "fictional").clauses] == ["1.1", "1.2", "2.1"]
    capsys.readouterr()

    arguments = [
        "ask",
        "how many days to reply to an enquiry",
        "--protocol",
        "fictional",
        "--packs",
        str(packs),
        "--json",
    ]
    assert run(arguments) == 0
    assert json.loads(capsys.readouterr().out)["refs"][0] == "2.1"
    assert (
        run(["deadline", "--protocol", "fictional", "--packs", str(packs), "--received", "2026-03-02", "--json"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["due"] == "2026-03-11"
    assert (
        run(
            ["route", "declaration", "--protocol", "fictional", "--packs", str(packs), "--position", "member", "--json"]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["to"] == ["Monitoring Officer"]


def test_json_alone_shows_what_was_found_and_keeps_nothing(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["import", str(document), "--id", "fictional", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["clauses"][2]["ref"] == "2.1"
    assert [(one["amount"], one["unit"], one["ref"]) for one in found["deadlines"]] == [(7, "working_days", "2.1")]
    assert {(one["who"], one["ref"]) for one in found["declaration_routes"]} == {("member", "1.1"), ("officer", "1.2")}
    assert not (tmp_path / "packs").exists()


def test_a_newer_version_shows_what_changed_and_the_old_one_still_answers_as_at_its_time(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packs = str(tmp_path / "packs")
    base = ["import", str(document), "--id", "fictional", "--out", packs, "--in-force"]
    assert run([*base, "2024-05-01"]) == 0
    document.write_text(FIRST.replace("7 working days", "4 working days"))
    assert run([*base, "2026-05-01"]) == 0
    assert "2.1: changed" in capsys.readouterr().out

    question = ["ask", "how many days to reply to an enquiry", "--protocol", "fictional", "--packs", packs]
    assert run([*question, "--as-at", "2025-01-01"]) == 0
    assert "7 working days" in capsys.readouterr().out
    assert run(question) == 0
    assert "4 working days" in capsys.readouterr().out
    assert run([*question, "--as-at", "2023-01-01"]) == 2


def test_a_built_in_pack_takes_the_official_wording_and_shows_it_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "copeland.txt"
    document.write_text("Protocol\n\n5. Relationships\n5.3 The council's very own words on relationships.\n")
    packs = str(tmp_path / "packs")

    assert run(["import", str(document), "--into", "copeland", "--out", packs, "--version", "May 2026"]) == 0
    assert "5.2: the document does not have this paragraph" in capsys.readouterr().out
    pack = read_pack(tmp_path / "packs" / "copeland")
    assert pack.clause("5.3").official == "The council's very own words on relationships."
    assert pack.clause("5.3").says != pack.clause("5.3").official
    assert pack.version == "May 2026"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import", "nowhere.txt", "--id", "x"], "nowhere.txt"),
        (["import", "nowhere.txt"], "--id"),
        (["import", "nowhere.txt", "--into", "atlantis"], "no built-in pack"),
        (["import", "nowhere.txt", "--id", "x", "--in-force", "soon"], "no date"),
    ],
)
def test_mistakes_are_one_plain_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(arguments) == 2
    message = capsys.readouterr().err
    assert says in message
    assert "Traceback" not in message
    assert list(tmp_path.iterdir()) == []
