"""Cards: valid whatever the reply, within every limit, harmless whatever the text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adapters.teams import cards, envelope, render
from adapters.teams.html_text import plain
from adapters.teams.limits import CARD_BYTES
from bot.messages import (
    Bullets,
    Button,
    Buttons,
    Citation,
    Emphasis,
    Fact,
    Facts,
    Field,
    FieldKind,
    Form,
    Heading,
    Note,
    Option,
    Paragraph,
    Part,
    Reply,
)
from bot.wording import cards as say
from tests.teams import cards_read, sample

SCHEMA = Draft202012Validator(json.loads(Path(__file__).with_name("card.schema.json").read_text(encoding="utf-8")))

# Hypothesis' own texts, and the tricks that a person might try.
tricks = st.sampled_from(
    [
        "[click](https://evil.example)",
        "**bold** _it_ `code` ~~no~~",
        "<at>Everyone</at>",
        "<script>alert(1)</script>",
        "# heading\n- list\n1. one\n> quote",
        "![x](http://evil.example/x.png)",
        "{{DATE(2026-01-01T00:00:00Z)}} ${secret}",
        "a\r\nb\rc\n\n\nd",
        "\ud800 half",
        "\x00\x07\u202ebackwards",
        "word " * 3_000,
        "x" * 9_000,
        "🐢" * 2_500,
        '"\\' * 1_500,
        "",
        " ",
        "\n",
    ]
)
texts = st.one_of(st.text(max_size=40), tricks)
short = st.one_of(st.text(max_size=20), tricks.map(lambda text: text[:200]))
values = st.one_of(st.text(max_size=20), tricks.map(lambda text: text[:2000]))
buttons = st.builds(
    Button,
    label=short,
    action=st.sampled_from(["neighbours", ""]),
    value=values,
    emphasis=st.sampled_from(list(Emphasis)),
    opens=st.sampled_from(["", "sample"]),
    confirm=st.one_of(st.just(""), short),
)
citations = st.builds(
    Citation,
    council=short,
    document=short,
    version=short,
    ref=short,
    label=short,
    section=short,
    says=texts,
    binds=short,
    official=st.none() | texts,
    stale=st.none() | short,
)
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(Heading, text=texts),
    st.builds(Paragraph, text=texts),
    st.builds(Note, text=texts),
    st.builds(Bullets, items=st.lists(texts, max_size=4).map(tuple)),
    st.builds(Facts, rows=st.lists(st.builds(Fact, label=short, value=texts), max_size=4).map(tuple)),
    citations,
    st.builds(Buttons, buttons=st.lists(buttons, max_size=5).map(tuple)),
)
options = st.lists(st.builds(Option, value=st.text(min_size=1, max_size=9), label=short), max_size=9).map(tuple)
fields = st.builds(
    Field,
    name=st.from_regex("[a-z_]{1,20}", fullmatch=True),
    label=short,
    kind=st.sampled_from(list(FieldKind)),
    hint=short,
    value=short,
    options=options,
    required=st.booleans(),
    max_length=st.integers(1, 3000),
    live=st.booleans(),
)
forms = st.builds(
    Form,
    id=st.just("sample"),
    token=st.just("t"),
    title=short,
    intro=st.lists(parts, max_size=3).map(tuple),
    fields=st.lists(fields, max_size=8, unique_by=lambda one: one.name).map(tuple),
    submit=st.just("Send"),
    problems=st.dictionaries(st.sampled_from(["subject", "other"]), short, max_size=2),
)
replies = st.builds(
    Reply, summary=texts, parts=st.lists(parts, max_size=8).map(tuple), form=st.none() | forms, replaces=st.booleans()
)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
MANY = Reply(
    summary="Many",
    parts=tuple(Buttons(tuple(Button(f"{n}{m}", "a", "🐢" * 2000) for m in range(5))) for n in range(3)),
)
LONG = Reply(summary="Long", parts=(Paragraph("🐢" * 20_000), Note("x" * 60_000)))


def check(card: Any) -> None:
    problems = [f"{list(error.path)}: {error.message[:200]}" for error in SCHEMA.iter_errors(card)]
    assert not problems
    pressable = [one for one in cards_read.elements(card) if one.get("type") == "ActionSet"]
    top = sum(len(row["actions"]) for row in pressable) + len(card.get("actions", []))
    assert top <= 6
    ids = [one["id"] for one in cards_read.elements(card) if "id" in one]
    assert len(ids) == len(set(ids))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=PHASES,
)
@given(reply=replies, private=st.booleans(), repeated=st.booleans(), dialogs=st.booleans())
@example(reply=MANY, private=True, repeated=True, dialogs=True)
@example(reply=LONG, private=False, repeated=False, dialogs=False)
def test_any_reply_makes_valid_messages(reply: Reply, private: bool, repeated: bool, dialogs: bool) -> None:  # noqa: FBT001
    messages = render.messages(reply, private=private, repeated=repeated, dialogs=dialogs)
    assert messages
    for message in messages:
        assert cards.weight(message) <= CARD_BYTES
        (attachment,) = message["attachments"]
        check(attachment["content"])
        json.dumps(message, ensure_ascii=False).encode()
        if not private:
            assert not cards_read.inputs(message)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=PHASES,
)
@given(reply=st.none() | replies)
def test_any_reply_makes_a_valid_dialog(reply: Reply | None) -> None:
    content = render.dialog(reply)["task"]["value"]["card"]["content"]
    assert not [error.message for error in SCHEMA.iter_errors(content)]
    kinds = {one.get("type") for one in cards_read.elements(content)}
    assert "Action.Execute" not in kinds
    assert not any("msteams" in one.get("data", {}) for one in cards_read.elements(content))


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(parts, max_size=6).map(tuple))
def test_nothing_that_was_said_is_dropped(parts: tuple[Part, ...]) -> None:
    """Split over lines, pieces and cards, the words of every paragraph are all there and in order."""
    shown = "".join(
        cards_read.text(message) for message in render.messages(Reply(summary="s", parts=parts), private=True)
    )
    squeezed = "".join(shown.split()).replace(say.CONTINUED, "")
    at = 0
    for part in parts:
        if isinstance(part, Paragraph):
            words = "".join(cards.clean(part.text).split())
            found = squeezed.find(words, at)
            assert found >= 0
            at = found + len(words)


def test_no_typed_text_becomes_markup_a_link_or_a_mention() -> None:
    trick = "[x](https://evil.example) **b** <at>All</at> <b>"
    reply = Reply(
        summary="s", parts=(Heading(trick), Paragraph(trick), Facts((Fact(trick, trick),)), Bullets((trick,)))
    )
    (message,) = render.messages(reply, private=True)
    card = message["attachments"][0]["content"]
    assert {one["type"] for one in cards_read.elements(card) if trick in str(one.get("text", ""))} == {"TextRun"}
    assert "entities" not in message
    assert "selectAction" not in json.dumps(card)


@pytest.mark.parametrize("text", ["*a*", "_a_", "[a](b)", "1. a", "- a", "# a", "<b>a", "a`b`", "+ a", "2) a", "a|b"])
def test_a_heading_that_could_be_markup_is_shown_as_plain_bold_text(text: str) -> None:
    assert cards.heading(text)["type"] == "RichTextBlock"


def test_an_ordinary_heading_is_a_heading_for_screen_readers() -> None:
    assert cards.heading("What to do next")["style"] == "heading"


def test_the_notification_says_the_summary_and_nothing_else() -> None:
    reply = Reply(summary="You have a message about D-1.", parts=(Paragraph("Canary"),))
    (message,) = render.messages(reply, private=True)
    assert message["summary"] == "You have a message about D-1."
    assert "text" not in message
    assert "Canary" not in message["attachments"][0]["content"]["fallbackText"]


def test_a_citation_reads_aloud_well() -> None:
    citation = Citation(
        council="Sample Council", document="Protocol", version="2024", ref="29", label="paragraph 29",
        section="Correspondence", says="Officers reply within five working days.", binds="Applies to officers",
        official="An official sentence.", stale="It names an Act that was replaced.",
    )  # fmt: skip
    (message,) = render.messages(Reply(summary="s", parts=(citation,)), private=True)
    assert cards_read.text(message).split("\n") == [
        "Paragraph 29 – Correspondence",
        "Officers reply within five working days.",
        "Official text (2024): “An official sentence.”",
        "It names an Act that was replaced.",
        "Applies to officers. Protocol, Sample Council.",
    ]


def test_every_input_has_a_label_and_every_required_one_says_what_is_missing() -> None:
    (message,) = render.messages(Reply(summary="s", form=sample.form()), private=True)
    for one in cards_read.inputs(message).values():
        assert one.get("label") or one.get("title")
    assert cards_read.inputs(message)["field.subject"]["isRequired"] is True
    assert cards_read.inputs(message)["field.subject"]["errorMessage"]
    assert "isRequired" not in cards_read.inputs(message)["field.since"]


def test_a_date_that_is_none_is_kept_as_it_was_typed() -> None:
    form = sample.form({"since": "about Easter"})
    (message,) = render.messages(Reply(summary="s", form=form), private=True)
    shown = cards_read.inputs(message)["field.since"]
    assert (shown["type"], shown["value"]) == ("Input.Text", "about Easter")


def test_a_long_introduction_goes_ahead_of_the_form_which_stays_whole() -> None:
    form = replace(sample.form(), intro=(Paragraph("word " * 9_000),))
    *before, last = render.messages(Reply(summary="s", form=form), private=True)
    assert before
    assert not any(cards_read.inputs(message) for message in before)
    assert len(cards_read.inputs(last)) == 7
    assert cards_read.button(last, "Send it")


def test_a_button_that_asks_first_shows_the_question_before_the_real_one() -> None:
    button = Button("Withdraw", "withdraw", "7", Emphasis.DANGER, confirm="Withdraw it for good?")
    (message,) = render.messages(Reply(summary="s", parts=(Buttons((button,)),)), private=True)
    outer = next(one for one in cards_read.elements(message) if one.get("type") == "Action.ShowCard")
    assert "Withdraw it for good?" in cards_read.text(outer)
    inner = outer["card"]["actions"][0]
    assert (inner["type"], inner["style"]) == ("Action.Execute", "destructive")


def test_what_a_form_shows_comes_back_as_it_was() -> None:
    known = {
        "subject": "S", "details": "a\nb", "position": "a,b c%", "kinds": "a,b c%;friend", "since": "2026-01-02",
        "other": "Sam Sample", "risk": "yes",
    }  # fmt: skip
    (message,) = render.messages(Reply(summary="s", form=sample.form(known)), private=True)
    sent = {name: one["value"] for name, one in cards_read.inputs(message).items()}
    data = cards_read.button(message, "Send it")["data"]
    press = envelope.read({**data, **sent})
    assert press is not None
    assert press.values == known
    assert envelope.read({**data, **sent, "field.risk~tick": "no"}).values["risk"] == ""  # type: ignore[union-attr]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(alphabet="<>/&;divbrat'\"= ", max_size=80)))
def test_html_of_any_kind_becomes_plain_words(markup: str) -> None:
    assert "\n\n" not in plain(markup)


def test_html_keeps_its_lines_and_loses_its_markup() -> None:
    assert plain("<div>One<br/>two &lt;3<ul><li>a</li><li>b</li></ul><style>x{}</style></div>") == "One\ntwo <3\na\nb"
