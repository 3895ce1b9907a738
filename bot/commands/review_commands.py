"""``review``: the start of the yearly review of the protocol, from how it was really used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import bootstrap
from bot.commands.shared import Config, Packs, ProtocolId, chosen, run, settings_and_protocols
from bot.errors import InputError
from bot.pack_files import PackLibrary
from bot.rules.review import as_markdown, clusters, rules_elsewhere


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("review")(review)


def review(
    protocol: ProtocolId = "",
    out: Annotated[Path | None, typer.Option("--out", help="A file to write to; otherwise it is printed.")] = None,
    packs: Packs = None,
    config: Config = None,
) -> None:
    """Write what the yearly review needs: questions without an answer, what was useful, what others rule on."""
    settings, at_hand = settings_and_protocols(config, packs)
    source = chosen(settings, at_hand, protocol)
    library = PackLibrary()
    others = [library.get(name) for name in library.ids()]

    async def work() -> str:
        async with bootstrap.opened_store(settings) as store, store.begin() as uow:
            gaps, feedback = await uow.answers.gaps(), await uow.answers.feedback()
        missing = rules_elsewhere(source.pack, others, source.knowledge.topics)
        return as_markdown(source.pack, clusters(gaps), feedback, missing)

    text = run(work())
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError:
        raise InputError(f"The file {out} cannot be written. Choose another.") from None
