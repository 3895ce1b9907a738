"""The journeys, step by step. What somebody types is asked for by name, so that a test can put a mark on each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.journeys.stage import Message, Stage, Window

Words = Callable[[str], str]
"""The words that are typed into a field, by the field's name."""

REFERENCE = re.compile(r"\b(?:DR|ME)-\w{4}-\w{4}\b")


@dataclass(frozen=True)
class Council:
    """Who declares in this council's journey, about whom, and who must be told."""

    pack: str
    declarer: str
    other: str
    recipient: str


COUNCILS = (
    Council("copeland", "ada.sample", "femi.sample", "mo.template"),
    Council("county-appendix-11", "femi.sample", "ben.specimen", "kim.sample"),
    Council("councillor-officer", "femi.sample", "ada.sample", "mo.template"),
    Council("west-oxfordshire", "hal.example", "ben.specimen", "mo.template"),
    Council("tower-hamlets", "ada.sample", "hal.example", "mo.template"),
)


def plainly(name: str) -> str:
    """Ordinary words."""
    return f"words for {name}"


def reference_in(message: Message) -> str:
    """The one reference that a message names."""
    [found] = set(REFERENCE.findall(message.whole))
    return found


async def opened(stage: Stage, who: str, label: str = "Open", *, of: Message | None = None) -> Window:
    """Press the button of the newest message; it opens a window."""
    window = await stage.press(who, of or stage.latest(who), label)
    assert window is not None
    return window


async def declare(stage: Stage, council: Council, words: Words = plainly, **more: str) -> str:
    """The command, the form, the receipt. The reference."""
    before = len(stage.inbox(council.recipient))
    window = await stage.open(council.declarer, "declare_relationship")
    assert "Who will see this" in window.words
    values = {
        "other_party": f"person:{council.other}",
        "kind": "family",
        "since": words("since"),
        "bearing": "service;committee",
        "bearing_on": words("bearing_on"),
        "details": words("details"),
        **more,
    }
    done = await stage.send(council.declarer, window, **values)
    assert not done.problems, done.problems
    await stage.settle()
    receipt = stage.latest(council.declarer)
    assert "Your declaration is recorded." in receipt.notice
    assert len(stage.inbox(council.recipient)) == before + 1, "the recipient is told once"
    assert reference_in(stage.latest(council.recipient)) == reference_in(receipt)
    return reference_in(receipt)


async def decide(stage: Stage, council: Council, words: Words = plainly) -> None:
    """The recipient opens it, asks, is answered, and sets conditions; the declarer amends."""
    who, declarer = council.recipient, council.declarer
    window = await opened(stage, who)
    assert words("details") in window.words, "opened behind the gate, in full"
    await _record(stage, who, window, step="information asked", text=words("information asked"))
    window = await opened(stage, declarer)
    assert words("information asked") in window.words
    await _record(stage, declarer, window, step="information given", text=words("information given"))
    window = await opened(stage, who)
    assert words("information given") in window.words
    values = {"text": words("conditions"), "told": words("told"), "review_on": "2027-03-02"}
    await _record(stage, who, window, step="conditions set", **values)
    window = await opened(stage, declarer)
    assert words("conditions") in window.words
    window = await stage.send(declarer, window, step="amended")
    values = {"other_party": f"person:{council.other}", "kind": "friend", "details": words("amended details")}
    done = await stage.send(declarer, window, **values)
    assert not done.problems, done.problems
    await stage.settle()
    assert "was amended" in stage.latest(who).notice
    window = await opened(stage, who)
    assert words("amended details") in window.words


async def _record(stage: Stage, who: str, window: Window, **values: str) -> None:
    done = await stage.send(who, window, **values)
    assert not done.problems, done.problems
    await stage.settle()


# --- enquiries ---------------------------------------------------------------------------

MEMBER, OFFICER = "ada.sample", "gwen.specimen"


async def raise_enquiry(stage: Stage, words: Words = plainly, **more: str) -> str:
    """The command, the form, the receipt, and the officer who is told. The reference."""
    window = await stage.open(MEMBER, "member_enquiry")
    values = {
        "subject": words("subject"),
        "details": words("enquiry details"),
        "service": "Housing",
        "ward": words("ward"),
        "on_behalf": words("on behalf"),
        **more,
    }
    done = await stage.fill(MEMBER, window, **values)
    assert not done.problems, done.problems
    await stage.settle()
    [receipt] = [one for one in stage.inbox(MEMBER) if "is recorded" in one.notice and "ME-" in one.notice][-1:]
    return reference_in(receipt)


async def take(stage: Stage, who: str, step: str, *, of: Message | None = None, **values: str) -> None:
    """Open the enquiry from a message and record a step with its words."""
    label = "Open" if of is None else next(label for label in ("Open", *of.buttons) if label in of.buttons)
    message = of or [one for one in stage.inbox(who) if "Open" in one.buttons][-1]
    window = await opened(stage, who, label, of=message)
    window = await stage.change(who, window, step=step)
    done = await stage.fill(who, window, step=step, **values)
    assert not done.problems, done.problems
    await stage.settle()


async def reads(stage: Stage, who: str, text: str) -> bool:
    """Whether somebody who opens the newest message about an enquiry reads these words."""
    message = [one for one in stage.inbox(who) if "Open" in one.buttons][-1]
    return text in (await opened(stage, who, of=message)).words
