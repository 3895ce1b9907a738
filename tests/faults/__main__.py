"""``make faults``: every point of every journey, killed and failed, on SQLite and PostgreSQL.

Half of the runs begin on the night on which the clocks go back, half on the one on which they go forward.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bot import logs
from storage import new_key
from tests.faults.journeys import JOURNEYS
from tests.faults.presses import eight_workers_press
from tests.faults.trial import NIGHTS, template, try_once
from tests.faults.world import FAIL, KILL, Fault

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")


def main() -> int:
    """Run the trials and print the table; 1 where something was lost, repeated or left without a word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", default=POSTGRES, help="a PostgreSQL database that may be emptied")
    parser.add_argument("--every", type=int, default=1, help="take every so many points")
    options = parser.parse_args()
    logs.set_up("CRITICAL")
    bad = 0
    print("| database | journey | fault | points tried | survived | lost | repeated | without a word |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        key = new_key()
        prepared = template(folder, key)
        targets = [("SQLite", f"sqlite+aiosqlite:///{folder / 'trial.db'}", prepared)]
        if options.postgres:
            targets.append(("PostgreSQL", options.postgres, None))
        started = time.monotonic()
        total = 0
        for database, url, copy in targets:
            for name, journey in JOURNEYS.items():
                _, labels = try_once(url, key, folder / "trial", journey, Fault(), NIGHTS[0], copy)
                for mode in (KILL, FAIL):
                    outcomes = [
                        try_once(url, key, folder / "trial", journey, Fault(mode, at), NIGHTS[at % 2], copy)[0]
                        for at in range(1, len(labels) + 1, options.every)
                    ]
                    good = sum((one.lost, one.repeated, one.silent) == (0, 0, 0) for one in outcomes)
                    bad += len(outcomes) - good
                    total += len(outcomes)
                    sums = [sum(getattr(one, field) for one in outcomes) for field in ("lost", "repeated", "silent")]
                    word = "killed (kill -9)" if mode == KILL else "database or network fails"
                    print(
                        f"| {database} | {name} | {word} | {len(outcomes)} | {good} | {' | '.join(map(str, sums))} |",
                        flush=True,
                    )
            pressed = eight_workers_press(url, key, folder / "presses", copy)
            bad += pressed.records != 1 or pressed.lost > 0
            print(
                f"| {database} | the same form pressed | 8 processes x 40 at once | {pressed.presses} "
                f"| {pressed.answered} | {pressed.lost} | {pressed.records - 1} "
                f"| {pressed.presses - pressed.answered} |",
                flush=True,
            )
        print(f"\n{total} runs in {time.monotonic() - started:.0f} seconds.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
