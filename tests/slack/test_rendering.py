"""A reply as Slack shows it: within every limit, harmless, and good to listen to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapters.slack import modals, render
from adapters.slack import wording as say
from adapters.slack.inbound import SlackTranslator, to_event
from adapters.slack.spot import Spot
from adapters.slack.text import cut, escape, from_slack, length, pieces, unescape
from bot.messages import (
    Asked,
    Bullets,
    Button,
    Buttons,
    ChangeForm,
    CheckDraft,
    Citation,
    Emphasis,
    Fact,
    Facts,
    Field,
    FieldKind,
    Form,
    Heading,
    LookUp,
    Note,
    OpenForm,
    Option,
    Paragraph,
    Place,
    Pressed,
    Reply,
    Said,
    Sender,
    SubmitForm,
)
from tests.slack.block_kit import problems_of_message, problems_of_view, texts
from tests.support import MONDAY_MORNING

NASTY = "<!channel> <@U1> <https://evil.example|click> *bold* _x_ ~s~ `code` :smile: & &amp; &lt;!here&gt; > quote"

words = st.sampled_from(
    [
        "word",
        "lorem ipsum dolor " * 9,
        "<!channel>",
        "&",
        "🙂" * 3,
        "x" * 400,
        "\n",
        "*bold*",
        ":emoji:",
        " ",
        "\x00",
        "é",
    ]
)
text = st.lists(words, max_size=40).map(" ".join) | st.text(max_size=30)
long_text = st.tuples(words, st.integers(0, 60)).map(lambda pair: f"{pair[0]} " * pair[1])
any_text = text | long_text
label = st.text(st.characters(codec="utf-8"), max_size=300)
name = st.text("abcdefgh_", min_size=1, max_size=20)
buttons = st.builds(
    Button,
    label=label,
    action=name,
    value=st.text("abc123", max_size=2000),
    emphasis=st.sampled_from(Emphasis),
    opens=st.sampled_from(["", "declare_relationship", "a:b c"]),
    confirm=label,
)
citations = st.builds(
    Citation,
    council=label,
    document=label,
    version=label,
    ref=name,
    label=label,
    section=label,
    says=any_text,
    binds=label,
    official=st.none() | any_text,
    stale=st.none() | text,
)
parts = st.one_of(
    st.builds(Heading, any_text),
    st.builds(Paragraph, any_text),
    st.builds(Bullets, st.lists(any_text, max_size=12).map(tuple)),
    st.builds(Note, any_text),
    st.builds(Facts, st.lists(st.builds(Fact, label, any_text), max_size=25).map(tuple)),
    citations,
    st.builds(Buttons, st.lists(buttons, max_size=5).map(tuple)),
)
part_lists = st.lists(parts, max_size=8).map(tuple) | st.lists(parts, max_size=3).map(lambda few: tuple(few * 25))
options = st.lists(
    st.builds(Option, value=st.text("abc", min_size=1, max_size=150), label=label),
    max_size=12,
    unique_by=lambda o: o.value,
) | st.integers(90, 230).map(lambda many: [Option(str(number), f"Choice {number}") for number in range(many)])
fields = st.builds(
    Field,
    name=name,
    label=label,
    kind=st.sampled_from(FieldKind),
    hint=any_text,
    value=st.sampled_from(["", "yes", "a", "a;b", "2026-02-30", "2026-03-02"]) | any_text,
    options=options.map(tuple),
    required=st.booleans(),
    max_length=st.integers(-5, 9000),
    live=st.booleans(),
)
forms = st.builds(
    Form,
    id=st.sampled_from(["declare_relationship", "member_enquiry"]),
    token=st.text("abc", max_size=40),
    title=label,
    intro=part_lists,
    fields=st.lists(fields, max_size=8, unique_by=lambda field: field.name).map(tuple),
    submit=label,
    problems=st.dictionaries(name, text.filter(lambda found: bool(found.strip())), max_size=3),
)
replies = st.builds(Reply, summary=any_text, parts=part_lists, form=st.none() | forms)
checked = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


@checked
@given(reply=replies, late=st.booleans())
def test_any_reply_is_a_message_that_slack_takes(reply: Reply, late: bool) -> None:  # noqa: FBT001 - given
    spot = Spot(user="U1", action="open", value="x", late=late)
    assert problems_of_message(render.message(reply, spot)) == []
    assert problems_of_message(render.message(reply)) == []


@checked
@given(reply=replies)
def test_any_reply_is_a_home_tab_and_a_window_that_slack_takes(reply: Reply) -> None:
    assert problems_of_view(render.home(reply)) == []
    assert problems_of_view(modals.notice(reply)) == []


@checked
@given(form=forms)
def test_any_form_is_a_modal_that_slack_takes(form: Form) -> None:
    view = modals.form_view(form)
    assert problems_of_view(view) == []
    assert view["callback_id"] == form.id
    shown = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert shown == [f"field:{field.name}" for field in form.fields]  # no field gives way to an introduction


@settings(max_examples=200, deadline=None)
@given(raw=any_text, limit=st.integers(30, 3000))
def test_pieces_hold_every_word_in_order_and_each_fits(raw: str, limit: int) -> None:
    found = list(pieces(raw, limit))
    assert all(length(piece) <= limit for piece in found)
    together = "".join(piece.removeprefix(say.CONTINUED) if at else piece for at, piece in enumerate(found))
    gone = {
        *map(chr, range(9)),
        *map(chr, range(11, 32)),
        *map(chr, range(0x7F, 0xA0)),
        *"\u202a\u202b\u202c\u202d\u202e",
    }
    gone |= set("\u2066\u2067\u2068\u2069")
    kept = "".join(character for character in raw if character not in gone)
    assert "".join(together.split()) == "".join(kept.split())


@settings(max_examples=200, deadline=None)
@given(raw=st.text(max_size=300))
def test_escaping_goes_there_and_back(raw: str) -> None:
    assert unescape(escape(raw)) == raw
    assert not set(escape(raw)) & {"<", ">"}


def test_a_long_text_is_parted_at_words_and_says_that_it_continues() -> None:
    first, *others = pieces("lorem ipsum " * 600, 3000)

    assert first.endswith(("ipsum", "lorem"))
    assert all(piece.startswith("(continued) ") for piece in others)


def test_a_cut_text_ends_at_a_word_with_an_ellipsis() -> None:
    assert cut("one two three four", 12) == "one two…"
    assert length(cut("&" * 100, 20)) <= 20


@pytest.mark.parametrize(
    "part", [Paragraph(NASTY), Note(NASTY), Heading(NASTY), Bullets((NASTY,)), Facts((Fact("A", NASTY),))]
)
def test_markup_in_any_text_is_shown_as_it_was_typed(part: Any) -> None:
    message = render.message(Reply(summary=NASTY, parts=(part,)))

    shown = texts(message["blocks"])
    assert unescape(shown).endswith(NASTY)
    assert "<" not in json.dumps(message)
    assert "mrkdwn" not in json.dumps(message)  # nothing that a person typed is ever read as markup


def test_a_citation_reads_aloud_in_the_right_order() -> None:
    citation = Citation(
        council="Copeland Borough Council",
        document="Protocol on member/officer relations",
        version="2010",
        ref="5.3",
        label="paragraph 5.3",
        section="Familiarity",
        says="Close personal familiarity can damage the relationship.",
        binds="Binds members and officers",
        official="Official words.",
        stale="The law that this names has changed.",
    )
    blocks = render.blocks_of([citation])

    assert [block["type"] for block in blocks] == ["header", "section", "section", "context", "context"]
    assert texts(blocks).splitlines() == [
        "Paragraph 5.3 – Familiarity",
        "Close personal familiarity can damage the relationship.",
        "Official text (2010): “Official words.”",
        "Binds members and officers. Protocol on member/officer relations, Copeland Borough Council.",
        "The law that this names has changed.",
    ]


def test_the_text_for_notifications_is_the_summary() -> None:
    message = render.message(Reply(summary="Paragraph 5.3 answers this.", parts=(Paragraph("More"),)))

    assert message["text"] == "Paragraph 5.3 answers this."


def test_a_button_tells_what_it_opens_and_does() -> None:
    [row] = render.blocks_of(
        [Buttons((Button(label="Go", action="a:b", opens="my form"), Button(label="Go", action="a:b")))]
    )
    first, second = (element["action_id"] for element in row["elements"])

    assert first != second
    assert render.read_action_id(first) == ("press", "my form", "a:b")
    assert render.read_action_id("somebody-elses") == ("", "", "")


def test_a_form_offered_in_a_message_shows_nothing_of_what_it_says() -> None:
    secret = Form(
        id="disclosure", token="t", title="DR-1", intro=(Paragraph("canary"),), fields=(Field(name="a", label="b"),)
    )

    assert "canary" not in json.dumps(render.message(Reply(summary="x", form=secret)))


def test_fields_become_the_right_elements_with_what_is_known() -> None:
    two = (Option("a", "A"), Option("b", "B"))
    many = tuple(Option(str(number), f"Choice {number}") for number in range(30))
    rows = (
        Field(name="line", label="L", value="x & <y>"),
        Field(name="long", label="L", kind=FieldKind.TEXT, required=False),
        Field(name="one", label="L", kind=FieldKind.CHOICE, options=two, value="b"),
        Field(name="one_of_many", label="L", kind=FieldKind.CHOICE, options=many, value="7"),
        Field(name="some", label="L", kind=FieldKind.CHOICES, options=two, value="a;b"),
        Field(name="some_of_many", label="L", kind=FieldKind.CHOICES, options=many),
        Field(name="day", label="L", kind=FieldKind.DATE, value="2026-03-02"),
        Field(
            name="who", label="L", kind=FieldKind.PERSON, value="person:x", options=(Option("person:x", "Ada Sample"),)
        ),
        Field(name="sure", label="L", kind=FieldKind.TICK, value="yes", live=True),
    )
    view = modals.form_view(Form(id="f", token="t", title="T", fields=rows))
    element = {block["block_id"]: block["element"] for block in view["blocks"]}

    assert [each["type"] for each in element.values()] == [
        "plain_text_input",
        "plain_text_input",
        "radio_buttons",
        "static_select",
        "checkboxes",
        "multi_static_select",
        "datepicker",
        "external_select",
        "checkboxes",
    ]
    assert element["field:line"]["initial_value"] == "x & <y>"  # an input holds text, not markup
    assert element["field:one"]["initial_option"]["value"] == "b"
    assert [each["value"] for each in element["field:some"]["initial_options"]] == ["a", "b"]
    assert element["field:who"]["initial_option"]["text"]["text"] == "Ada Sample"
    assert view["blocks"][1]["optional"] is True
    assert view["blocks"][-1]["dispatch_action"] is True
    assert view["notify_on_close"] is True
    assert json.loads(view["private_metadata"]) == {"token": "t"}


def test_a_long_choice_goes_on_in_its_second_line() -> None:
    choice = modals.option(Option("a", "A close personal relationship with somebody who is no relative, say a friend"))

    assert choice["text"]["text"].endswith("…")
    assert choice["description"]["text"].startswith("…")


READABLE = {
    "<@U0BOT> hello": "hello",
    "hello <@U0BOT> there": "hello there",
    "ask <@U2|pat> or <@U3>": "ask @pat or @someone",
    "see <#C1|general> and <#C2>": "see #general and #a channel",
    "<!channel> <!here|here> <!subteam^S1|@legal>": "@channel @here @legal",
    "<https://a.example|the page> <https://b.example>": "the page https://b.example",
    "<mailto:pat@council.example|pat@council.example>": "pat@council.example",
    "Smith &amp; Jones &lt;b&gt; &amp;lt;": "Smith & Jones <b> &lt;",
    "two\nlines  and\u00a0spaces": "two\nlines and spaces",
    "a < b > c": "a < b > c",
}


@pytest.mark.parametrize(("written", "read"), READABLE.items())
def test_what_slack_writes_is_read_as_it_was_meant(written: str, read: str) -> None:
    assert from_slack(written, "U0BOT") == read


SENDER, PLACE = Sender(platform="slack", user_id="U1", tenant="T1"), Place(private=True, address="{}", thread="C:1")
COMMON: dict[str, Any] = {"key": "k", "sender": SENDER, "place": PLACE}
REQUESTS = [
    Said(**COMMON, text="é “quoted” 🙂"),
    Asked(**COMMON, text="x"),
    OpenForm(**COMMON, form="f", values={"a": "b"}),
    ChangeForm(**COMMON, form="f", token="t", values={"a": "b"}),
    SubmitForm(**COMMON, form="f", token="t", values={}),
    Pressed(**COMMON, action="a", value="v", values={"x": "y"}),
    CheckDraft(**COMMON, text="x", audience="group"),
    LookUp(**COMMON, field_name="n", typed="t"),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda found: type(found).__name__)
def test_a_request_is_remembered_and_comes_back_the_same(request_: Any) -> None:
    event = to_event(request_, MONDAY_MORNING)

    assert SlackTranslator().to_request(event) == request_
    assert (event.platform, event.key) == ("slack", "k")
