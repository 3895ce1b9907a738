"""Find and open pack folders: the built-in ones, and those of the deployment."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.rules.pack_parsing import Fault, PackError, Source, parse_knowledge, parse_pack

if TYPE_CHECKING:
    from bot.rules.protocol import Knowledge, Pack

BUILT_IN = Path(__file__).parent / "rules" / "packs"


def _source(path: Path) -> Source:
    try:
        return Source(str(path), path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError([Fault(str(path), 1, "There is no such file.")]) from None
    except (OSError, UnicodeDecodeError):
        raise PackError([Fault(str(path), 1, "This file cannot be read as UTF-8 text.")]) from None


@cache
def shared_knowledge() -> Knowledge:
    """Topics and not-covered subjects, read once.

    Raises:
        PackError: a shared file has mistakes.
    """
    return parse_knowledge(_source(BUILT_IN / "topics.yaml"), _source(BUILT_IN / "not_covered.yaml"))


def read_pack(path: Path, *, check: bool = True) -> Pack:
    """The pack in a folder, or in one file; ``questions.yaml`` beside it is read too.

    Raises:
        PackError: with every mistake in it.
    """
    file = path / "pack.yaml" if path.is_dir() else path
    questions = file.with_name("questions.yaml")
    return parse_pack(
        _source(file),
        _source(questions) if questions.exists() else None,
        shared_knowledge(),
        check=check,
    )


class PackLibrary:
    """The packs of a deployment: built in, and in further folders; each read once, on first use.

    A pack in a later folder replaces one of the same id in an earlier folder.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = (BUILT_IN, *folders)
        self._read: dict[str, Pack] = {}

    def ids(self) -> tuple[str, ...]:
        """The ids of all packs, in alphabetical order."""
        return tuple(sorted(self._paths()))

    def _paths(self) -> dict[str, Path]:
        return {
            path.parent.name: path.parent
            for folder in self._folders
            if folder.is_dir()
            for path in sorted(folder.glob("*/pack.yaml"))
        }

    def get(self, pack_id: str) -> Pack:
        """The pack with this id.

        Raises:
            KeyError: there is none.
            PackError: it has mistakes.
        """
        if pack_id not in self._read:
            path = self._paths()[pack_id]
            self._read[pack_id] = read_pack(path, check=not path.is_relative_to(BUILT_IN))
        return self._read[pack_id]
