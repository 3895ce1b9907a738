"""``people import`` at the command line: all or nothing, and again to update."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run

if TYPE_CHECKING:
    from pathlib import Path

GOOD = (
    "name,email,role,position,department,slack_user_id\n"
    "Cllr Ada Sample,ada@council.example,member,member; chair,,U1\n"
    "Femi Sample,femi@council.example,officer,service head,Housing,\n"
)


@pytest.fixture(autouse=True)
def own_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'people.db'}")


def write(folder: Path, text: str) -> str:
    file = folder / "people.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    capsys.readouterr()
    assert run(["people", "list", "--json"]) == 0
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found


def test_importing_again_updates_by_e_mail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", "import", write(tmp_path, GOOD)]) == 0
    assert "2 people are in: 2 new, 0 updated." in capsys.readouterr().out

    changed = GOOD.replace("Cllr Ada Sample", "Cllr Ada Specimen").replace("ada@", "ADA@")
    assert run(["people", "import", write(tmp_path, changed), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["updated"] == 2

    people = listed(capsys)
    assert [(one["name"], one["position"]) for one in people] == [
        ("Cllr Ada Specimen", "member;chair"),
        ("Femi Sample", "service_head"),
    ]


def test_one_faulty_row_keeps_everybody_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", "import", write(tmp_path, f"{GOOD}X,x@council.example,boss,\n")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Line 4: “boss” is no role." in said.err

    assert listed(capsys) == []


def test_it_says_who_cannot_be_reached_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["people", "import", write(tmp_path, GOOD)])
    said = capsys.readouterr().out

    assert "1 without a Slack user id: Femi Sample" in said
    assert "2 without a Teams user id" in said


def test_somebody_who_left_is_out_of_use_until_imported_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["people", "import", write(tmp_path, GOOD)])
    assert run(["people", "leave", "Femi@council.example"]) == 0
    assert [one["name"] for one in listed(capsys)] == ["Cllr Ada Sample"]

    run(["people", "import", write(tmp_path, GOOD)])
    assert len(listed(capsys)) == 2


def test_a_file_that_is_not_there_is_a_plain_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", "import", str(tmp_path / "none.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err
