"""``check``: drafts against the protocol, one or many."""

from __future__ import annotations

import sys
from typing import Annotated, Any

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
from bot.errors import InputError
from bot.protocols import CouncilProtocol
from bot.rules.draft_check import Audience, check_draft
from bot.rules.protocol import Role


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("check")(check)


def check(
    text: Annotated[str, typer.Argument(help="The message that you are about to send.")] = "",
    protocol: ProtocolId = "",
    role: Annotated[str, typer.Option(help="Who writes it: member or officer.")] = "member",
    audience: Annotated[
        str, typer.Option(help="Who reads it: officer, member, press, public channel or group.")
    ] = "officer",
    batch: Annotated[str, typer.Option(help="A file with one JSON draft a line; - is standard input.")] = "",
    packs: Packs = None,
    as_json: Json = False,
) -> None:
    """Check a message against the protocol before you send it. Exit code 3 where it runs into something."""
    settings, at_hand = settings_and_protocols(packs=packs)
    if batch:
        for row in read_rows(batch):
            source = chosen(settings, at_hand, str(row.get("protocol") or protocol))
            side, reader = _role(str(row.get("role") or role)), str(row.get("audience") or audience)
            print_json({"id": row.get("id"), "flags": _flags(source, text_of(row, "text"), side, reader)})
        return
    if not text.strip():
        raise InputError('Give a message: protocol-bot check "Please leave that option out of your report."')
    if audience not in set(Audience):
        raise InputError(f"“{audience}” is no audience. Use one of: {', '.join(Audience)}.")
    flags = _flags(chosen(settings, at_hand, protocol), text, _role(role), audience)
    if as_json:
        print_json({"flags": flags})
    elif flags:
        for flag in flags:
            sys.stdout.write(f"{flag['label']}: {flag['why']}\n  {flag['mend']}\n  {flag['says']}\n")
    else:
        sys.stdout.write("Nothing in this message runs into the protocol.\n")
    if flags:
        raise typer.Exit(NOTHING)


def _flags(source: CouncilProtocol, text: str, role: Role, audience: str) -> list[dict[str, Any]]:
    return [
        {
            "ref": flag.ref,
            "says": source.pack.clause(flag.ref).says,
            "label": source.pack.cited(flag.ref),
            "why": flag.why,
            "mend": flag.mend,
        }
        for flag in check_draft(source.engine, text, role, audience)
    ]


def _role(word: str) -> Role:
    if word in {"", "either", "both"}:
        return Role.MEMBER
    try:
        return Role(word.strip().lower())
    except ValueError:
        raise InputError(f"“{word}” is no role. Use member or officer.") from None
