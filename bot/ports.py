"""What the bot needs from outside, as protocols: a clock, a memory, a way to send, a protocol to cite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from bot.rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime, timedelta
    from types import TracebackType

    from bot.messages import Address, Reply, Request
    from bot.model import Event, Gap, Handoff, OutgoingMessage, Person
    from bot.rules.casework import Case, CaseEvent, Chased
    from bot.rules.deadlines import Deadline
    from bot.rules.disclosures import Disclosure, DisclosureEvent
    from bot.rules.protocol import Knowledge, Pack, Role
    from bot.rules.search import SearchEngine
    from bot.settings import Settings


class Clock(Protocol):
    """Tells the time; the only way in which the bot learns it."""

    def now(self) -> datetime:
        """This instant, in UTC, with its time zone."""
        ...


class ProtocolSource(Protocol):
    """The protocol of this council, and how to search it."""

    @property
    def pack(self) -> Pack:
        """The council's pack."""
        ...

    @property
    def knowledge(self) -> Knowledge:
        """What all packs share."""
        ...

    @property
    def engine(self) -> SearchEngine:
        """The search engine over the pack."""
        ...


class People(Protocol):
    """The directory."""

    async def by_platform_id(self, platform: str, user_id: str) -> Person | None:
        """The person whom the platform calls by this id."""
        ...

    async def by_email(self, email: str) -> Person | None:
        """The person with this address, whatever its capitals."""
        ...

    async def get(self, person_id: str) -> Person | None:
        """The person with this id."""
        ...

    async def all(self) -> Sequence[Person]:
        """Everybody who is active, by name."""
        ...

    async def everybody(self) -> Sequence[Person]:
        """Everybody, those who have left too."""
        ...

    async def save(self, person: Person) -> None:
        """Add the person, or update the one with the same e-mail address."""
        ...

    async def link(self, person_id: str, platform: str, user_id: str) -> None:
        """Remember the platform's id for the person."""
        ...


class Inbox(Protocol):
    """Incoming events, remembered before they are acknowledged."""

    async def remember(self, event: Event) -> bool:
        """Keep the event. False where one with the same platform and key is there already."""
        ...

    async def claim(self, platform: str, now: datetime, lease: timedelta, limit: int) -> Sequence[Event]:
        """Take up to ``limit`` waiting events that nobody else holds, until the lease ends."""
        ...

    async def claim_one(self, platform: str, key: str, now: datetime, lease: timedelta) -> Event | None:
        """Take this event if it waits and nobody else holds it."""
        ...

    async def done(self, platform: str, key: str, response: Reply | None = None) -> None:
        """Mark the event as worked, and keep the answer for repeats of it. Its payload is dropped."""
        ...

    async def failed(self, platform: str, key: str, reference: str) -> None:
        """Mark the event as one that cannot be worked."""
        ...

    async def response(self, platform: str, key: str) -> Reply | None:
        """The answer that the event got, where one was kept."""
        ...

    async def forget_before(self, moment: datetime) -> int:
        """Drop worked events that are older; how many."""
        ...


class Outbox(Protocol):
    """Outgoing messages, written in the transaction that caused them."""

    async def put(self, message: OutgoingMessage) -> bool:
        """Queue the message. False where one with the same key is there already."""
        ...

    async def put_all(self, messages: Sequence[OutgoingMessage]) -> None:
        """Queue many messages at once. One with a key that is there already is left out."""
        ...

    async def claim(self, platform: str, now: datetime, lease: timedelta, limit: int) -> Sequence[OutgoingMessage]:
        """Take up to ``limit`` messages that are due and that nobody else holds, oldest first."""
        ...

    async def delivered(self, key: str, platform_id: str, now: datetime) -> None:
        """Mark the message as taken by the platform. Its content is dropped."""
        ...

    async def postpone(self, key: str, until: datetime, problem: str, *, uncertain: bool) -> None:
        """Try again later; counts an attempt."""
        ...

    async def hold_back(self, key: str, until: datetime) -> None:
        """Wait until then, as if it had been queued for that moment; no attempt is counted."""
        ...

    async def withdraw(self, key: str, now: datetime) -> None:
        """It no longer holds and is not sent. Its content is dropped."""
        ...

    async def fail(self, key: str, problem: str, now: datetime) -> None:
        """Give the message up; it stays visible to operators."""
        ...


class Places(Protocol):
    """Where people and channels can be reached on a platform that wants a stored reference (Teams)."""

    async def remember(self, platform: str, user_id: str, tenant: str, reference: str, now: datetime) -> bool:
        """Keep the newest reference for a private conversation with this person. True where it is the first."""
        ...

    async def find(self, platform: str, user_id: str) -> str | None:
        """The reference for a private conversation with this person."""
        ...

    async def forget(self, platform: str, user_id: str) -> None:
        """The person removed or blocked the bot."""
        ...


