"""Commands that work a rule: ``deadline``, ``route declaration``, ``route concern``."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated

import typer

from bot.calendars import calendar, counting, last_known_holiday
from bot.commands.shared import NOTHING, Config, Json, Packs, ProtocolId, chosen, print_json, settings_and_protocols
from bot.errors import InputError
from bot.rules.deadlines import Deadline, count, reply_limit, without_number
from bot.rules.protocol import Pack, Position, Role, TimeLimit
from bot.rules.routing import concern_route, declaration_route, step_title

ABOUT = ("officer", "director", "chief_executive", "member")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("deadline")(deadline)
    family = typer.Typer(help="Who is told.", no_args_is_help=True)
    family.command("declaration")(declaration)
    family.command("concern")(concern)
    app.add_typer(family, name="route")


def deadline(
    received: Annotated[str, typer.Option(help="When it came: 2026-03-02, or 2026-03-02T16:30. London time.")],
    protocol: ProtocolId = "",
    as_json: Json = False,
    packs: Packs = None,
    config: Config = None,
) -> None:
    """Work out when a reply to a member's enquiry is due, and show every day of the count."""
    settings, at_hand = settings_and_protocols(config, packs)
    pack = chosen(settings, at_hand, protocol).pack
    moment = _moment(received)
    limit = reply_limit(pack, settings.reply_working_days)
    if limit is None:
        said = without_number(pack)
        sentence = f"{_no_number(pack, said)} Set REPLY_WORKING_DAYS to your council's own."
        if as_json:
            empty: dict[str, object] = {
                "due": None,
                "working_days": None,
                "rule": sentence,
                "ref": said.ref if said else "",
                "days": [],
            }
            print_json(empty)
        else:
            sys.stdout.write(sentence + "\n")
        raise typer.Exit(NOTHING)
    try:
        found = count(moment, limit, calendar(settings), counting(settings))
    except OverflowError:
        raise InputError(f"“{received}” is beyond every calendar. Give the day on which it came.") from None
    if found.due > (known := last_known_holiday(settings)):
        sys.stderr.write(f"Bank holidays are known until {known:%d %B %Y} only: this date may move.\n")
    if as_json:
        print_json(deadline_json(found))
        return
    sys.stdout.write(f"Due {found.due:%A %d %B %Y} ({found.limit.working_days} working days). {found.limit.rule}\n")
    for day in found.days:
        sys.stdout.write(f"  {day.date:%a %d %b %Y}  {'counts' if day.counts else '-':7} {day.why}\n")


def _no_number(pack: Pack, said: TimeLimit | None) -> str:
    start = "This protocol gives no number of days."
    if said is None or not (said.word or said.amount):
        return start
    cited = pack.cited(said.ref)
    if said.amount is None:
        return f"{start} For {said.what} it says “{said.word}” ({cited})."
    unit = said.unit.value.replace("_", " ") if said.unit else ""
    return f"This protocol gives {said.amount} {unit} ({cited}), and the clock counts working days only."


def deadline_json(found: Deadline) -> dict[str, object]:
    """A deadline in the form of the contract."""
    return {
        "due": found.due.isoformat(),
        "working_days": found.limit.working_days,
        "rule": found.limit.rule,
        "ref": found.limit.ref,
        "days": [{"date": day.date.isoformat(), "counts": day.counts, "why": day.why} for day in found.days],
    }


def _moment(text: str) -> datetime | date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"“{text}” is no date. Write it like 2026-03-02 or 2026-03-02T16:30.") from None


def declaration(
    position: Annotated[str, typer.Option(help="The declarer's position, such as member or service_head.")],
    protocol: ProtocolId = "",
    as_json: Json = False,
    packs: Packs = None,
    config: Config = None,
) -> None:
    """Show who is told of a relationship, by the declarer's position."""
    settings, at_hand = settings_and_protocols(config, packs)
    pack = chosen(settings, at_hand, protocol).pack
    held = _position(position)
    route = declaration_route(pack, held)
    to = [pack.office_title(key) for key in route.to] if route else []
    answer: dict[str, object] = {
        "to": to,
        "offices": list(route.to) if route else [],
        "ref": (route.ref or "") if route else "",
        "note": (route.note or "") if route else "This protocol does not say whom such a person tells.",
        "also": list(route.also) if route else [],
        "offer": [pack.office_title(key) for key in route.offer] if route else [],
    }
    if as_json:
        print_json(answer)
    else:
        sys.stdout.write(_declaration_text(pack, answer) + "\n")
    if not to:
        raise typer.Exit(NOTHING)


def _declaration_text(pack: Pack, answer: dict[str, object]) -> str:
    lines = []
    if answer["to"]:
        lines.append(f"Tell: {', '.join(answer['to'])} ({pack.cited(str(answer['ref']))}).")  # type: ignore[arg-type]
    else:
        lines.append("This protocol names nobody.")
    if answer["note"]:
        lines.append(str(answer["note"]))
    if answer["offer"]:
        lines.append(f"You could tell: {', '.join(answer['offer'])}.")  # type: ignore[arg-type]
    return "\n".join(lines)


def concern(
    by: Annotated[str, typer.Option(help="Who has the concern: member or officer.")],
    about: Annotated[str, typer.Option(help="About whom: officer, director, chief_executive or member.")],
    protocol: ProtocolId = "",
    as_json: Json = False,
    packs: Packs = None,
    config: Config = None,
) -> None:
    """Show the ladder for a concern, step by step."""
    from bot.handlers.ask import advice  # noqa: PLC0415 - the other commands here do not need it

    settings, at_hand = settings_and_protocols(config, packs)
    pack = chosen(settings, at_hand, protocol).pack
    try:
        side = Role(by.strip().lower())
    except ValueError:
        raise InputError(f"“{by}” is no side. Use member or officer.") from None
    whom = about.strip().lower().replace(" ", "_")
    if whom not in ABOUT:
        raise InputError(f"“{about}” is not known. Use one of: {', '.join(ABOUT)}.")
    route = concern_route(pack, side, whom)
    steps = [
        {"to": step_title(pack, step.to), "office": step.to, "ref": step.ref, "how": step.how or ""}
        for step in (route.steps if route else ())
    ]
    note = (route.note or "") if route else f"This protocol has no ladder for that. {advice(pack, side)}".strip()
    if as_json:
        print_json({"steps": steps, "note": note})
    else:
        for number, step in enumerate(steps, 1):
            how = f" {step['how']}" if step["how"] else ""
            sys.stdout.write(f"{number}. {step['to']} ({pack.cited(step['ref'])}).{how}\n")
        if note:
            sys.stdout.write(note + "\n")
    if not steps:
        raise typer.Exit(NOTHING)


def _position(word: str) -> Position:
    cleaned = word.strip().lower().replace(" ", "_").replace("-", "_")
    try:
        return Position(cleaned)
    except ValueError:
        known = ", ".join(position.value for position in Position)
        raise InputError(f"“{word}” is no position. Use one of: {known}.") from None
