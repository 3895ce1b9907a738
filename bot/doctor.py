"""What ``doctor`` says: a line for each thing that must be right, and how to mend it where it is not.

Here is what can be told from the settings, the protocol and the directory. What must be asked of
the network is in :mod:`adapters.probes`, what of the database in :mod:`storage.inspection`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import version
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.calendars import last_known_holiday
from bot.handlers.declare import find_route
from bot.rules.protocol import Position
from bot.rules.recipients import Directory
from bot.rules.routing import declaration_route
from bot.settings import TeamsAppType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from bot.model import Person
    from bot.ports import Services
    from bot.rules.protocol import DeclarationRoute, Pack
    from bot.settings import Settings

HOLIDAYS_AHEAD = timedelta(days=90)
SKEW_WARNS, SKEW_FAILS = 30.0, 300.0
"""Seconds. Slack refuses, and we refuse, what is signed more than 300 seconds ago."""

SCHEDULER_FLOOR = (3, 11, 2)
"""3.11.0 and 3.11.1 hang on the autumn clock change (agronholm/apscheduler#1036)."""

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")


class State(StrEnum):
    """How a line stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    area: str
    state: State
    says: str
    mend: str = ""


def ok(area: str, says: str) -> Line:
    """All is well here."""
    return Line(area, State.OK, says)


def warn(area: str, says: str, mend: str) -> Line:
    """It works, and somebody should see to it."""
    return Line(area, State.WARN, says, mend)


def fail(area: str, says: str, mend: str) -> Line:
    """It does not work."""
    return Line(area, State.FAIL, says, mend)


# --- the machine ---------------------------------------------------------------------------


def time_zone() -> Line:
    """Dates are London's: the data must be there and know summer time."""
    try:
        summer = datetime(2026, 7, 1, tzinfo=UTC).astimezone(ZoneInfo("Europe/London")).utcoffset()
    except ZoneInfoNotFoundError:
        summer = None
    if summer == timedelta(hours=1):
        return ok("time zone", "Europe/London is known, with summer time")
    return fail("time zone", "Europe/London is not known", "Install the tzdata package.")


def scheduler() -> Line:
    """The library that rings the bell must not hang in October."""
    found = version("APScheduler")
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:3])
    if numbers >= SCHEDULER_FLOOR:
        return ok("scheduler", f"APScheduler {found}")
    return fail("scheduler", f"APScheduler {found} hangs on the clock change", "Install APScheduler 3.11.2 or later.")


def skew(seconds: float | None) -> Line:
    """How far this machine's clock is from the platforms'.

    Args:
        seconds: the smallest difference to an answer's date; nothing where nobody answered.
    """
    if seconds is None:
        return warn("clock", "could not be compared: no platform answered", "See the lines of the platforms.")
    says = f"{abs(seconds):.0f} seconds from the platform’s"
    mend = "Set this machine’s clock by NTP."
    if abs(seconds) > SKEW_FAILS:
        return fail("clock", f"{says}; signed requests are refused beyond 300", mend)
    return warn("clock", says, mend) if abs(seconds) > SKEW_WARNS else ok("clock", says)


def holidays(settings: Settings, today: date) -> Line:
    """After the last known bank holiday, due dates are guesses."""
    end = last_known_holiday(settings)
    says = f"bank holidays of {settings.division.value} are known until {end:%d %B %Y}"
    mend = "Update protocol-bot, or set EXTRA_HOLIDAYS."
    if end < today:
        return fail("calendar", says, mend)
    return warn("calendar", says, mend) if end - today < HOLIDAYS_AHEAD else ok("calendar", says)


# --- the settings of the platforms ---------------------------------------------------------


