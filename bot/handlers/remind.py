"""The reminder sweep, and the question asked again just before a reminder leaves.

What is due is found in the tables by the day of the next stage. A stage is written into the ledger
in the transaction that queues its message, so several instances tell each stage once. Outside
office hours nothing is told and nothing is used up (Tower Hamlets 3.8 asks both sides to leave one
another alone then): the first sweep of the next working morning finds it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.handlers import digest
from bot.handlers.case_messages import ASSIGNED
from bot.handlers.casework import Office, look_around, relations
from bot.handlers.digest import Item
from bot.model import OutgoingMessage
from bot.rules.ladder import told
from bot.rules.reminders import Rung, due_now, hangs_on, next_on, still_due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from bot.messages import Reply
    from bot.model import Person
    from bot.ports import Services
    from bot.rules.casework import Chased
    from bot.rules.reminders import Due

log = structlog.get_logger()

ABOUT = "reminder"
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: open cases looked at, cases with something due, messages queued."""

    examined: int
    due: int
    queued: int


@dataclass(frozen=True, slots=True)
class _Told:
    """A stage that is due, and everybody whom it tells."""

    due: Due
    stage: str
    on: date
    people: Mapping[str, tuple[Person, Rung]]
    handled: frozenset[str]
    """Every stage of the case for its date that is told or passed over now."""


async def sweep(services: Services) -> Swept:
    """Tell every stage that is due: one message a person. Nothing outside office hours."""
    office = await look_around(services)
    cases = await services.uow.cases.ticking(office.today)
    examined = await services.uow.cases.open_count()
    due = [found for case in cases if (found := due_now(case, office.today, office.timetable)) is not None]
    if not office.calendar.in_hours(office.now):
        return Swept(examined, len(due), 0)
    telling = await _whom(due, services, office) if due else []
    new = await services.uow.cases.tell_once(_ledger_rows(telling), office.now)
    await services.uow.cases.advance(list(_advanced(cases, telling, office)))
    messages = _messages([each for each in telling if (each.due.case.id, each.stage, each.on) in new], services, office)
    await services.uow.outbox.put_all(messages)
    return Swept(examined, len(due), len(messages))


async def _whom(due: Sequence[Due], services: Services, office: Office) -> list[_Told]:
    """Everybody whom the stages tell. A stage that can reach nobody is not used up: it waits until it can."""
    related = await relations(services, office)
    found, unreachable = [], 0
    known: dict[tuple[str, str, frozenset[Rung]], Mapping[str, tuple[Person, Rung]]] = {}
    for each in due:
        case = each.case
        barred = related.get(case.member_id, NOBODY)
        for tell in each.tell:
            # Whom a stage tells depends on the officer, and on the member only where they are told or are related.
            about_member = case.member_id if barred or Rung.MEMBER in tell.to else ""
            key = case.owner_id, about_member, tell.to
            if key not in known:
                people = told(case, tell.to, office.directory, office.there, barred)
                known[key] = {one: seat for one, seat in people.items() if seat[0].address(office.platforms)}
            on = hangs_on(case, tell.stage.key)
            if known[key] and on is not None:
                handled = case.handled.union([tell.stage.key], (stage.key for stage in each.passed))
                found.append(_Told(each, tell.stage.key, on, known[key], handled))
            else:
                unreachable += 1
    if unreachable:
        log.warning("reminders.unreachable", stages=unreachable)
    return found


def _ledger_rows(telling: Sequence[_Told]) -> list[tuple[str, str, date, bool]]:
    rows = []
    seen: set[str] = set()
    for each in telling:
        case = each.due.case
        rows.append((case.id, each.stage, each.on, True))
        if case.id not in seen:
            seen.add(case.id)
            rows += [(case.id, stage.key, on, False) for stage in each.due.passed if (on := hangs_on(case, stage.key))]
    return rows


def _advanced(
    cases: Sequence[Chased], telling: Sequence[_Told], office: Office
) -> list[tuple[str, frozenset[str], date | None]]:
    """Each case that was looked at, with the stages told for its date and the day of its next one."""
    done: dict[str, frozenset[str]] = {}
    for each in telling:
        earlier = done.get(each.due.case.id)
        done[each.due.case.id] = earlier | each.handled if earlier else each.handled
    return [
        (case.id, handled, next_on(case, office.timetable, handled))
        for case in cases
        if (handled := done.get(case.id, case.handled)) is not None
    ]


def _messages(telling: Sequence[_Told], services: Services, office: Office) -> list[OutgoingMessage]:
    people: dict[str, Person] = {}
    items: dict[str, list[Item]] = {}
    for each in telling:
        for person, rung in each.people.values():
            people[person.id] = person
            items.setdefault(person.id, []).append(Item(each.due.case, each.stage, each.on, rung, each.handled))
    found = []
    for person_id, theirs in items.items():
        address = people[person_id].address(office.platforms)
        if address is None:
            continue
        basis = digest.to_basis(theirs)
        key = hashlib.sha256(f"{person_id}\x1f{basis}".encode()).hexdigest()[:40]
        found.append(
            OutgoingMessage(
                key=f"reminder:{key}",
                to=address,
                reply=digest.build(theirs, office, services.settings.snooze_limit),
                created_at=office.now,
                not_before=office.now,
                about=ABOUT,
                basis=basis,
                person_id=person_id,
            )
        )
    return found


# --- asked again just before it leaves ---------------------------------------------------


def can_change(message: OutgoingMessage) -> bool:
    """Whether what the message says may no longer be right when it leaves."""
    return message.about == ABOUT or message.about.startswith(ASSIGNED)


async def as_it_stands(message: OutgoingMessage, services: Services) -> Reply | datetime | None:
    """The message as it is right to send now: the same, with less in it, later, or nothing where it no longer holds.

    What was answered, closed, paused or passed on since it was queued is left out. A reminder that
    could not leave in office hours waits for the next ones.
    """
    if message.about.startswith(ASSIGNED):
        case = await services.uow.cases.get(message.about.removeprefix(ASSIGNED))
        return message.reply if case is not None and case.is_open and case.owner_id == message.person_id else None
    office = await look_around(services)
    if not office.calendar.in_hours(office.now):
        return office.calendar.next_opening(office.now)
    wanted = digest.from_basis(message.basis)
    cases = {case.id: case for case in await services.uow.cases.many(case_id for case_id, *_ in wanted)}
    related = await relations(services, office)
    items = [
        Item(case, stage, due, rung, case.handled)
        for case_id, stage, due, rung in wanted
        if (case := cases.get(case_id)) is not None
        and still_due(case, stage, due, rung, office.today)
        and message.person_id in told(case, frozenset({rung}), office.directory, office.there, _of(case, related))
    ]
    if len(items) == len(wanted):
        return message.reply
    return digest.build(items, office, services.settings.snooze_limit) if items else None


def _of(case: Chased, related: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return related.get(case.member_id, NOBODY)
