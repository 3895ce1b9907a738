"""docs/guarantees.md promises nothing without a test: each that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def functions(path: Path) -> set[str]:
    """The tests that a file defines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_")}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    assert (ROOT / file).is_file()
    assert name in functions(ROOT / file)


def test_every_guarantee_names_its_tests_and_its_command() -> None:
    sections = re.split(r"^## (?=\d)", PAGE.partition("## The last run")[0], flags=re.MULTILINE)[1:]
    assert len(sections) >= 7
    for section in sections:
        assert re.search(r"`tests/[\w/]+\.py::\w+`", section), section[:60]
        assert "**Command.**" in section, section[:60]


def test_every_file_that_a_command_runs_exists() -> None:
    for command in re.findall(r"`(?:[A-Z_]+=\d+ )?\.venv/bin/python ([^`]+)`", PAGE):
        for word in command.split():
            if word.startswith(("tests", "benchmarks")):
                assert (ROOT / word).exists(), word


def test_the_marked_places_are_there() -> None:
    """Where the tables of the last runs are put."""
    for mark in ("make faults", "slow parts"):
        assert PAGE.count(f"<!-- {mark} -->") == PAGE.count(f"<!-- /{mark} -->") == 1
