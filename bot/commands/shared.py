"""What every command needs: settings, protocols, JSON in and out."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.errors import InputError
from bot.protocols import protocols_of
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    from bot.protocols import CouncilProtocol, Protocols
    from storage import SqlStore

Result = TypeVar("Result")

OPERATOR = "operator"
"""Who did it, in the audit log, where a command did."""

NOTHING = 3
"""The exit code for a declined question, and where the protocol names nobody."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
ProtocolId = Annotated[str, typer.Option("--protocol", help="The protocol's id, or the path of a pack.")]
Packs = Annotated[Path | None, typer.Option("--packs", help="A folder with packs of your own.")]
Format = Annotated[str, typer.Option("--format", help="csv or json.")]
Out = Annotated[Path | None, typer.Option("--out", help="A file to write to; otherwise it is printed.")]
Config = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.")]


def settings_and_protocols(config: Path | None = None, packs: Path | None = None) -> tuple[Settings, Protocols]:
    """The settings, and the protocols at hand.

    Raises:
        InputError: the folder of packs does not exist.
    """
    settings = read_settings(config)
    if packs is not None and not packs.is_dir():
        raise InputError(f"There is no folder {packs}. Correct --packs.")
    return settings, protocols_of(settings, *([packs] if packs else []))


def chosen(settings: Settings, at_hand: Protocols, name: str) -> CouncilProtocol:
    """The protocol that was named, else the one of the settings."""
    return at_hand.get(name or settings.protocol)


def print_json(value: Any) -> None:
    """One JSON value to standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def read_rows(path: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file with one a line; ``-`` is standard input.

    Raises:
        InputError: the file cannot be read, or a line is not a JSON object; names the line.
    """
    try:
        lines = sys.stdin if path == "-" else Path(path).open(encoding="utf-8-sig")  # noqa: SIM115 - closed below
    except OSError:
        raise InputError(f"The file {path} cannot be read. Correct the path.") from None
    try:
        with lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _row(line, number, path)
    except UnicodeDecodeError:
        raise InputError(f"The file {path} is not UTF-8 text.") from None


def _row(line: str, number: int, path: str) -> dict[str, Any]:
    try:
        row = json.loads(line.removeprefix("\ufeff"))
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise InputError(f"Line {number} of {path} is not a JSON object.")
    return row


def text_of(row: dict[str, Any], name: str) -> str:
    """A text of a row.

    Raises:
        InputError: it is missing, or no text.
    """
    value = row.get(name)
    if not isinstance(value, str):
        raise InputError(f"The line with the id {json.dumps(row.get('id'))} has no text “{name}”.")
    return value


def check_format(kind: str) -> None:
    """Make sure that an export is asked for in a format that there is.

    Raises:
        InputError: there is no such format.
    """
    if kind not in {"csv", "json"}:
        raise InputError(f"“{kind}” is no format. Use csv or json.")


def write_out(text: str, out: Path | None) -> None:
    """Write to the file, or to standard output where none is named.

    Raises:
        InputError: the file cannot be written.
    """
    if out is None:
        sys.stdout.write(text)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError:
        raise InputError(f"The file {out} cannot be written. Choose another.") from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run something asynchronous to its end."""
    return asyncio.run(work)


def with_store(settings: Settings, work: Callable[[SqlStore], Awaitable[Result]]) -> Result:
    """Do something with the store and return what came of it."""
    from bot.bootstrap import opened_store  # noqa: PLC0415 - a question on the command line needs no database

    async def opened() -> Result:
        async with opened_store(settings) as store:
            return await work(store)

    return run(opened())
