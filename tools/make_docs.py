"""Fill the made parts of the documents from the code: settings, commands, what is stored, the picture of the modules.

A made part stands between ``<!-- made: NAME -->`` and ``<!-- end -->``, in any document. ``make docs``
writes them; a test holds that they are as the code is.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grimp
import typer
from pydantic import SecretStr

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.__main__ import make_app  # noqa: E402 - the path comes first
from bot.commands.retention_commands import RETENTION  # noqa: E402
from bot.settings import SECRETS, Settings  # noqa: E402
from storage.rotation import SEALED  # noqa: E402
from storage.tables import metadata  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PART = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

# --- settings -------------------------------------------------------------------------------


def settings_table() -> str:
    """Every setting."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        secret = " (or in a file: `" + name.upper() + "_FILE`)" if name.upper() in SECRETS else ""
        rows.append(f"| `{name.upper()}` | {_default(default)} | {field.description}{secret} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    if value is None or value in {"", ()} or isinstance(value, SecretStr):
        return ""
    if isinstance(value, tuple):
        return "`" + ", ".join(str(each) for each in value) + "`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = value.strftime("%H:%M") if hasattr(value, "strftime") else str(value)
    return f"`{text}`"


# --- commands -------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its whole name, in the order of the alphabet."""

    def walk(group: Any, before: str) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from walk(command, f"{before}{name} ")
            elif not command.hidden:
                yield f"{before}{name}", command

    yield from sorted(walk(typer.main.get_command(make_app()), ""))


def commands_table() -> str:
    """Every command, its arguments and options."""
    rows = ["| command | does |", "| --- | --- |"]
    for name, command in commands():
        words = [name, *(_argument(each) for each in command.params if each.param_type_name == "argument")]
        options = [_option(each) for each in command.params if each.param_type_name == "option" and each.help]
        text = " ".join((command.help or "").split())
        more = f"<br>{'; '.join(options)}" if options else ""
        rows.append(f"| `{' '.join(words)}` | {_cell(text)}{_cell(more)} |")
    return "\n".join(rows) + "\n"


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper())
    return name if parameter.required else f"[{name}]"


def _option(parameter: Any) -> str:
    return f"`{parameter.opts[0]}` {parameter.help}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# --- what is stored -------------------------------------------------------------------------

PURPOSES: Mapping[str, tuple[str, str, str]] = {
    "people": ("who is who: to answer by role, to find recipients, to remind", "operators", "until taken out"),
    "inbox": (
        "that nothing that came in is lost or done twice",
        "nobody; sealed",
        "26 hours; the text until it is worked",
    ),
    "outbox": (
        "that nothing that goes out is lost or sent twice",
        "the recipient; operators see that it was sent or why not, never the text",
        "the text until it is delivered; the note as RETENTION_DAYS_MESSAGES says",
    ),
    "places": ("where a person can be reached on Teams", "nobody; sealed", "until the person removes the bot"),
    "disclosures": (
        "the duty, under the council's protocol, to declare a relationship",
        "the declarer, whom the protocol names, the register's keeper; where it could harm: the Monitoring Officer",
        "as RETENTION_DAYS_DISCLOSURES says, once ended",
    ),
    "disclosure_readers": ("who may open a disclosure", "the declarer and those named", "with the disclosure"),
    "disclosure_events": ("what was done with a disclosure, and by whom", "as the disclosure", "with the disclosure"),
    "cases": (
        "members' enquiries and their clocks",
        "the member, the officer in charge and their managers, Democratic Services, those with whom it is shared",
        "as RETENTION_DAYS_ENQUIRIES says, once closed",
    ),
    "case_readers": ("with whom a member shares an enquiry", "as the enquiry", "with the enquiry"),
    "case_events": ("what was done with an enquiry, and by whom", "as the enquiry", "with the enquiry"),
    "reminders": ("that nobody is reminded twice of the same", "operators", "with the enquiry"),
    "absences": ("that the cover is reminded in place of somebody who is away", "operators", "until it is changed"),
    "marks": ("which work of the bot's own is done", "operators", "always; nothing personal"),
    "drafts": (
        "that nothing typed into a form is lost, and no form counts twice",
        "whoever typed it",
        "as RETENTION_DAYS_DRAFTS says; what was typed until it is sent in",
    ),
    "audit": (
        "who did what and when, without content; it cannot be changed",
        "operators",
        "always: the record of access must outlive what was accessed",
    ),
    "threads": ("that a follow-up is understood", "nobody; sealed", "26 hours"),
    "feedback": (
        "which paragraphs' answers were of use",
        "operators; there is no name in it",
        "always; nothing personal",
    ),
    "gaps": (
        "which questions the protocol leaves open",
        "whoever writes the yearly review",
        "RETENTION_DAYS_QUESTIONS",
    ),
    "handoffs": (
        "a question put to a person, and the reply",
        "the asker and those who were asked",
        "as RETENTION_DAYS_QUESTIONS says",
    ),
    "house_notes": ("how this council reads a paragraph", "everybody who asks", "until taken out"),
}
"""Why each table is kept, who sees it, how long it stays."""


