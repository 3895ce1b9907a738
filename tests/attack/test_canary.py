"""What people type is read by those whom it is for, and by nobody and nothing else.

A different sentence goes into every field, message, question and reply, while everything is logged
that can be. Then it is looked for: in what was logged, measured and notified, in errors, and in the
bytes of the database.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot import dispatch
from bot.wording import handoff
from storage.tables import metadata
from tests.attack.logging_all import everything_logged
from tests.journeys.stage import PEOPLE, OnSlack, OnTeams, Window, council
from tests.journeys.walks import COUNCILS, MEMBER, OFFICER, decide, declare, opened, raise_enquiry, take
from tests.teams import cards_read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.messages import SubmitForm
    from bot.ports import Services
    from storage import SqlStore
    from tests.journeys.stage import Message, Stage

SHOWN_TO_BOTH_SIDES = ("subject", "handoff question", "handoff answer")
"""What a private message may hold: an enquiry's subject, and a question and its reply to whoever asked it."""


@dataclass
class Marks:
    """The sentences, by where they were typed."""

    given: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str) -> str:
        return self.given.setdefault(name, f"zq{len(self.given):03}kestrel flew over the {name} field")

    def found_in(self, haystack: str | bytes) -> list[str]:
        """The names of the sentences that occur in it."""
        raw = haystack.encode() if isinstance(haystack, str) else haystack
        return [name for name, sentence in self.given.items() if sentence.split()[0].encode() in raw]


def text_inputs(window: Window) -> set[str]:
    """The fields of a window into which words can be typed."""
    blocks = window.native.get("blocks")
    if blocks is not None:
        typed = {"plain_text_input", "external_select"}
        return {b["block_id"].removeprefix("field:") for b in blocks if b.get("element", {}).get("type") in typed}
    inputs = cards_read.inputs(window.native)
    return {
        name.removeprefix("field.").partition("~")[0] for name, one in inputs.items() if one["type"] == "Input.Text"
    }


@dataclass
class Watched:
    """Notes each window that is shown, and each field that something is typed into."""

    stage: Any
    shown: set[tuple[str, str]] = field(default_factory=set)
    typed: set[tuple[str, str]] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stage, name)

    async def open(self, who: str, form: str) -> Window:
        return self._note(await self.stage.open(who, form))

    async def log_message(self, who: str, words: str) -> Window:
        return self._note(await self.stage.log_message(who, words))

    async def press(self, who: str, message: Message, label: str) -> Window | None:
        window = await self.stage.press(who, message, label)
        return self._note(window) if window else None

    async def change(self, who: str, window: Window, **values: str) -> Window:
        return self._note(await self.stage.change(who, window, **values))

    async def send(self, who: str, window: Window, **values: str) -> Window:
        self.typed |= {(_form(window), name) for name, value in values.items() if value.startswith("zq")}
        return self._note(await self.stage.send(who, window, **values))

    async def fill(self, who: str, window: Window, **values: str) -> Window:
        if not set(values) <= set(window.fields):
            window = await self.change(who, window, **values)
        return await self.send(who, window, **values)

    def _note(self, window: Window) -> Window:
        self.shown |= {(_form(window), name) for name in text_inputs(window)}
        return window


def _form(window: Window) -> str:
    if "callback_id" in window.native:
        return str(window.native["callback_id"])
    ours = [one["protocolBot"] for one in cards_read.elements(window.native) if "protocolBot" in one]
    return next((one["form"] for one in ours if one.get("form")), "")


