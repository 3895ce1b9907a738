"""Count open dates anew where the calendar changed: an extra bank holiday, a closure day, other hours.

The people concerned hear “moved from ... to ... because ...”. The number of days stays the one that
was in force when the enquiry was raised. It is done a part at a time, each a transaction of its
own, and goes on where it was interrupted.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from bot.handlers import case_messages as messages
from bot.handlers.casework import Office, look_around, policy
from bot.handlers.notify import tell
from bot.rules import assignment
from bot.rules.case_steps import reclocked, scheduled
from bot.rules.casework import Case, CaseEvent, Step
from bot.rules.reminders import carried_over, hangs_on
from bot.wording import enquiries as say

if TYPE_CHECKING:
    from bot.ports import Services
    from bot.rules.deadlines import Deadline
    from bot.settings import Settings

DONE, AT = "dates counted by", "dates counted up to"
"""Marks: the calendar by which every open date is counted; and how far a recount has come."""
PART = 200


@dataclass(frozen=True, slots=True)
class Recounted:
    """How many dates moved, and whether there is more to go through."""

    moved: int = 0
    more: bool = False


def fingerprint(settings: Settings, office: Office) -> str:
    """Stands for everything that open dates and their stages are counted by."""
    days, counting = office.calendar, office.counting
    said = {
        "holidays": sorted((day.isoformat(), why) for day, why in days.holidays.items()),
        "closures": sorted((day.isoformat(), why) for day, why in days.closures.items()),
        "closes": days.closes.isoformat(),
        "counting": asdict(counting),
        "policy": asdict(policy(settings)),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


async def sweep(services: Services) -> Recounted:
    """Count a part of the open dates anew, where the calendar is not the one that they were counted by."""
    office, uow = await look_around(services), services.uow
    wanted = fingerprint(services.settings, office)
    if await uow.marks.get(DONE) == wanted:
        return Recounted()
    kept, _, last_id = (await uow.marks.get(AT)).partition(":")
    part = await uow.cases.open(last_id if kept == wanted else "", PART)
    moved = 0
    for case in part:
        moved += await _recount(case, services, office)
    more = len(part) == PART
    await (uow.marks.set(AT, f"{wanted}:{part[-1].id}") if more else uow.marks.set(DONE, wanted))
    return Recounted(moved, more)


async def _recount(case: Case, services: Services, office: Office) -> bool:
    uow = services.uow
    clocked, working = reclocked(case, office.timetable, office.counting)
    if (clocked.due, clocked.counted_due) == (case.due, case.counted_due):
        fresh = scheduled(clocked, office.timetable)
        if fresh.next_on != case.next_on:
            await uow.cases.advance([(case.id, case.handled, fresh.next_on)])
        return False
    known = {stage for stage, due, _ in await uow.cases.ledger(case.id) if due in {clocked.due, clocked.started_on}}
    carried = carried_over(case, clocked, office.today, office.timetable) - known
    rows = [(case.id, stage, on, False) for stage in sorted(carried) if (on := hangs_on(clocked, stage)) is not None]
    await uow.cases.tell_once(rows, office.now)
    kept = scheduled(replace(clocked, handled=frozenset(known | carried)), office.timetable)
    because = why(await uow.cases.working(case.id), working, kept, office)
    await uow.cases.save(kept, working)
    await uow.cases.record(CaseEvent(case_id=case.id, at=office.now, by="", step=Step.MOVED, text=because, on=kept.due))
    await uow.audit.write(office.now, "operator", f"enquiry {Step.MOVED.value}", case.id)
    if kept.due != case.due:
        await _tell(case, kept, because, services, office)
    return True


def why(before: Deadline | None, now: Deadline | None, case: Case, office: Office) -> str:
    """What changed between two counts, as the end of a sentence."""
    old = {day.date: day for day in before.days} if before else {}
    reasons = []
    for day in now.days if now else ():
        known = old.get(day.date)
        if known is not None and known.counts and not day.counts:
            reasons.append(f"{say.day(day.date)} is no working day now ({day.why})")
        elif known is not None and day.counts and not known.counts:
            reasons.append(f"{say.day(day.date)} is a working day now")
    if case.promised is not None and (closed := office.calendar.why_not(case.promised)):
        reasons.append(f"{say.day(case.promised)} is no working day now ({closed})")
    return f"{'; '.join(reasons) or 'the council changed how days are counted'}."


async def _tell(before: Case, now: Case, because: str, services: Services, office: Office) -> None:
    """The member and the officer in charge, in office hours: a date is no emergency."""
    reply = messages.notice(now, say.moved(now.reference, before.due, now.due, because))
    key = f"c:{now.id}:moved:{before.due}:{now.due}:{now.version}"
    owner = office.directory.by_id(now.owner_id) if now.owner_id else None
    acting = (assignment.present(owner, office.directory, office.there) or owner) if owner else None
    for person in (office.directory.by_id(now.member_id), acting):
        if person is not None:
            opening = office.calendar.next_opening(office.now)
            await tell(person, reply, key, services, about=now.id, not_before=opening)
