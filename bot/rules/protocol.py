"""A council's protocol as knowledge: the values that a pack is made of.

A pack is one council's protocol: its clauses in our own words, who is told of a
relationship, who hears a concern, which clocks run. It is read from YAML by
:mod:`bot.rules.pack_parsing`. Everything here is a frozen value without I/O.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - packs are read back by their types
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Ref = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.()\-]{0,23}$")]
"""A paragraph's label as the council prints it, such as ``5.3``, ``29`` or ``6(a)``."""


class Binds(StrEnum):
    """Whom a clause speaks to."""

    MEMBER = "member"
    OFFICER = "officer"
    BOTH = "both"
    COMMITTEE = "committee"
    COUNCIL = "council"


class Force(StrEnum):
    """How strongly a clause speaks, as its own verb says."""

    MUST = "must"
    MUST_NOT = "must not"
    SHOULD = "should"
    SHOULD_NOT = "should not"
    MAY = "may"
    IS = "is"


class Role(StrEnum):
    """Which side a person is on."""

    MEMBER = "member"
    OFFICER = "officer"


class Position(StrEnum):
    """What a person is; the words of ``route declaration --position``."""

    MEMBER = "member"
    EXECUTIVE_MEMBER = "executive_member"
    CHAIR = "chair"
    GROUP_LEADER = "group_leader"
    OFFICER = "officer"
    SERVICE_HEAD = "service_head"
    DIRECTOR = "director"
    CHIEF_EXECUTIVE = "chief_executive"
    MONITORING_OFFICER = "monitoring_officer"
    SECTION_151_OFFICER = "section_151_officer"
    DEMOCRATIC_SERVICES = "democratic_services"

    @property
    def role(self) -> Role:
        """The side that a person in this position is on."""
        members = {Position.MEMBER, Position.EXECUTIVE_MEMBER, Position.CHAIR, Position.GROUP_LEADER}
        return Role.MEMBER if self in members else Role.OFFICER


class Unit(StrEnum):
    """What a clock counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"
    WEEKS = "weeks"
    YEARS = "years"


class Value(BaseModel):
    """The parent of every value in a pack: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(Value):
    """One numbered provision: what is searched and cited.

    ``says`` is the rule in our own words, complete on its own. ``asked_as`` is how people
    really ask about it. ``stale`` tells the reader where the law that it names has moved on.
    ``official`` is the council's own wording, present only where the deployment imported it.
    """

    ref: Ref
    section: Text
    says: Text
    binds: tuple[Binds, ...] = Field(min_length=1)
    force: Force
    topics: tuple[str, ...] = ()
    asked_as: tuple[Text, ...] = ()
    stale: Text | None = None
    official: Text | None = None


class Office(Value):
    """A post as this council calls it, and the positions whose holders fill it."""

    title: Text
    position: Position | None = None
    """The position in the directory whose holder fills the post; none where it is a body."""
    kind: Annotated[str, StringConstraints(pattern="^(person|everyone|body)$")] = "person"
    """``everyone``: each holder must be told (all Group Leaders). ``body``: a committee."""
    relation: Annotated[str, StringConstraints(pattern="^(own_manager|own_service_head|own_director)$")] | None = None
    """Set where the post is relative to the person: *their* Service Head, *their* Director."""
    deputy: str | None = None
    """The key of the office that stands in."""
    statutory: Text | None = None
    """The statutory role, such as ``Monitoring Officer`` or ``Section 151 Officer``."""
    ref: Ref | None = None


class AdviceContact(Value):
    """Whom this protocol names for advice on itself, by role."""

    role: Role
    to: tuple[str, ...] = Field(min_length=1)
    ref: Ref | None = None
    note: Text | None = None
    """Said in place of a paragraph, where the protocol names nobody and ``to`` is our suggestion."""


class DeclarationRoute(Value):
    """Who is told of a relationship, for a declarer in one of ``positions``.

    ``to`` is empty where the protocol names nobody; ``offer`` is then whom we suggest instead.
    """

    positions: tuple[Position, ...] = Field(min_length=1)
    to: tuple[str, ...] = ()
    ref: Ref | None = None
    also: tuple[Ref, ...] = ()
    """Further clauses that bear on it."""
    note: Text | None = None
    offer: tuple[str, ...] = ()
    expects: tuple[tuple[Text, Ref], ...] = ()
    """What the protocol expects of the declarer next, each with its paragraph."""
    decides_audience: bool = False
    """Whether the recipient decides how far the disclosure is told further."""


