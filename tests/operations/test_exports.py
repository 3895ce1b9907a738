"""What is exported opens in a spreadsheet without running anything."""

from __future__ import annotations

import csv
import io

import pytest

from bot.exports import to_csv


@pytest.mark.parametrize("typed", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=cmd|'/C calc'!A0"])
def test_a_formula_stays_text(typed: str) -> None:
    [row] = csv.DictReader(io.StringIO(to_csv([{"details": typed}]), newline=""))

    assert row["details"].startswith("'")
    assert row["details"].removeprefix("'") == typed


@pytest.mark.parametrize("typed", ["a = b", "Smith, Pat", 'says "no"', "line\nbreak", ""])
def test_plain_text_stays_as_it_is(typed: str) -> None:
    [row] = csv.DictReader(io.StringIO(to_csv([{"details": typed, "more": "x"}]), newline=""))

    assert row["details"] == typed
