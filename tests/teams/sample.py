"""A form for the tests, and the handlers behind it: every kind of field, and a problem for each that is empty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot import dispatch
from bot.messages import (
    Button,
    Buttons,
    ChangeForm,
    CheckDraft,
    Field,
    FieldKind,
    Form,
    Heading,
    LookUp,
    OpenForm,
    Option,
    Paragraph,
    Pressed,
    Reply,
    SubmitForm,
)

if TYPE_CHECKING:
    import pytest

    from bot.messages import Request

OPEN = Button(label="Open the sample", action="open_sample", value="7", opens="sample")
KINDS = (Option("spouse", "Spouse or partner"), Option("a,b c%", "Something, odd"), Option("friend", "Close friend"))


def form(values: Any = None, problems: Any = None, *, live: bool = False) -> Form:
    known = dict(values or {})
    fields = (
        Field(name="subject", label="Subject"),
        Field(name="details", label="Details", kind=FieldKind.TEXT, hint="Leave out health."),
        Field(name="position", label="Position", kind=FieldKind.CHOICE, options=KINDS, live=live),
        Field(name="kinds", label="Kinds", kind=FieldKind.CHOICES, options=KINDS, required=False),
        Field(name="since", label="Since", kind=FieldKind.DATE, required=False),
        Field(name="other", label="Other person", kind=FieldKind.PERSON),
        Field(name="risk", label="At risk", kind=FieldKind.TICK, required=False),
    )
    return Form(
        id="sample",
        token="token-1",
        title="A sample",
        intro=(Paragraph("The Monitoring Officer will see this."),),
        fields=tuple(replace(one, value=known.get(one.name, "")) for one in fields),
        submit="Send it",
        problems=problems or {},
    )


@dataclass
class Sample:
    """Handlers that keep what they got. A token has one effect, however often it comes."""

    private: bool = True
    live: bool = False
    got: list[Request] = field(default_factory=list)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)

    async def open(self, request: OpenForm | Pressed, services: Any) -> Reply:
        self.got.append(request)
        values = request.values if isinstance(request, OpenForm) else {"subject": request.value}
        return Reply(summary="A sample form.", form=form(values, live=self.live), private=self.private)

    async def change(self, request: ChangeForm, services: Any) -> Reply:
        self.got.append(request)
        return Reply(summary="A sample form.", form=form(request.values, live=self.live), private=self.private)

    async def submit(self, request: SubmitForm, services: Any) -> Reply:
        self.got.append(request)
        if not request.values.get("subject"):
            problems = {"subject": "Say what it is about.", "other": "Say who it is."}
            return Reply(summary="Two to check.", form=form(request.values, problems), private=self.private)
        self.kept.setdefault(request.token, dict(request.values))
        return Reply(summary="Kept as S-1.", parts=(Heading("Received"), Paragraph("Kept as S-1.")), private=True)

    async def press(self, request: Pressed, services: Any) -> Reply:
        self.got.append(request)
        return Reply(
            summary="Pressed.", parts=(Paragraph(f"Pressed {request.value}."), Buttons((OPEN,))), replaces=True
        )

    async def look_up(self, request: LookUp, services: Any) -> Reply:
        self.got.append(request)
        found = tuple(Option(f"p-{n}", f"{request.typed} Number {n}") for n in range(20))
        return Reply(summary="", options=found)

    async def check(self, request: CheckDraft, services: Any) -> Reply:
        self.got.append(request)
        return Reply(summary="Nothing found.", parts=(Paragraph("Nothing found."),), private=True)

    def add(self, patch: pytest.MonkeyPatch) -> Sample:
        """Put the handlers into the tables of dispatch."""
        tables: Any = dispatch
        patch.setitem(tables.OPEN, "sample", self.open)
        patch.setitem(tables.OPEN, "member_enquiry", self.open)
        patch.setitem(tables.OPEN, "declare_relationship", self.open)
        patch.setitem(tables.CHANGE, "sample", self.change)
        patch.setitem(tables.SUBMIT, "sample", self.submit)
        patch.setitem(tables.PRESS, "open_sample", self.open)
        patch.setitem(tables.PRESS, "press_sample", self.press)
        patch.setitem(tables.LOOK_UP, "other", self.look_up)
        patch.setitem(tables.BY_KIND, CheckDraft, self.check)
        return self
