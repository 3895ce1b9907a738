"""Keep a council's own packs: the newest version in force, the earlier ones beside it, each with its date."""

from __future__ import annotations

import os
import secrets
from datetime import date
from typing import TYPE_CHECKING

from bot.errors import InputError
from bot.pack_files import read_pack
from bot.rules.importing import pack_to_yaml
from bot.rules.pack_parsing import PackError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.rules.protocol import Pack

EARLIER = "earlier"


def save_pack(folder: Path, pack: Pack, in_force: date) -> Path:
    """Keep the pack as the version in force from this day; the one before it stays, under ``earlier/``.

    The file is written whole or not at all, so that a crash leaves the version before.

    Raises:
        InputError: the folder cannot be written.
    """
    home = folder / pack.id
    target = home / "pack.yaml"
    try:
        (home / EARLIER).mkdir(parents=True, exist_ok=True)
        if target.exists():
            before = read_pack(target, check=False)
            day = before.in_force or date.min
            if day != in_force:
                _write(home / EARLIER / f"{day.isoformat()}.yaml", target.read_text(encoding="utf-8"))
        _write(target, pack_to_yaml(pack.model_copy(update={"in_force": in_force})))
    except OSError:
        raise InputError(f"The folder {folder} cannot be written. Choose another with --out.") from None
    return target


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)  # noqa: PTH105 - replaces on every system


def version_as_at(folder: Path, pack_id: str, day: date) -> Pack | None:
    """The version that was in force on the day: the newest that had begun by then; none where none had.

    Raises:
        InputError: a kept version cannot be read.
    """
    home = folder / pack_id
    paths = [home / "pack.yaml", *sorted((home / EARLIER).glob("*.yaml"))]
    try:
        versions = [read_pack(path, check=False) for path in paths if path.exists()]
    except PackError as error:
        raise InputError(f"An earlier version of “{pack_id}” cannot be read:\n{error}") from None
    begun = [pack for pack in versions if (pack.in_force or date.min) <= day]
    return max(begun, key=lambda pack: pack.in_force or date.min) if begun else None