class Disclosures(Protocol):
    """The register of disclosures. What people wrote is kept sealed. Only the access gate decides who sees one."""

    async def add(self, disclosure: Disclosure) -> None:
        """Keep a new disclosure with its readers."""
        ...

    async def save(self, disclosure: Disclosure) -> None:
        """Keep a change; ``version`` is the one that was read.

        Raises:
            ChangedMeanwhile: somebody else changed it since.
        """
        ...

    async def get(self, disclosure_id: str) -> Disclosure | None:
        """The disclosure with this id or reference."""
        ...

    async def all(self) -> Sequence[Disclosure]:
        """Every disclosure, newest first."""
        ...

    async def by_declarer(self, person_id: str) -> Sequence[Disclosure]:
        """What a person declared, newest first."""
        ...

    async def record(self, event: DisclosureEvent) -> None:
        """Add a step to a disclosure's life."""
        ...

    async def events(self, disclosure_id: str) -> Sequence[DisclosureEvent]:
        """Every step, oldest first."""
        ...


class Cases(Protocol):
    """Cases: members' enquiries, and what else has an owner, a clock and a ladder. What people wrote is kept sealed."""

    async def add(self, case: Case, working: Deadline | None) -> None:
        """Keep a new case with the working of its date."""
        ...

    async def save(self, case: Case, working: Deadline | None = None) -> None:
        """Keep a change; ``version`` is the one that was read. The working stays where none is given.

        Raises:
            ChangedMeanwhile: somebody else changed it since.
        """
        ...

    async def get(self, case_id: str) -> Case | None:
        """The case with this id or reference."""
        ...

    async def working(self, case_id: str) -> Deadline | None:
        """How the date by the rule was counted."""
        ...

    async def record(self, event: CaseEvent) -> None:
        """Add a step to a case's life."""
        ...

    async def events(self, case_id: str) -> Sequence[CaseEvent]:
        """Every step, oldest first."""
        ...

    async def many(self, case_ids: Iterable[str]) -> Sequence[Case]:
        """The cases with these ids."""
        ...

    async def of_member(self, person_id: str) -> Sequence[Case]:
        """A member's own, newest first."""
        ...

    async def of_owners(self, person_ids: Iterable[str]) -> Sequence[Case]:
        """What these officers have in hand, newest first; only what is open."""
        ...

    async def shared_with(self, person_id: str) -> Sequence[Case]:
        """What other members share with this one, newest first."""
        ...

    async def open(self, after_id: str = "", limit: int | None = None) -> Sequence[Case]:
        """Open cases by id, those after this one; to be gone through a part at a time."""
        ...

    async def since(self, moment: datetime | None) -> Sequence[Case]:
        """Cases that are open, or were raised or answered since, oldest first, without what people wrote."""
        ...

    async def open_count(self) -> int:
        """How many cases are open."""
        ...

    async def ticking(self, today: date) -> Sequence[Chased]:
        """Open cases whose next stage has come, by officer. Only one sweep at a time sees any."""
        ...

    async def tell_once(
        self, stages: Sequence[tuple[str, str, date, bool]], now: datetime
    ) -> set[tuple[str, str, date]]:
        """Write stages into the ledger: case, stage, date, and whether it is told or passed over. Those that are new.

        What is there already is left as it is: each stage of a case is told once for each date.
        """
        ...

    async def ledger(self, case_id: str) -> Sequence[tuple[str, date, bool]]:
        """Every stage of a case that was told or passed over: its key, its date, whether it was told."""
        ...

    async def advance(self, rows: Sequence[tuple[str, frozenset[str], date | None]]) -> None:
        """Set the stages told and the day of the next one, by the case's id; no change that a person would notice."""
        ...


class Absences(Protocol):
    """Who is away when."""

    async def set(self, person_id: str, first: date, last: date) -> None:
        """The person is away on these days, and between them."""
        ...

    async def clear(self, person_id: str) -> None:
        """The person is not away."""
        ...

    async def of(self, person_id: str) -> tuple[date, date] | None:
        """The first and the last day of the person's absence."""
        ...

    async def on(self, day: date) -> frozenset[str]:
        """Ids of everybody who is away on this day."""
        ...


class Marks(Protocol):
    """How far repeated work has come: small facts by name."""

    async def get(self, name: str) -> str:
        """The mark; empty where there is none."""
        ...

    async def set(self, name: str, value: str) -> None:
        """Set the mark."""
        ...


