"""Commands on protocols: ``ask``, ``protocols``. They need no database and no account."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.shared import (
    NOTHING,
    Json,
    Packs,
    ProtocolId,
    chosen,
    print_json,
    read_rows,
    settings_and_protocols,
    text_of,
)
from bot.deployment_packs import version_as_at
from bot.errors import InputError
from bot.handlers.ask import to_reply
from bot.pack_files import BUILT_IN, read_pack
from bot.plain import as_text
from bot.protocols import CouncilProtocol
from bot.rules.pack_parsing import PackError
from bot.rules.protocol import Pack, Role

if TYPE_CHECKING:
    from bot.rules.search import Ranking
    from bot.settings import Settings

MOST_REFS = 5


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("ask")(ask)
    family = typer.Typer(help="The protocols at hand.", no_args_is_help=True)
    family.command("list")(list_protocols)
    family.command("show")(show)
    family.command("validate")(validate)
    app.add_typer(family, name="protocols")


def ask(
    question: Annotated[str, typer.Argument(help="Your question, in your own words.")] = "",
    protocol: ProtocolId = "",
    role: Annotated[str, typer.Option(help="member or officer.")] = "",
    batch: Annotated[str, typer.Option(help="A file with one JSON question a line; - is standard input.")] = "",
    as_at: Annotated[str, typer.Option("--as-at", help="Answer from the version in force on a day: 2025-03-01.")] = "",
    packs: Packs = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the protocol, with the paragraph."""
    settings, at_hand = settings_and_protocols(packs=packs)
    if batch:
        for row in read_rows(batch):
            source = chosen(settings, at_hand, str(row.get("protocol") or protocol))
            ranking = source.engine.search(text_of(row, "question"), _role(str(row.get("role") or role)))
            print_json(_result(ranking, source, {"id": row.get("id")}))
        return
    if not question.strip():
        raise InputError('Ask something: protocol-bot ask "May an officer come to a group meeting?"')
    source = chosen(settings, at_hand, protocol) if not as_at else _earlier(settings, protocol, as_at, packs)
    side = _role(role)
    ranking = source.engine.search(question, side)
    if as_json:
        print_json(_result(ranking, source, {}))
    else:
        sys.stdout.write(as_text(to_reply(ranking, source.pack, side)) + "\n")
    if not is_answered(ranking):
        raise typer.Exit(NOTHING)


def _earlier(settings: Settings, protocol: str, as_at: str, packs: Path | None) -> CouncilProtocol:
    """The protocol as it stood on a day, from the versions that the deployment keeps."""
    try:
        day = date.fromisoformat(as_at)
    except ValueError:
        raise InputError(f"“{as_at}” is no date. Write it like 2025-03-01.") from None
    folder = packs or (Path(settings.packs) if settings.packs else None)
    name = protocol or settings.protocol
    if folder is None:
        raise InputError("Versions are kept with your own packs. Say where they are: --packs, or PACKS.")
    pack = version_as_at(folder, name, day)
    if pack is None:
        raise InputError(f"No version of “{name}” that is kept in {folder} was in force on {as_at}.")
    return CouncilProtocol(pack)


def is_answered(ranking: Ranking) -> bool:
    """Whether the ranking is an answer rather than a polite no."""
    return ranking.verdict != "not covered" and bool(ranking.hits)


def _result(ranking: Ranking, source: CouncilProtocol, start: dict[str, Any]) -> dict[str, Any]:
    answered = is_answered(ranking)
    refs = [hit.ref for hit in ranking.hits[:MOST_REFS]]
    best = source.pack.clause(refs[0]).says if refs else ""
    return {
        **start,
        "status": "answered" if answered else "declined",
        "refs": refs,
        "confidence": round(ranking.confidence, 4),
        "says": best if answered else to_reply(ranking, source.pack, None).summary,
    }


def _role(word: str) -> Role | None:
    if word in {"", "either", "both"}:
        return None
    try:
        return Role(word.lower())
    except ValueError:
        raise InputError(f"“{word}” is no role. Use member or officer.") from None


def list_protocols(packs: Packs = None, as_json: Json = False) -> None:
    """List the protocols at hand."""
    _, at_hand = settings_and_protocols(packs=packs)
    found = [at_hand.get(name).pack for name in at_hand.ids()]
    if as_json:
        print_json(
            [
                {
                    "id": pack.id,
                    "council": pack.council,
                    "title": pack.title,
                    "version": pack.version,
                    "clauses": len(pack.clauses),
                }
                for pack in found
            ]
        )
        return
    for pack in found:
        sys.stdout.write(f"{pack.id:24} {pack.council}: {pack.title} ({len(pack.clauses)} paragraphs)\n")


def show(name: Annotated[str, typer.Argument(metavar="ID")], packs: Packs = None, as_json: Json = False) -> None:
    """Show a protocol: every paragraph, and what the bot knows about it."""
    _, at_hand = settings_and_protocols(packs=packs)
    pack = at_hand.get(name).pack
    if as_json:
        print_json(pack.model_dump(mode="json"))
        return
    lines = [f"{pack.council}: {pack.title} ({pack.version})"]
    section = ""
    for clause in pack.clauses:
        if clause.section != section:
            section = clause.section
            lines += ["", section]
        binds = ", ".join(word.value for word in clause.binds)
        lines.append(f"  [{clause.ref}] ({binds}; {clause.force.value}) {clause.says}")
        if clause.stale:
            lines.append(f"        Note: {clause.stale}")
    sys.stdout.write("\n".join(lines) + "\n")


def validate(file: Annotated[Path, typer.Argument(help="A pack.yaml, or the folder that holds it.")]) -> None:
    """Check a pack, and report every mistake in it with its file and line."""
    try:
        pack = _validated(file)
    except PackError as error:
        raise InputError(str(error)) from None
    sys.stdout.write(f"{pack.id}: {len(pack.clauses)} paragraphs, no mistakes.\n")


def _validated(file: Path) -> Pack:
    if not file.exists():
        if (BUILT_IN / file.name / "pack.yaml").is_file():
            return read_pack(BUILT_IN / file.name)
        raise InputError(f"There is no file {file}. Correct the path.")
    return read_pack(file)