def storage_table() -> str:
    """Every table with personal data: why, what, who sees it, how long."""
    rows = ["| stored | why | personal data in it | who sees it | how long |", "| --- | --- | --- | --- | --- |"]
    for table in sorted(metadata.tables.values(), key=lambda each: list(PURPOSES).index(each.name)):
        held = [f"`{column.name}`: {column.info['personal']}" for column in table.columns if "personal" in column.info]
        why, who, how_long = PURPOSES[table.name]
        rows.append(f"| `{table.name}` | {why} | {'<br>'.join(held) or 'none'} | {who} | {how_long} |")
    return "\n".join(rows) + "\n"


def sealed_list() -> str:
    """Every column that is encrypted."""
    return "".join(f"- `{table.name}.{column}`\n" for table, column, _ in SEALED)


def retention_table() -> str:
    """Each class of records and its setting."""
    rows = ["| class of records | setting | default |", "| --- | --- | --- |"]
    for kind, name in RETENTION.items():
        default = Settings.model_fields[name].default
        rows.append(f"| {kind} | `{name.upper()}` | {f'{default} days' if default else 'kept: nothing is deleted'} |")
    return "\n".join(rows) + "\n"


# --- the picture ----------------------------------------------------------------------------

AREAS: Mapping[str, tuple[str, ...]] = {
    "command line and wiring": ("bot.__main__", "bot.bootstrap", "bot.commands"),
    "adapters/slack": ("adapters.slack",),
    "adapters/teams": ("adapters.teams",),
    "adapters/demo": ("adapters.demo",),
    "adapters/documents": ("adapters.documents",),
    "adapters/web, watching, probes": ("adapters",),
    "bot.dispatch": ("bot.dispatch",),
    "bot.handlers": ("bot.handlers",),
    "bot.wording": ("bot.wording",),
    "bot.rules": ("bot.rules",),
    "bot: values and ports (messages, model, ports, errors, settings)": (
        "bot.errors",
        "bot.messages",
        "bot.model",
        "bot.ports",
        "bot.settings",
    ),
    "bot: engine (receiving, sending, scheduler, metrics ...)": ("bot",),
    "storage": ("storage",),
}
"""What the picture shows as one box; the longest name that fits a module counts."""


def _area(module: str) -> str:
    fits = [(len(name), area) for area, names in AREAS.items() for name in names if f"{module}.".startswith(f"{name}.")]
    return max(fits)[1]


def picture() -> str:
    """Which part imports which, drawn from the imports that the contracts allow."""
    graph = grimp.build_graph("bot", "adapters", "storage", exclude_type_checking_imports=True, cache_dir=None)
    arrows = {
        (_area(module), _area(other))
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
    }
    ids = {area: f"a{number}" for number, area in enumerate(AREAS)}
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'    {ids[area]}["{area}"]' for area in AREAS]
    lines += [
        f"    {ids[one]} --> {ids[other]}"
        for one, other in sorted(arrows, key=lambda pair: [ids[each] for each in pair])
        if one != other
    ]
    return "\n".join([*lines, "```", ""])


def contracts() -> str:
    """The import contracts, as they stand in pyproject.toml."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    rows = ["| contract | these modules | never import |", "| --- | --- | --- |"]
    for contract in found:
        sources = contract.get("source_modules") or contract["modules"]
        forbidden = contract.get("forbidden_modules", ["each other"])
        rows.append(f"| {contract['name']} | {_names(sources)} | {_names(forbidden)} |")
    return "\n".join(rows) + "\n"


def _names(modules: list[str]) -> str:
    return ", ".join(module if module == "each other" else f"`{module}`" for module in modules)


# --- putting them in place ------------------------------------------------------------------

PARTS: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "commands": commands_table,
    "stored": storage_table,
    "sealed": sealed_list,
    "retention": retention_table,
    "picture": picture,
    "contracts": contracts,
}


def documents() -> list[Path]:
    """Every document that may hold a made part."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def made(text: str) -> str:
    """The document with its made parts as the code is now."""
    return PART.sub(lambda found: found[1] + PARTS[found[2]]() + found[3], text)


def main() -> None:
    """Write every made part."""
    for path in documents():
        before = path.read_text(encoding="utf-8")
        after = made(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} written")


if __name__ == "__main__":
    main()
