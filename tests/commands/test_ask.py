"""``ask`` on the command line, one question or many."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    {
        "id": "1",
        "protocol": "copeland",
        "role": "either",
        "question": "who do I tell that I married a councillor",
        "more": 1,
    },
    {"id": "2", "protocol": "tower-hamlets", "role": "member", "question": "how many days for a members enquiry"},
    {"id": "3", "protocol": "west-oxfordshire", "role": "officer", "question": "hello there"},
    {"id": "4", "protocol": "copeland", "role": "officer", "question": ""},
    {"id": "5", "protocol": "copeland", "role": "member", "question": "👋🏽 ¿qué? " * 50},
]


def batch(capsys: pytest.CaptureFixture[str], path: str) -> list[dict[str, object]]:
    assert run(["ask", "--batch", path]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_batch_is_answered_line_by_line_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in ROWS))
    answers = batch(capsys, str(file))

    assert [answer["id"] for answer in answers] == ["1", "2", "3", "4", "5"]
    assert answers[0]["refs"][0] == "5.3"  # type: ignore[index]
    assert answers[1]["refs"][0] == "8.1"  # type: ignore[index]
    assert [answer["status"] for answer in answers[2:4]] == ["declined", "declined"]
    for answer in answers:
        assert set(answer) == {"id", "status", "refs", "confidence", "says"}
        assert 0 <= answer["confidence"] <= 1  # type: ignore[operator]
        assert len(answer["refs"]) <= 5  # type: ignore[arg-type]
        assert answer["says"]


def test_a_batch_may_come_through_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(ROWS[0])))

    assert len(batch(capsys, "-")) == 1


@pytest.mark.parametrize("line", ["{", "[]", "7", '{"id": "1", "protocol": "copeland"}', '{"question": 7}'])
def test_a_bad_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(line)

    assert run(["ask", "--batch", str(file), "--protocol", "copeland"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_one_question_is_answered_in_words_or_declined_with_exit_code_three(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "who do I tell that I married a councillor", "--protocol", "copeland", "--role", "officer"]) == 0
    said = capsys.readouterr().out
    assert "Paragraph 5.3" in said
    assert "Service Head" in said

    assert run(["ask", "when are the bins collected", "--protocol", "copeland"]) == 3
    assert "does not cover that" in capsys.readouterr().out
    assert run(["ask", "when are the bins collected", "--protocol", "copeland", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["status"] == "declined"


def test_the_packs_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["protocols", "list", "--json"]) == 0
    assert {row["id"] for row in json.loads(capsys.readouterr().out)} >= {"copeland", "tower-hamlets"}
    assert run(["protocols", "show", "councillor-officer"]) == 0
    assert "[6(b)]" in capsys.readouterr().out
    assert run(["protocols", "validate", "copeland"]) == 0
    assert "no mistakes" in capsys.readouterr().out
