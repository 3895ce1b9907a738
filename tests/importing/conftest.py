"""Fixtures of the importer's tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.pack_files import PackLibrary, shared_knowledge

if TYPE_CHECKING:
    from bot.rules.protocol import Knowledge, Pack

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return shared_knowledge()


@pytest.fixture(scope="session")
def built_in() -> list[Pack]:
    library = PackLibrary()
    return [library.get(pack_id) for pack_id in library.ids()]
