"""The commands that work a rule, as operators script against them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.__main__ import run

LEADERS = "Group Leaders"


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("council", "position", "code", "to", "ref"),
    [
        ("copeland", "member", 0, "Head of Legal", "5.3"),
        ("copeland", "officer", 0, "Service Head", "5.3"),
        ("copeland", "service_head", 0, "Chief Executive", "5.3"),
        ("copeland", "director", 0, "Chief Executive", "5.3"),
        ("copeland", "chief_executive", 0, LEADERS, "5.3"),
        ("county-appendix-11", "officer", 0, "Executive Director", "4.2"),
        ("county-appendix-11", "director", 0, "Managing Director", "4.2"),
        ("county-appendix-11", "member", 3, "", None),
        ("councillor-officer", "member", 3, "", None),
        ("councillor-officer", "officer", 3, "", None),
        ("west-oxfordshire", "member", 0, "Monitoring Officer", "30"),
        ("west-oxfordshire", "officer", 0, "Monitoring Officer", "30"),
        ("tower-hamlets", "member", 0, "Monitoring Officer", "3.6"),
        ("tower-hamlets", "chief_executive", 0, "Monitoring Officer", "3.6"),
    ],
)
def test_who_is_told_of_a_relationship(
    capsys: pytest.CaptureFixture[str], council: str, position: str, code: int, to: str, ref: str | None
) -> None:
    got, found = answer(capsys, "route", "declaration", "--protocol", council, "--position", position)

    assert got == code
    assert to in " ".join(found["to"])
    assert bool(found["to"]) is (code == 0)
    assert ref is None or found["ref"] == ref
    assert found["to"] or found["note"]


def test_a_deadline_that_nobody_gives_has_the_same_shape(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, "deadline", "--protocol", "copeland", "--received", "2026-03-02")
    assert code == 3
    assert found.keys() == {"due", "working_days", "rule", "ref", "days"}
    assert "promptly" in found["rule"]

    code, found = answer(capsys, "deadline", "--protocol", "councillor-officer", "--received", "2026-03-02")
    assert code == 3
    assert "without delay" not in found["rule"], "its paragraphs on time are about raising a concern, not about replies"


def test_a_date_after_the_last_known_bank_holiday_is_said_to_be_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deadline", "--protocol", "tower-hamlets", "--received", "2040-01-03"]) == 0
    assert "may move" in capsys.readouterr().err
    assert run(["deadline", "--protocol", "tower-hamlets", "--received", "9999-12-31"]) == 2


@pytest.mark.parametrize("arguments", [[], ["route"], ["people"]])
def test_a_command_without_its_second_word_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err == "Say which command. Try “protocol-bot --help”.\n"


def test_where_there_is_no_ladder_the_note_says_whom_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, "route", "concern", "--protocol", "copeland", "--by", "officer", "--about", "officer")

    assert code == 3
    assert "16.1" in found["note"]


@pytest.mark.parametrize(
    ("council", "by", "about", "first", "ref"),
    [
        ("copeland", "member", "officer", "Service Head", "11.4"),
        ("copeland", "member", "chief_executive", "Group Leader", "11.4"),
        ("tower-hamlets", "member", "chief_executive", "Monitoring Officer", "14.2"),
        ("councillor-officer", "officer", "member", "the person concerned", "5(b)"),
    ],
)
def test_the_ladder_for_a_concern(
    capsys: pytest.CaptureFixture[str], council: str, by: str, about: str, first: str, ref: str
) -> None:
    code, found = answer(capsys, "route", "concern", "--protocol", council, "--by", by, "--about", about)

    assert code == 0
    assert first in found["steps"][0]["to"]
    assert found["steps"][0]["ref"] == ref


def test_where_there_is_no_ladder_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(
        capsys, "route", "concern", "--protocol", "councillor-officer", "--by", "member", "--about", "member"
    )

    assert code == 3
    assert found["steps"] == []
    assert found["note"]


@pytest.mark.parametrize(
    ("council", "received", "due", "days", "ref"),
    [
        ("tower-hamlets", "2026-03-02", "2026-03-16", 10, "8.1"),
        ("west-oxfordshire", "2026-03-02", "2026-03-09", 5, "29"),
        ("tower-hamlets", "2026-12-18T16:59", "2027-01-06", 10, "8.1"),
        ("tower-hamlets", "2026-12-18T17:01", "2027-01-07", 10, "8.1"),
    ],
)
def test_when_a_reply_is_due_and_how_it_was_counted(
    capsys: pytest.CaptureFixture[str], council: str, received: str, due: str, days: int, ref: str
) -> None:
    code, found = answer(capsys, "deadline", "--protocol", council, "--received", received)

    assert code == 0
    assert (found["due"], found["working_days"], found["ref"]) == (due, days, ref)
    assert sum(day["counts"] for day in found["days"]) == days
    assert all(day["why"] for day in found["days"])


@pytest.mark.parametrize("council", ["copeland", "county-appendix-11", "councillor-officer"])
def test_without_a_number_anywhere_there_is_no_date(
    capsys: pytest.CaptureFixture[str], council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REPLY_WORKING_DAYS", raising=False)
    code, found = answer(capsys, "deadline", "--protocol", council, "--received", "2026-03-02")
    assert (code, found["due"]) == (3, None)

    monkeypatch.setenv("REPLY_WORKING_DAYS", "7")
    code, found = answer(capsys, "deadline", "--protocol", council, "--received", "2026-03-02")
    assert (code, found["due"], found["ref"]) == (0, "2026-03-11", "")
    assert "council's setting" in found["rule"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["deadline", "--protocol", "copeland", "--received", "soon"],
        ["deadline", "--protocol", "copeland"],
        ["deadline", "--protocol", "atlantis", "--received", "2026-03-02"],
        ["route", "declaration", "--protocol", "copeland", "--position", "emperor"],
        ["route", "concern", "--protocol", "copeland", "--by", "nobody", "--about", "officer"],
        ["route", "concern", "--protocol", "copeland", "--by", "member", "--about", "weather"],
        ["ask"],
        ["ask", "a question", "--protocol", "copeland", "--role", "emperor"],
        ["ask", "--batch", "no-such-file.jsonl"],
        ["protocols", "show", "atlantis"],
        ["protocols", "validate", "no-such-file.yaml"],
        ["no-such-command"],
        ["serve", "--config", "no-such-file.toml"],
    ],
)
def test_a_mistake_is_one_plain_sentence_and_exit_code_two(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(arguments) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err


def test_serving_without_a_platform_says_so_and_stops(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "TEAMS_APP_ID", "TEAMS_UNAUTHENTICATED"):
        monkeypatch.delenv(name, raising=False)

    assert run(["serve"]) == 2
    assert "No platform is set up" in capsys.readouterr().err


def test_a_new_key_is_one_that_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    from storage.crypto import Sealer  # noqa: PLC0415

    assert run(["new-key"]) == 0
    assert Sealer([capsys.readouterr().out.strip()]).newest