class Step(Value):
    """One rung of a ladder: whom to go to."""

    to: Text
    """An office's key, or one of ``discussion`` and ``outside``."""
    ref: Ref
    how: Text | None = None


class ConcernRoute(Value):
    """The ladder for a concern by one side about a person."""

    by: Role
    about: tuple[Annotated[str, StringConstraints(pattern="^(officer|director|chief_executive|member)$")], ...] = Field(
        min_length=1
    )
    steps: tuple[Step, ...] = Field(min_length=1)
    note: Text | None = None


class Procedure(Value):
    """Another procedure that the protocol defines: an urgent request, a need-to-know dispute ..."""

    key: Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*$")]
    title: Text
    who: tuple[Binds, ...] = Field(min_length=1)
    to: tuple[str, ...] = ()
    refs: tuple[Ref, ...] = Field(min_length=1)
    when: Text | None = None
    note: Text | None = None


class ClockKind(StrEnum):
    """What a time limit is for."""

    REPLY = "reply"
    ACKNOWLEDGE = "acknowledge"
    HOLDING_REPLY = "holding_reply"
    PUBLIC_REPLY = "public_reply"
    ELECTION_WINDOW = "election_window"
    REVIEW = "review"
    PROMPTLY = "promptly"


class TimeLimit(Value):
    """A time limit that the text gives, or the word that it uses where it gives no number."""

    kind: ClockKind
    what: Text
    amount: Annotated[int, Field(gt=0)] | None = None
    unit: Unit | None = None
    word: Text | None = None
    """The text's own expression where there is no number, such as ``promptly``."""
    ref: Ref
    also: tuple[Ref, ...] = ()


class NearMiss(Value):
    """A question close to this protocol that it does not answer."""

    text: Text
    why: Text


class Words(Value):
    """The words that this protocol uses for the two sides."""

    member: Text = "Member"
    members: Text = "Members"
    officer: Text = "officer"
    officers: Text = "officers"


class Topic(Value):
    """What councils share: a subject, and the words, abbreviations and slang that people use."""

    id: Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]*$")]
    name: Text
    words: tuple[Text, ...] = Field(min_length=1)


class NotCovered(Value):
    """A subject that no such protocol covers: how people ask, and where to turn instead."""

    subject: Text
    turn_to: Text
    asked_as: tuple[Text, ...] = Field(min_length=1)
    small_talk: bool = False
    """Greetings, thanks, jokes: answered with a kind word rather than a pointer."""


class Knowledge(Value):
    """What every pack shares: topics, and subjects that no protocol covers."""

    topics: tuple[Topic, ...]
    not_covered: tuple[NotCovered, ...]


class Pack(Value):
    """One council's protocol as knowledge."""

    id: Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]{0,63}$")]
    council: Text
    title: Text
    version: Text
    in_force: date | None = None
    """The day from which this version applies; set where a deployment keeps several."""
    cite: Annotated[str, StringConstraints(pattern=r".*\{ref\}.*")] = "paragraph {ref}"
    words: Words = Words()
    note: Text | None = None
    """What a reader should know of the whole text, such as that it is an unsettled draft."""
    offices: dict[str, Office] = Field(default_factory=dict)
    advice: tuple[AdviceContact, ...] = ()
    declarations: tuple[DeclarationRoute, ...] = ()
    concerns: tuple[ConcernRoute, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    clocks: tuple[TimeLimit, ...] = ()
    clauses: tuple[Clause, ...] = Field(min_length=1)
    near_misses: tuple[NearMiss, ...] = ()

    def clause(self, ref: str) -> Clause:
        """The clause with this label.

        Raises:
            KeyError: the pack has no such clause.
        """
        for clause in self.clauses:
            if clause.ref == ref:
                return clause
        raise KeyError(ref)

    def cited(self, ref: str) -> str:
        """How this council cites the paragraph, such as ``paragraph 29``."""
        return self.cite.format(ref=ref)

    def office_title(self, key: str) -> str:
        """What this council calls the office."""
        return self.offices[key].title

    def clock(self, kind: ClockKind) -> TimeLimit | None:
        """The first time limit of this kind that has a number, if the protocol gives one."""
        return next((limit for limit in self.clocks if limit.kind is kind and limit.amount), None)
