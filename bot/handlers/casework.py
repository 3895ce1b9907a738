"""What every handler of cases needs: the calendar, who is there, who may see what, and one way to take a step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.calendars import calendar, counting
from bot.errors import NotFound
from bot.rules import assignment
from bot.rules.case_steps import Taken, after, reclocked, scheduled
from bot.rules.casework import Case, CaseEvent, Seat, Step, seats
from bot.rules.directory_index import IndexedDirectory
from bot.rules.reminders import TOP, Policy, Timetable, ladder
from bot.rules.working_days import london_date
from bot.wording.common import NOT_FOUND

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.model import Person
    from bot.ports import Services
    from bot.rules.deadlines import Counting, Deadline
    from bot.rules.working_days import Calendar
    from bot.settings import Settings


def policy(settings: Settings) -> Policy:
    """The council's choices on reminding."""
    return Policy(
        before=settings.remind_before_days,
        every=settings.overdue_every_days,
        most=settings.overdue_reminders,
        manager=settings.manager_after_days,
        director=settings.director_after_days,
        top=settings.monitoring_officer_after_days,
        acknowledge=settings.acknowledge_working_days,
    )


@dataclass(frozen=True, slots=True)
class Office:
    """The council as it stands at this moment: its calendar, its people, and who of them is there."""

    now: datetime
    today: date
    calendar: Calendar
    counting: Counting
    timetable: Timetable
    directory: IndexedDirectory
    away: frozenset[str]
    platforms: tuple[str, ...]

    def there(self, person: Person) -> bool:
        """Whether somebody can act today: active, not away, and within the bot's reach."""
        return person.active and person.id not in self.away and person.address(self.platforms) is not None

    def covers(self, case: Case) -> tuple[str, ...]:
        """Ids of those who stand in for the officer in charge: their cover, up to the first who is there."""
        owner = self.directory.by_id(case.owner_id) if case.owner_id else None
        if owner is None:
            return ()
        found: list[str] = []
        for cover in assignment.covers(owner, self.directory):
            found.append(cover.id)
            if self.there(cover):
                break
        return tuple(found)


async def look_around(services: Services) -> Office:
    """The council as it stands now."""
    settings, now = services.settings, services.clock.now()
    today = london_date(now)
    days = calendar(settings)
    return Office(
        now=now,
        today=today,
        calendar=days,
        counting=counting(settings),
        timetable=Timetable(ladder(policy(settings)), days),
        directory=IndexedDirectory(await services.uow.people.all()),
        away=await services.uow.absences.on(today),
        platforms=services.platforms,
    )


async def barred(member_id: str, services: Services, office: Office) -> frozenset[str]:
    """Officers who must not have the member's cases, since the register knows of a relationship."""
    return (await relations(services, office)).get(member_id, frozenset())


async def relations(services: Services, office: Office) -> dict[str, frozenset[str]]:
    """For each person, those with whom the register knows of a relationship."""
    return assignment.relations(await services.uow.disclosures.all(), office.directory.people)


# --- who may see what --------------------------------------------------------------------


async def get_case_for(
    person: Person, case_id: str, services: Services, office: Office
) -> tuple[Case, frozenset[Seat]]:
    """The case and what the person is to it; the opening is recorded.

    Raises:
        NotFound: there is none, or it is not for them. The two cannot be told apart.
    """
    found = await services.uow.cases.get(case_id)
    held = await seats_of(found, person, services, office) if found is not None else frozenset()
    if found is None or not held:
        raise NotFound(NOT_FOUND)
    await services.uow.audit.write(office.now, person.id, "enquiry opened", found.id)
    return found, held


async def seats_of(case: Case, person: Person, services: Services, office: Office) -> frozenset[Seat]:
    """What the person is to the case now; asked each time it is opened."""
    covers = office.covers(case)
    if person.id in covers and person.id in await barred(case.member_id, services, office):
        covers = tuple(cover for cover in covers if cover != person.id)
    monitored = any(stage == TOP and told for stage, _, told in await services.uow.cases.ledger(case.id))
    return seats(case, person, office.directory, covers, monitored=monitored)


# --- steps -------------------------------------------------------------------------------


async def start_case(case: Case, services: Services, office: Office) -> Case:
    """Keep a new case with its dates and its first event."""
    clocked, working = reclocked(case, office.timetable, office.counting)
    kept = scheduled(clocked, office.timetable)
    await services.uow.cases.add(kept, working)
    event = CaseEvent(case_id=kept.id, at=office.now, by=kept.entered_by, step=Step.RAISED)
    await services.uow.cases.record(event)
    await services.uow.audit.write(office.now, kept.entered_by, "enquiry raised", kept.id)
    return kept


async def take(case: Case, taken: Taken, by: str, text: str, services: Services, office: Office) -> Case:
    """Take a step: the case, its event and its audit entry are one."""
    clocked, working = reclocked(after(case, taken), office.timetable, office.counting)
    if clocked.due == case.due and taken.step is not Step.SNOOZED:
        clocked = replace(clocked, snoozes=case.snoozes)  # afresh only for another date, as the ledger has it
    kept = scheduled(await with_stages(case, clocked, services), office.timetable)
    await services.uow.cases.save(kept, working)
    event = CaseEvent(case_id=case.id, at=office.now, by=by, step=taken.step, text=text, who=taken.who, on=taken.on)
    await services.uow.cases.record(event)
    await services.uow.audit.write(office.now, by, f"enquiry {taken.step.value}", case.id)
    return replace(kept, version=case.version + 1)


async def with_stages(before: Case, now: Case, services: Services) -> Case:
    """The case with the stages that the ledger has for its date. A new date has its stages afresh."""
    if now.due == before.due and now.started_on == before.started_on:
        return now
    known = await services.uow.cases.ledger(now.id)
    return replace(now, handled=frozenset(stage for stage, due, _ in known if due in {now.due, now.started_on}))


def deadline_if(case: Case, office: Office) -> Deadline | None:
    """The working that a case would have if it were raised as it stands."""
    return reclocked(case, office.timetable, office.counting)[1]
