"""``import``: a council's own document into a pack, or its wording into a pack that is built in."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from adapters.documents import read_document
from bot.bootstrap import SystemClock
from bot.commands.shared import Config, Json, print_json, settings_and_protocols
from bot.deployment_packs import save_pack
from bot.errors import InputError
from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.importing import Imported, compare_versions, import_document
from bot.rules.importing.attaching import Attached, attach_official
from bot.rules.protocol import Pack
from bot.rules.working_days import london_date
from bot.settings import Settings

DEFAULT_FOLDER = Path("packs")


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(help="The document: .docx, .pdf, .html, .md or .txt.")],
    pack_id: Annotated[str, typer.Option("--id", help="The id of the new pack, such as our-council.")] = "",
    name: Annotated[str, typer.Option(help="The council's name, where the document's own is not to be used.")] = "",
    into: Annotated[str, typer.Option(help="A built-in pack that gets the document's own wording.")] = "",
    version: Annotated[str, typer.Option(help="What this version is called, such as “May 2026”.")] = "",
    in_force: Annotated[str, typer.Option("--in-force", help="The day from which it applies: 2026-05-20.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder of your packs (default: PACKS, else ./packs).")
    ] = None,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Read a council's own protocol into a pack that answers at once."""
    settings, _ = settings_and_protocols(config)
    if bool(pack_id) == bool(into):
        raise InputError("Say --id for a new pack, or --into for a built-in one.")
    begins = _day(in_force)
    library = PackLibrary()
    if into and into not in library.ids():
        raise InputError(f"There is no built-in pack “{into}”. There are: {', '.join(library.ids())}.")
    others = [library.get(one) for one in library.ids()]
    imported = import_document(
        read_document(file),
        pack_id=pack_id or into,
        knowledge=shared_knowledge(),
        name=name or None,
        version=version or None,
        others=others,
    )
    attached = attach_official(library.get(into), imported, version or None) if into else None
    pack = attached.pack if attached else imported.pack
    folder = _folder(out, settings)
    changes = [] if as_json and out is None else _changes(folder, pack)
    saved = None if as_json and out is None else save_pack(folder, pack, begins)
    if as_json:
        print_json(imported.to_json())
        return
    if not into and pack_id in library.ids():
        sys.stderr.write(f"With this folder, your “{pack_id}” takes the place of the built-in one.\n")
    sys.stdout.write("\n".join(_report(imported, attached, changes)) + "\n")
    sys.stdout.write(f'Saved: {saved}\nAsk it: protocol-bot ask "..." --protocol {pack.id} --packs {folder}\n')


def _folder(out: Path | None, settings: Settings) -> Path:
    return out or (Path(settings.packs) if settings.packs else DEFAULT_FOLDER)


def _day(text: str) -> date:
    if not text:
        return london_date(SystemClock().now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"“{text}” is no date. Write it like 2026-05-20.") from None


def _changes(folder: Path, pack: Pack) -> list[str]:
    """What the document changes against the version that is kept, paragraph by paragraph."""
    kept = folder / pack.id / "pack.yaml"
    if not kept.exists():
        return []
    from bot.pack_files import read_pack  # noqa: PLC0415 - only where there is an earlier version

    lines = []
    for difference in compare_versions(read_pack(kept, check=False), pack).differences:
        moved = f" (was {difference.old_ref})" if difference.old_ref not in {None, difference.ref} else ""
        lines.append(f"  {difference.ref}{moved}: {difference.change.value}")
    return ["Since the version before:", *(lines or ["  nothing changed"])]


def _report(imported: Imported, attached: Attached | None, changes: list[str]) -> list[str]:
    pack = attached.pack if attached else imported.pack
    lines = [f"{pack.council}: {pack.title}", f"{len(imported.paragraphs)} paragraphs. Please check what was found:"]
    lines += [f"  {one.statutory}: {one.title} ({one.ref})" for one in imported.statutory_officers]
    lines += [
        f"  {one.what}: {one.amount} {one.unit.value.replace('_', ' ')} ({one.ref})" for one in imported.deadlines
    ]
    lines += [
        f"  a relationship: {one.who.value.replace('_', ' ')} tells {one.to} ({one.ref})"
        for one in imported.declaration_routes
    ]
    if attached:
        lines += [f"  {ref}: the document does not have this paragraph" for ref in attached.without_words]
        lines += [f"  {ref}: only in the document, so no part of the answers" for ref in attached.unknown]
    lines += changes
    lines += [f"Check: {warning}" for warning in imported.warnings]
    return lines