def slack_shapes(settings: Settings) -> Iterator[Line]:
    """Whether what was copied from Slack's pages looks like what it should be."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    if not token.startswith("xoxb-"):
        yield warn("Slack", "SLACK_BOT_TOKEN does not begin with xoxb-", "Copy the Bot User OAuth Token.")
    if any(not SIGNING_SECRET.fullmatch(secret.get_secret_value()) for secret in settings.slack_signing_secret):
        yield warn(
            "Slack",
            "SLACK_SIGNING_SECRET does not look like one (32 hexadecimal digits)",
            "Copy the Signing Secret of “Basic Information”, not the Client Secret.",
        )
    app_token = settings.slack_app_token
    if app_token and not app_token.get_secret_value().startswith("xapp-"):
        yield warn("Slack", "SLACK_APP_TOKEN does not begin with xapp-", "Copy an App-Level Token.")


def teams_shapes(settings: Settings) -> Iterator[Line]:
    """Whether id, tenant and type look like what they should be."""
    if settings.teams_unsigned:
        yield warn(
            "Teams", "unsigned requests from this machine are accepted", "Unset TEAMS_UNAUTHENTICATED for real use."
        )
        if not settings.teams_app_id:
            return
    if not GUID.fullmatch(settings.teams_app_id):
        yield warn("Teams", "TEAMS_APP_ID is no GUID", "Copy the Application (client) ID of the registration.")
    if not GUID.fullmatch(settings.teams_tenant_id):
        yield warn("Teams", "TEAMS_TENANT_ID is no GUID", "Copy the Directory (tenant) ID of the registration.")
    if settings.teams_app_type is TeamsAppType.USER_ASSIGNED_MSI and settings.teams_app_password:
        yield warn(
            "Teams", "a managed identity needs no TEAMS_APP_PASSWORD", "Unset it, or set TEAMS_APP_TYPE=SingleTenant."
        )


# --- the protocol and the directory --------------------------------------------------------


def pack_line(pack: Pack) -> Line:
    """The protocol that answers."""
    official = sum(clause.official is not None for clause in pack.clauses)
    quoted = f", {official} with the official text" if official else ""
    return ok("protocol", f"{pack.council}: {pack.title} ({len(pack.clauses)} paragraphs{quoted})")


def directory_lines(people: Sequence[Person], platforms: Sequence[str]) -> Iterator[Line]:
    """Who is in the directory, and who cannot be reached."""
    if not people:
        yield fail("directory", "it is empty", "Run “protocol-bot people import FILE.csv”.")
        return
    yield ok("directory", _counted(len(people)))
    unreachable = sum(person.address(platforms) is None for person in people) if platforms else 0
    if unreachable:
        yield warn(
            "directory",
            f"{_counted(unreachable)} not linked to {' or '.join(name.capitalize() for name in platforms)} yet",
            "People are linked by their e-mail address: on Slack at the start and every hour, on Teams when they "
            "write.",
        )
    known = {person.email.lower() for person in people}
    lost = sum(bool(person.manager_email) and person.manager_email.lower() not in known for person in people)
    if lost:
        yield warn("directory", f"{_counted(lost)} with a manager who is not in it", "Import the managers too.")


def _counted(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"


def route_lines(people: Sequence[Person], services: Services) -> Iterator[Line]:
    """Each route of a declaration must end at somebody who is here, and at somebody else where that one is a party."""
    if not people:
        return
    pack = services.protocol.pack
    routes: dict[DeclarationRoute | None, list[Person]] = {route: [] for route in pack.declarations}
    for person in people:
        routes.setdefault(declaration_route(pack, person.position), []).append(person)
    for route, declarers in routes.items():
        if declarers:
            yield _route_line(route, declarers, people, services)
    if not Directory(people).holders(Position.MONITORING_OFFICER) and not services.settings.fallback_recipient:
        yield fail(
            "route",
            "nobody is told of a disclosure that could put someone at risk",
            "Give somebody the position “monitoring officer”, or set FALLBACK_RECIPIENT.",
        )


def _route_line(
    route: DeclarationRoute | None, declarers: Sequence[Person], people: Sequence[Person], services: Services
) -> Line:
    pack = services.protocol.pack
    offices = [pack.office_title(key) for key in (route.to or route.offer)] if route else []
    named = " and ".join(offices) or "nobody is named"
    where = f" ({route.ref})" if route and route.ref else ""
    to = f"{named}{where}:"
    directory = Directory(people)
    alike: dict[tuple[object, ...], list[Person]] = {}
    for person in declarers:
        alike.setdefault((person.positions, person.department, person.manager_email), []).append(person)
    lost, in_place, alone = 0, 0, 0
    for same in alike.values():
        person = same[0]
        found = find_route(person, person.position, "", directory, services, at_risk=False).recipients
        if not found.people:
            lost += len(same)
            continue
        if not found.named or found.missing:
            in_place += len(same)
        stands_in = [
            find_route(person, person.position, one.id, directory, services, at_risk=False).recipients.people
            for one in found.people
        ]
        alone += len(same) if not all(stands_in) else 0
    mend = "Give the office’s holder in the directory, or set DISCLOSURE_RECIPIENT or FALLBACK_RECIPIENT."
    if lost:
        return fail("route", f"{to} {lost} of {len(declarers)} people would declare to nobody", mend)
    if in_place:
        return warn("route", f"{to} {in_place} of {len(declarers)} people would declare to a stand-in", mend)
    if alone:
        return warn(
            "route",
            f"{to} {alone} of {len(declarers)} people could not declare a relationship with the recipient",
            "Set FALLBACK_RECIPIENT, or give somebody a statutory position.",
        )
    return ok("route", f"{to} {len(declarers)} people, each with a recipient and a stand-in")