async def everything_typed(stage: Watched, marks: Marks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every form, every step that takes words, every message."""
    await declarations(stage, marks)
    await enquiries(stage, marks)
    await questions(stage, marks)
    await away(stage)
    await forgeries(stage.stage, marks)
    await failures(stage.stage, marks, monkeypatch)


async def declarations(stage: Watched, marks: Marks) -> None:
    case = COUNCILS[0]
    await declare(stage, case, marks)  # type: ignore[arg-type]
    await decide(stage, case, marks)  # type: ignore[arg-type]
    window = await opened(stage, case.recipient)  # type: ignore[arg-type]
    await stage.send(case.recipient, window, step="no action needed", text=marks("no action"))
    window = await opened(stage, case.declarer)  # type: ignore[arg-type]
    await stage.send(case.declarer, window, step="withdrawn", text=marks("why withdrawn"))
    await stage.settle()
    named = replace(case, declarer="ben.specimen")
    await declare(stage, named, lambda name: marks(f"{name} of another"), other_party=marks("a name"), at_risk="yes")  # type: ignore[arg-type]
    window = await stage.open("cora.placeholder", "declare_relationship")
    window = await stage.change("cora.placeholder", window, other_party=marks("draft name"), details=marks("draft"))
    await stage.look_up("cora.placeholder", window, "other_party", marks("letters typed"))
    refused = await stage.send(
        "cora.placeholder", window, details=marks("with a problem"), other_party=marks("and a name")
    )
    assert refused.problems, "no kind was chosen"


async def enquiries(stage: Watched, marks: Marks) -> None:
    urgent = {"urgent": "yes", "why_urgent": marks("why urgent")}
    await raise_enquiry(stage, lambda name: marks(f"urgent {name}"), **urgent)  # type: ignore[arg-type]
    window = await stage.log_message(MEMBER, marks("logged message"))
    await stage.fill(MEMBER, window, subject=marks("subject"), details=marks("enquiry details"), service="Housing")
    await stage.settle()
    given = [one for one in stage.inbox(OFFICER) if "I have it" in one.buttons][-1]
    receipt = stage.latest(MEMBER)

    async def step(who: str, name: str, **values: str) -> None:
        await take(stage, who, name, of=receipt if who == MEMBER else given, text=marks(name), **values)  # type: ignore[arg-type]

    await step(OFFICER, "question to the member")
    await step(MEMBER, "answer from the member")
    await step(OFFICER, "note")
    await step(OFFICER, "paused", on="2026-03-05")
    await step(OFFICER, "holding reply", on="2026-03-27")
    await step(OFFICER, "chair told")
    await step(OFFICER, "reply")
    await step(OFFICER, "further work", on="2026-04-09")
    await step(OFFICER, "further work done")
    await step(MEMBER, "reopened")
    await step(OFFICER, "passed on", to_officer="person:femi.sample")
    theirs = [one for one in stage.inbox("femi.sample") if "I have it" in one.buttons][-1]
    await take(stage, "femi.sample", "not mine", of=theirs, text=marks("not mine"))  # type: ignore[arg-type]
    chooser = stage.latest("oz.placeholder")
    window = await opened(stage, "oz.placeholder", of=chooser)  # type: ignore[arg-type]
    window = await stage.change("oz.placeholder", window, step="assigned")
    assert (await stage.fill("oz.placeholder", window, step="assigned", to_officer=marks("no such officer"))).problems
    window = await opened(stage, MEMBER, of=receipt)  # type: ignore[arg-type]
    window = await stage.change(MEMBER, window, step="shared")
    assert (await stage.fill(MEMBER, window, step="shared", share_with=marks("no such member"))).problems
    window = await opened(stage, MEMBER, of=receipt)  # type: ignore[arg-type]
    window = await stage.change(MEMBER, window, step="withdrawn")
    await stage.fill(MEMBER, window, step="withdrawn", text=marks("why enquiry withdrawn"))
    window = await stage.open("oz.placeholder", "member_enquiry")
    assert (
        await stage.fill("oz.placeholder", window, for_member=marks("no such councillor"), details=marks("unsent"))
    ).problems


async def questions(stage: Watched, marks: Marks) -> None:
    await stage.say(MEMBER, f"May an officer come to our group meeting? {marks('question')}")
    await stage.mention("ben.specimen", f"May officers accept gifts? {marks('question in public')}")
    await stage.say("ben.specimen", marks("gibberish"))
    await stage.check_message(MEMBER, marks("message to check"))
    answer = [one for one in stage.inbox(MEMBER) if "Not useful" in one.buttons][-1]
    await stage.press(MEMBER, answer, "Not useful")
    window = await opened(stage, MEMBER, "Ask a person", of=answer)  # type: ignore[arg-type]
    done = await stage.send(MEMBER, window, question=marks("handoff question"))
    assert not done.problems
    await stage.settle()
    asked = [(who, one) for who in PEOPLE for one in stage.inbox(who) if one.notice.startswith(handoff.ASKED_YOU)]
    [(adviser, message)] = asked
    window = await opened(stage, adviser, handoff.OPEN, of=message)  # type: ignore[arg-type]
    assert not (await stage.send(adviser, window, answer=marks("handoff answer"))).problems
    await stage.settle()


async def away(stage: Watched) -> None:
    await stage.say(OFFICER, "I am away")


async def forgeries(stage: Stage, marks: Marks) -> None:
    """Requests that are turned away: a bad signature or token, a body that cannot be read."""
    if isinstance(stage, OnSlack):
        body = json.dumps(stage.town.envelope(stage.town.direct(marks("badly signed"))))
        assert (await stage.town.post(body, secret="wrong")).status == 401
        assert (await stage.town.post(body, age=400)).status == 401
        assert (await stage.town.post(f'{{"text": "{marks("cut off")}"')).status == 400
        strange = {"type": "event_callback", "event": {"type": [marks("strange")], "text": marks("strange too")}}
        await stage.town.post(json.dumps(strange))
    elif isinstance(stage, OnTeams):
        good = {"Authorization": f"Bearer {stage.teams.token(stage.clock.now())}"}
        bad = {"Authorization": f"Bearer {marks('a bearer')}"}
        whole = json.dumps({"type": "message", "text": marks("badly signed")})
        for body, headers, status in (
            (whole, bad, 401),
            (whole, good, 403),
            (f'{{"text": "{marks("cut off")}"', good, 400),
        ):
            response = await stage.client.post("/api/messages", data=body.encode(), headers=headers)
            stage.bodies.append(await response.text())
            assert response.status == status
    response = await stage.client.post(f"/{marks('a path').replace(' ', '-')}", data=marks("nowhere"))
    assert response.status == 404


async def failures(stage: Stage, marks: Marks, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that quotes what was typed in its error, and a database that refuses the row."""

    async def broken(request: SubmitForm, services: Services) -> None:
        raise RuntimeError(dict(request.values))

    with monkeypatch.context() as patch:
        patch.setitem(dispatch.SUBMIT, "declare_relationship", broken)  # type: ignore[arg-type]
        window = await stage.open("dev.template", "declare_relationship")
        await stage.send(
            "dev.template", window, details=marks("a bug"), other_party=marks("a bug's name"), kind="family"
        )
    async with stage.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE disclosures RENAME TO elsewhere"))
    window = await stage.open("dev.template", "declare_relationship")
    values = {"details": marks("no table"), "other_party": marks("no table's name"), "kind": "family"}
    await stage.send("dev.template", window, **values)
    async with stage.store.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO disclosures"))
    await stage.settle()


async def stored(store: SqlStore) -> bytes:
    """Every byte of the SQLite files, the log of what is not yet in the main file too; every row of PostgreSQL."""
    if store.is_sqlite:
        path = Path(str(store.engine.url.database))
        files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
        assert any(file.name.endswith("-wal") for file in files)
        return b"".join(file.read_bytes() for file in files)
    async with store.engine.connect() as connection:
        rows = [
            (await connection.execute(text(f'SELECT t::text FROM "{table.name}" t'))).scalars().all()
            for table in metadata.sorted_tables
        ]
    return "\n".join(row for table in rows for row in table).encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("platform", "store"),
    [("slack", "sqlite"), ("teams", "sqlite"), pytest.param("slack", "postgres", marks=pytest.mark.postgres)],
    indirect=["store"],
)
async def test_what_people_type_is_nowhere_but_where_its_readers_open_it(
    store: SqlStore, platform: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = Marks()
    with everything_logged() as heard:
        async with council(platform, store, "copeland", declarations_per_hour=100, reply_working_days=10) as stage:
            watched = Watched(stage)
            await everything_typed(watched, marks, monkeypatch)
            figures, messages, in_public = await stage.metrics(), stage.messages(), stage.in_public()
            windows = stage.windows()
        kept = await stored(store)
    out, err = capfd.readouterr()

    assert len(marks.given) > 50
    assert "slack.refused" in err or "teams.refused" in err, "the log was captured"
    assert marks.found_in(err + out) == []
    assert marks.found_in("\n".join(heard.said)) == [], "not even where a library were let to log"
    assert marks.found_in(figures) == []
    assert marks.found_in("\n".join(message.notice for message in messages)) == []
    assert set(marks.found_in("\n".join(message.whole for message in messages))) <= _allowed(marks)
    assert marks.found_in(in_public) == []
    assert marks.found_in(kept) == []
    missed = watched.shown - watched.typed
    assert missed == set(), "every field was typed into"
    assert {form for form, _ in watched.shown} >= set(dispatch.SUBMIT) - {"away"}, "every form was opened"
    assert {"details", "amended details", "conditions", "reply", "note"} <= set(marks.found_in(windows))
    assert {"handoff question", "handoff answer"} <= set(marks.found_in("\n".join(one.whole for one in messages)))


def _allowed(marks: Marks) -> set[str]:
    return {name for name in marks.given if any(name.endswith(each) for each in SHOWN_TO_BOTH_SIDES)}


def test_the_search_finds_what_is_there() -> None:
    marks: Marks = Marks()
    sentence: Mapping[str, str] = {"a": marks("a field")}

    assert marks.found_in(json.dumps(sentence)) == ["a field"]
    assert marks.found_in("nothing") == []
