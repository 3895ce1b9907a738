"""A process killed, or a database failing, at any point loses nothing and repeats nothing.

The short form of ``make faults``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage import new_key
from tests.faults.journeys import JOURNEYS
from tests.faults.presses import eight_workers_press
from tests.faults.trial import NIGHTS, template, try_once
from tests.faults.world import FAIL, KILL, Fault

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
EVERY = 41
"""Every so many points here; every single one in ``make faults``."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("mode", [KILL, FAIL])
@pytest.mark.parametrize("name", list(JOURNEYS))
def test_whatever_happens_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path, name: str, mode: str) -> None:
    key = new_key()
    prepared = template(tmp_path, key)
    url = f"sqlite+aiosqlite:///{tmp_path / 'trial.db'}"

    def trial(at: int) -> tuple[object, list[str]]:
        return try_once(url, key, tmp_path / "trial", JOURNEYS[name], Fault(mode, at), NIGHTS[at % 2], prepared)

    whole, labels = trial(0)
    assert (whole.died, whole.lost, whole.repeated, whole.silent) == (False, 0, 0, 0)
    for at in range(1, len(labels) + 1, EVERY):
        outcome, _ = trial(at)
        assert (outcome.lost, outcome.repeated, outcome.silent) == (0, 0, 0), f"{mode} at {at}: {labels[at - 1]}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_same_form_pressed_in_eight_processes_at_once_makes_one_record(tmp_path: Path) -> None:
    key = new_key()
    prepared = template(tmp_path, key)
    pressed = eight_workers_press(f"sqlite+aiosqlite:///{tmp_path / 'presses.db'}", key, tmp_path / "presses", prepared)

    assert (pressed.records, pressed.lost, pressed.answered) == (1, 0, pressed.presses)
