"""``remind --once`` and the exports at the command line."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import run
from bot.rules.casework import Case, Step
from bot.rules.protocol import Position
from storage import new_key, open_store
from tests.handlers.test_enquiries import Enquiries
from tests.support import FakeClock, person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADA = person("Ada Sample", Position.MEMBER, id="ada.sample")
GWEN = person("=Gwen Specimen", Position.SERVICE_HEAD, id="gwen.specimen", department="Housing")


@pytest.fixture
def raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Case]:
    """Raises an enquiry in the database that the commands read, on Monday 2 March 2026."""
    url, key = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", new_key()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ENCRYPTION_KEYS", key)

    def act(*, reply: bool = False) -> Case:
        async def work() -> Case:
            async with open_store(url, [key]) as store:
                await store.migrate()
                bot = await Enquiries(store, FakeClock(), "tower-hamlets").directory(ADA, GWEN)
                case = await bot.raise_one()
                if reply:
                    await bot.step("gwen.specimen", case, Step.REPLIED.value, text="canary-reply")
                return case

        return asyncio.run(work())

    return act


def remind(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, int]:
    capsys.readouterr()
    assert run(["remind", "--once", "--json", *arguments]) == 0
    found: dict[str, int] = json.loads(capsys.readouterr().out)
    return found


def test_one_pass_queues_what_is_due_once(raised: Callable[..., Case], capsys: pytest.CaptureFixture[str]) -> None:
    raised()

    assert remind(capsys, "--now", "2026-03-11T10:00") == {"examined": 1, "due": 0, "queued": 0}
    assert remind(capsys, "--now", "2026-03-12T08:00") == {"examined": 1, "due": 1, "queued": 0}
    assert remind(capsys, "--now", "2026-03-12", "--dry-run") == {"examined": 1, "due": 1, "queued": 1}
    assert remind(capsys, "--now", "2026-03-12T09:30") == {"examined": 1, "due": 1, "queued": 1}
    assert remind(capsys, "--now", "2026-03-12T09:30") == {"examined": 1, "due": 0, "queued": 0}
    assert remind(capsys, "--now", "2026-03-17T10:00:00+00:00") == {"examined": 1, "due": 1, "queued": 2}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["remind"], "Say --once"), (["remind", "--once", "--now", "soon"], "is no time")],
)
def test_what_cannot_be_done_is_a_plain_sentence(
    raised: Callable[..., Case], capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert run(arguments) == 2
    assert says in capsys.readouterr().err


def test_the_export_has_dates_and_nothing_of_what_people_wrote(
    raised: Callable[..., Case], capsys: pytest.CaptureFixture[str]
) -> None:
    case = raised(reply=True)
    assert run(["enquiries", "export"]) == 0
    out = capsys.readouterr().out
    [row] = csv.DictReader(io.StringIO(out))

    assert "canary" not in out
    assert "Specimen" not in out
    assert (row["reference"], row["service"], row["due_by_rule"], row["in_time"], row["working_days_to_reply"]) == (
        case.reference,
        "Housing",
        "2026-03-16",
        "yes",
        "0",
    )


def test_names_are_given_on_request_and_no_spreadsheet_runs_them(
    raised: Callable[..., Case], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    raised()
    file = tmp_path / "enquiries.csv"
    assert run(["enquiries", "export", "--names", "--out", str(file)]) == 0
    [row] = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))

    assert (row["member"], row["officer"]) == ("Ada Sample", "'=Gwen Specimen")


def test_figures_by_service(raised: Callable[..., Case], capsys: pytest.CaptureFixture[str]) -> None:
    raised(reply=True)
    raised()
    assert run(["enquiries", "figures", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)

    assert row["service"] == "Housing"
    assert (row["raised"], row["answered"], row["in_time"], row["late"], row["open"]) == (2, 1, 1, 0, 1)
    assert row["median_working_days"] == 0
