"""The documents say what the code does: made parts are up to date, and what they name exists."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.settings import Settings
from storage.rotation import SEALED
from storage.tables import metadata

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = sys.path[:]
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


MAKE: Any = tool()
DOCUMENTS = MAKE.documents()


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [each for each in DOCUMENTS if "<!-- made: " in each.read_text("utf-8")], ids=name)
def test_what_is_made_from_the_code_is_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert MAKE.made(text) == text, "run: make docs"


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ("settings.md", "settings"),
        ("commands.md", "commands"),
        ("data-protection.md", "stored"),
        ("data-protection.md", "sealed"),
        ("data-protection.md", "retention"),
        ("dpia-template.md", "stored"),
        ("architecture.md", "picture"),
        ("architecture.md", "contracts"),
    ],
)
def test_each_document_has_its_made_part(document: str, part: str) -> None:
    assert f"<!-- made: {part} -->" in (ROOT / "docs" / document).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_command_that_a_document_names_exists(path: Path) -> None:
    commands = {full for full, _ in MAKE.commands()}
    families = {full.split()[0] for full in commands}
    named = r"(?:^\s+|`|bin/)protocol-bot ([a-z][a-z-]*(?: [a-z-]+)?)(?=[\s`])"
    for line in re.findall(named, path.read_text(encoding="utf-8"), re.MULTILINE):
        first, _, second = line.partition(" ")
        if first in commands:
            continue
        assert first in families, line
        if second:
            assert line in commands, line


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_setting_that_a_document_names_exists(path: Path) -> None:
    known = {each.upper() for each in Settings.model_fields}
    prefixes = ("SLACK_", "TEAMS_", "RETENTION_DAYS_", "ENCRYPTION_", "METRICS_", "HEARTBEAT_", "DATABASE_")
    for word in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", path.read_text(encoding="utf-8")):
        if word.startswith(prefixes):
            assert word.removesuffix("_FILE") in known, word


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_test_that_a_document_names_exists(path: Path) -> None:
    for named in re.findall(r"`(tests/[\w/.]+)`", path.read_text(encoding="utf-8")):
        assert (ROOT / named).exists(), named


# --- what is stored -------------------------------------------------------------------------


def test_every_table_says_why_it_is_kept_and_no_other_does() -> None:
    assert set(MAKE.PURPOSES) == set(metadata.tables)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_a_column_that_names_a_person_says_so(table: Any) -> None:
    for column in table.columns:
        about_people = column.name in {"by", "who", "actor", "name", "email", "readers"} or column.name.endswith(
            ("_email", "person_id", "user_id", "declarer_id", "member_id", "owner_id", "asker_id")
        )
        if about_people and table.name != "marks":
            assert column.info.get("personal"), f"{table.name}.{column.name}"


def test_a_column_that_is_sealed_says_so() -> None:
    for table, column, _ in SEALED:
        assert "sealed" in table.c[column].info["personal"], f"{table.name}.{column}"


def test_a_column_that_says_sealed_is_sealed() -> None:
    sealed = {(table.name, column) for table, column, _ in SEALED}
    said = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if "sealed" in column.info.get("personal", "")
    }

    assert said == sealed


# --- plain words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document", ["for-members.md", "for-officers.md", "for-monitoring-officers.md", "for-democratic-services.md"]
)
def test_pages_for_people_are_short_and_in_short_sentences(document: str) -> None:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    prose = re.sub(r"^\|.*$|^#.*$", "", text, flags=re.MULTILINE)
    sentences = [each.split() for each in re.split(r"[.!?:;]\s|\n\n|\n- ", prose)]

    assert len(text.split()) < 700
    assert max(len(words) for words in sentences) <= 34
    assert sum(len(words) for words in sentences) / len([words for words in sentences if words]) < 16