class Drafts(Protocol):
    """What was typed into a form and not sent in yet; and what came of a form that was."""

    async def keep(self, token: str, person_id: str, form: str, values: Mapping[str, str], now: datetime) -> None:
        """Keep what was typed."""
        ...

    async def newest(self, person_id: str, form: str) -> tuple[str, Mapping[str, str]] | None:
        """Token and values of the person's newest form of this kind that was not sent in."""
        ...

    async def settle(self, token: str, person_id: str, form: str, outcome: str, now: datetime) -> None:
        """The form was sent in; what was typed is dropped and the outcome kept."""
        ...

    async def outcome(self, token: str) -> str | None:
        """What came of a form that was sent in; so that the same form twice has one effect."""
        ...


class Audit(Protocol):
    """Who did what and when, without content: append-only and chained, so that a change shows."""

    async def write(self, at: datetime, actor: str, action: str, subject: str) -> None:
        """Add an entry."""
        ...


class Answers(Protocol):
    """What is remembered around answers: the thread, what was useful, what was not covered, what a person was asked."""

    async def remember_thread(self, thread: str, question: str, refs: Sequence[str], now: datetime) -> None:
        """Keep the last question of a conversation and what it found."""
        ...

    async def last_in_thread(self, thread: str, since: datetime) -> tuple[str, tuple[str, ...]] | None:
        """The last question of a conversation and what it found, if it is not older."""
        ...

    async def useful(self, ref: str, now: datetime, *, useful: bool) -> None:
        """Count whether an answer was useful; not who said so."""
        ...

    async def gap(self, question: str, reason: str, ref: str, now: datetime) -> None:
        """Keep a question without a good answer, without the asker."""
        ...

    async def gaps(self) -> Sequence[Gap]:
        """Every question without a good answer, newest first."""
        ...

    async def feedback(self) -> Mapping[str, tuple[int, int]]:
        """For each paragraph, how often it was useful and how often not."""
        ...

    async def forget_before(self, questions: datetime, threads: datetime) -> int:
        """Drop older questions and threads; how many."""
        ...

    async def hand_off(self, handoff: Handoff) -> None:
        """Keep a question that a person was asked."""
        ...

    async def handoff(self, handoff_id: str) -> Handoff | None:
        """The question with this id."""
        ...

    async def reply(self, handoff_id: str, answer: str, by: str) -> bool:
        """Keep the reply. False where there is one already."""
        ...

    async def note(self, ref: str, text: str, by: str, now: datetime) -> None:
        """Put the council's own note on a paragraph; earlier ones stay in its history."""
        ...

    async def notes(self) -> Mapping[str, str]:
        """The newest note on each paragraph that has one."""
        ...


class UnitOfWork(Protocol):
    """One transaction: everything in it is kept together, or nothing is. Rolls back unless committed."""

    @property
    def people(self) -> People:
        """The directory."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What came in."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What goes out."""
        ...

    @property
    def places(self) -> Places:
        """Where people can be reached."""
        ...

    @property
    def disclosures(self) -> Disclosures:
        """The register."""
        ...

    @property
    def cases(self) -> Cases:
        """Members' enquiries, and what else has an owner and a clock."""
        ...

    @property
    def absences(self) -> Absences:
        """Who is away when."""
        ...

    @property
    def marks(self) -> Marks:
        """How far repeated work has come."""
        ...

    @property
    def drafts(self) -> Drafts:
        """Forms that are being filled in."""
        ...

    @property
    def answers(self) -> Answers:
        """What is remembered around answers."""
        ...

    @property
    def audit(self) -> Audit:
        """The audit log."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    async def commit(self) -> None:
        """Keep what was done. Returns when it is safe on disk."""
        ...


class Store(Protocol):
    """Makes units of work."""

    def begin(self) -> UnitOfWork:
        """A new unit of work, to be entered with ``async with``."""
        ...

    async def remember(self, event: Event) -> bool:
        """Keep an incoming event; it is safe on disk when this returns. False where it was there already."""
        ...


class Messenger(Protocol):
    """Delivers a reply on one platform."""

    @property
    def platform(self) -> str:
        """The platform's name, as in :class:`bot.messages.Sender`."""
        ...

    async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:
        """Send the reply and return the platform's id for it.

        Args:
            key: the message's own key, for finding it again where the platform allows that.
            uncertain: an earlier attempt may have got through; look first where that is possible.

        Raises:
            DeliveryError: it did not get through; the subclass says whether it may later.
        """
        ...


class Translator(Protocol):
    """Turns a remembered event of one platform into a request."""

    def to_request(self, event: Event) -> Request | None:
        """The request, or nothing where the event needs no answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a handler may use. ``uow`` is the transaction that its work and its reply share."""

    clock: Clock
    protocol: ProtocolSource
    uow: UnitOfWork
    settings: Settings
    platforms: tuple[str, ...] = ()
    """The platforms that are on, in the order in which people are looked for there."""
    rate_limit: RateLimit = field(default_factory=RateLimit)
    person: Person | None = None
    """The sender, where the directory knows them."""

    @property
    def role(self) -> Role | None:
        """The sender's side, where it is known."""
        return self.person.role if self.person else None
