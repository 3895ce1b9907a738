"""Who may see what: every position, purpose and kind of record, against the rule stated once more, plainly and apart.

The statement below shares no code with the product. It says the rule as a person would read it out,
and both must agree on every combination, from the pure function to the opened window.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.demo.people import SAMPLE_PEOPLE
from bot.access import disclosures_for, get_disclosure_for, keeps_register
from bot.errors import NotFound
from bot.handlers.casework import get_case_for, look_around
from bot.rules.casework import Case, CaseEvent, Seat, State, Step
from bot.rules.disclosures import Content, Disclosure, Kind, Purpose, may_see
from bot.rules.protocol import Position
from tests.handlers.bot import Bot
from tests.support import MONDAY_MORNING, FakeClock, person, services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.model import Person
    from storage import SqlStore

COUNCILS = ("copeland", "county-appendix-11", "councillor-officer", "west-oxfordshire", "tower-hamlets")
KEEPS = {
    # Copeland 5.3, West Oxfordshire 30 and Tower Hamlets 3.6 have members declare to the Monitoring Officer.
    "copeland": Position.MONITORING_OFFICER,
    "west-oxfordshire": Position.MONITORING_OFFICER,
    "tower-hamlets": Position.MONITORING_OFFICER,
    "county-appendix-11": None,
    "councillor-officer": None,
}
"""Who keeps a register, by council."""

RELATIONS = ("declarer", "other party", "told", "told and party", "nobody")
"""What somebody is to a record."""


def plainly_allowed(relation: str, purpose: Purpose, *, keeper: bool, at_risk: bool, active: bool) -> bool:
    """The rule, in the words of issue 3, one sentence a line."""
    if not active:  # somebody who left sees nothing, not even their own
        return False
    if relation == "declarer":  # the declarer sees and changes their own, always; they never act on or export it
        return purpose in {Purpose.READ, Purpose.OWN}
    if relation in {"other party", "told and party"}:  # a party is never a recipient or a keeper of it
        return False
    if relation == "told":  # whom the protocol names sees it, acts on it, exports it
        return purpose is not Purpose.OWN
    # the keeper sees the rest, except where telling more could put someone at risk; everybody else sees nothing
    return keeper and not at_risk and purpose is not Purpose.OWN


def record(someone: Person, relation: str, *, at_risk: bool, number: int) -> Disclosure:
    """A record to which this person stands in this relation."""
    other = {"other party": someone.id, "told and party": someone.id}.get(relation, "an-other")
    return Disclosure(
        id=f"{number:032x}",
        reference=f"DR-{number:04}-AAAA",
        declarer_id=someone.id if relation == "declarer" else "a-declarer",
        position=Position.MEMBER,
        ref="5.3",
        content=Content(other_party="Somebody", other_party_id=other, kind=Kind.FAMILY, details="never shown"),
        at_risk=at_risk,
        readers=(someone.id, "a-reader") if relation in {"told", "told and party"} else ("a-reader",),
        created_at=MONDAY_MORNING,
        confirmed_at=MONDAY_MORNING,
    )


def somebodies() -> Iterator[Person]:
    """Somebody in each position, still there and gone."""
    for position, active in itertools.product(Position, (True, False)):
        name = f"{position.value} {'here' if active else 'gone'}".replace("_", " ").title()
        yield person(name, position, active=active)


@pytest.mark.parametrize("pack_id", COUNCILS)
async def test_the_gate_agrees_with_the_plain_statement_on_every_combination(
    sqlite_store: SqlStore, clock: FakeClock, pack_id: str
) -> None:
    everybody = list(somebodies())
    tried = 0
    async with sqlite_store.begin() as uow:
        found = services(uow, pack_id=pack_id, clock=clock)
        numbers = itertools.count(1)
        for someone in everybody:
            keeper = someone.active and KEEPS[pack_id] is not None and someone.holds(KEEPS[pack_id])
            assert keeps_register(someone, found.protocol.pack) == keeper
            for relation, at_risk in itertools.product(RELATIONS, (False, True)):
                kept = record(someone, relation, at_risk=at_risk, number=next(numbers))
                await uow.disclosures.add(kept)
                for purpose in Purpose:
                    expected = plainly_allowed(relation, purpose, keeper=keeper, at_risk=at_risk, active=someone.active)
                    try:
                        await get_disclosure_for(someone, kept.id, purpose, found)
                        opened = True
                    except NotFound:
                        opened = False
                    assert opened == expected, (someone.name, relation, purpose, at_risk)
                    if someone.active:
                        assert may_see(kept, someone.id, purpose, keeps_register=keeper) == expected
                    tried += 1
    assert tried == len(Position) * 2 * len(RELATIONS) * 2 * len(Purpose)


@pytest.mark.parametrize("pack_id", COUNCILS)
async def test_lists_hold_what_the_gate_would_open_and_nothing_else(
    sqlite_store: SqlStore, clock: FakeClock, pack_id: str
) -> None:
    async with sqlite_store.begin() as uow:
        found = services(uow, pack_id=pack_id, clock=clock)
        numbers = itertools.count(1)
        for someone in somebodies():
            keeper = someone.active and KEEPS[pack_id] is not None and someone.holds(KEEPS[pack_id])
            for relation, at_risk in itertools.product(RELATIONS, (False, True)):
                await uow.disclosures.add(record(someone, relation, at_risk=at_risk, number=next(numbers)))
            everything = await uow.disclosures.all()
            for purpose in Purpose:
                listed = {each.id for each in await disclosures_for(someone, purpose, found)}
                allowed = {
                    each.id
                    for each in everything
                    if plainly_allowed(
                        _relation(each, someone), purpose, keeper=keeper, at_risk=each.at_risk, active=someone.active
                    )
                }
                assert listed == allowed, (someone.name, purpose)


def _relation(each: Disclosure, someone: Person) -> str:
    """What the person is to a record, read from the record."""
    if each.declarer_id == someone.id:
        return "declarer"
    if each.content.other_party_id == someone.id:
        return "other party"
    return "told" if someone.id in each.readers else "nobody"


async def test_an_opening_is_recorded_and_a_refusal_leaves_no_mark(sqlite_store: SqlStore, clock: FakeClock) -> None:
    reader, stranger = person("Rea Der", Position.OFFICER), person("Str Anger", Position.DIRECTOR)
    async with sqlite_store.begin() as uow:
        found = services(uow, clock=clock)
        kept = record(reader, "told", at_risk=False, number=1)
        await uow.disclosures.add(kept)
        with pytest.raises(NotFound):
            await get_disclosure_for(stranger, kept.id, Purpose.READ, found)
        assert await uow.disclosures.events(kept.id) == []
        await get_disclosure_for(reader, kept.id, Purpose.READ, found)
        events = await uow.disclosures.events(kept.id)
        assert [(event.by, event.step.value) for event in events] == [(reader.id, "opened")]
        assert (await uow.audit.verify())[0] == 1


async def test_what_is_refused_and_what_is_not_there_cannot_be_told_apart(sqlite_store: SqlStore) -> None:
    stranger = person("Str Anger", Position.DIRECTOR)
    async with sqlite_store.begin() as uow:
        found = services(uow)
        kept = record(stranger, "nobody", at_risk=False, number=7)
        await uow.disclosures.add(kept)
        sentences = set()
        for guess in (kept.id, kept.reference, "0" * 32, "DR-0000-0000", "", "' OR 1=1 --", "\x00"):
            for purpose in Purpose:
                with pytest.raises(NotFound) as refused:
                    await get_disclosure_for(stranger, guess, purpose, found)
                sentences.add(str(refused.value))
    assert len(sentences) == 1


# --- members' enquiries ------------------------------------------------------------------

PEOPLE = {one.id: one for one in SAMPLE_PEOPLE}
ABOVE = {
    "femi.sample": ["gwen.specimen", "kim.sample", "lou.example"],
    "gwen.specimen": ["kim.sample", "lou.example"],
    "ivy.template": ["jon.placeholder", "kim.sample", "lou.example"],
    "": [],
}
"""Those above an officer in the sample council, written out by hand."""
COVER = {"femi.sample": ["hal.example"]}


def plainly_seated(
    who: Person, *, owner: str, member: str, shared: tuple[str, ...], climbed: bool, barred: tuple[str, ...] = ()
) -> bool:
    """Whether somebody learns of an enquiry: the audience of issue 4, said once more."""
    if not who.active:
        return False
    return (
        who.id in {member, owner}
        or who.id in ABOVE[owner]
        or (who.id in COVER.get(owner, []) and who.id not in barred)
        or Position.DEMOCRATIC_SERVICES in who.positions
        or (climbed and Position.MONITORING_OFFICER in who.positions)
        or who.id in shared
    )


OWNERS = ("femi.sample", "gwen.specimen", "ivy.template", "")
SHARED: tuple[tuple[str, ...], ...] = ((), ("ben.specimen",))


@pytest.mark.parametrize("climbed", [False, True])
async def test_an_enquiry_opens_for_its_own_people_and_nobody_else(
    sqlite_store: SqlStore, clock: FakeClock, *, climbed: bool
) -> None:
    bot = await Bot(sqlite_store, clock, "tower-hamlets").directory()
    gone = replace(PEOPLE["oz.placeholder"], id="gone", email="gone@council.example", active=False)
    tried = 0
    async with bot.store.begin() as uow:
        found = services(uow, pack_id="tower-hamlets", clock=clock)
        office = await look_around(found)
        numbers = itertools.count(1)
        for owner, shared in itertools.product(OWNERS, SHARED):
            case = _case(next(numbers), owner, shared)
            await uow.cases.add(case, None)
            await uow.cases.record(CaseEvent(case_id=case.id, at=clock.now(), by=case.member_id, step=Step.RAISED))
            if climbed:
                await uow.cases.tell_once([(case.id, "monitoring officer", MONDAY_MORNING.date(), True)], clock.now())
            for who in (*SAMPLE_PEOPLE, gone, person("Str Anger", Position.MEMBER)):
                expected = plainly_seated(who, owner=owner, member="ada.sample", shared=shared, climbed=climbed)
                try:
                    _, seats = await get_case_for(who, case.id, found, office)
                except NotFound:
                    seats = frozenset[Seat]()
                assert bool(seats) == expected, (who.id, owner, shared, climbed)
                tried += 1
    assert tried == len(OWNERS) * len(SHARED) * (len(SAMPLE_PEOPLE) + 2)


async def test_a_cover_with_a_relationship_to_the_member_does_not_learn_of_the_enquiry(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = await Bot(sqlite_store, clock, "tower-hamlets").directory()
    async with bot.store.begin() as uow:
        found = services(uow, pack_id="tower-hamlets", clock=clock)
        related = replace(
            record(PEOPLE["ada.sample"], "declarer", at_risk=False, number=1),
            content=Content(other_party="Hal Example", other_party_id="hal.example", kind=Kind.FAMILY),
        )
        await uow.disclosures.add(related)
        case = _case(1, "femi.sample", ())
        await uow.cases.add(case, None)
        office = await look_around(found)
        for who in SAMPLE_PEOPLE:
            expected = plainly_seated(
                who, owner="femi.sample", member="ada.sample", shared=(), climbed=False, barred=("hal.example",)
            )
            try:
                await get_case_for(who, case.id, found, office)
                opened = True
            except NotFound:
                opened = False
            assert opened == expected, who.id


def _case(number: int, owner: str, shared: tuple[str, ...]) -> Case:
    return Case(
        id=f"{number:032x}",
        reference=f"ME-{number:04}-AAAA",
        procedure="member_enquiry",
        member_id="ada.sample",
        entered_by="ada.sample",
        owner_id=owner,
        service="Housing",
        content={"subject": "never shown"},
        state=State.ASSIGNED if owner else State.RAISED,
        received_at=MONDAY_MORNING,
        counts_from=MONDAY_MORNING,
        started_on=MONDAY_MORNING.date(),
        clock_set_on=MONDAY_MORNING.date(),
        readers=shared,
    )
