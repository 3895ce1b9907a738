"""What a protocol says of itself and of concerns: posts, whom to ask, ladders, words."""

from __future__ import annotations

import pytest

from bot.rules.importing.concerns import rungs_in
from bot.rules.importing.document import Block
from bot.rules.importing.facts import advice_in, council_of, statutory_officers, title_of, version_of
from bot.rules.importing.force import binds_of, force_of
from bot.rules.importing.offices import position_of, post_key, posts
from bot.rules.importing.paragraphs import Paragraph
from bot.rules.importing.roles import words_of
from bot.rules.protocol import Binds, Force, Position


def paragraph(text: str, section: str = "General", ref: str = "1") -> Paragraph:
    made = Paragraph(ref, section, "", Block(text))
    made.pieces.append(text)
    return made


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Ask the Chief Executive and the Monitoring Officer.", ["Chief Executive", "Monitoring Officer"]),
        (
            "Ask the Head of Legal & Democratic Services or the Town Clerk.",
            ["Head of Legal & Democratic Services", "Town Clerk"],
        ),
        ("Ask the Director of Finance and ICT about it.", ["Director of Finance and ICT"]),
        ("Members tell their line manager or head of service.", ["line manager", "head of service"]),
        (
            "The People and Culture team and the HR Business Partner know.",
            ["People and Culture team", "HR Business Partner"],
        ),
        ("Members, Officers and the Council respect one another.", []),
        ("The Council's Monitoring Officer decides.", ["Monitoring Officer"]),
    ],
)
def test_posts_are_found_as_they_are_written(text: str, titles: list[str]) -> None:
    assert [post.title for post in posts(text)] == titles


def test_positions_follow_from_titles_and_keys_from_both_forms() -> None:
    assert position_of("Interim Head of Paid Service") is Position.CHIEF_EXECUTIVE
    assert position_of("Corporate Director (Place)") is Position.DIRECTOR
    assert position_of("leaders of the political groups") is Position.GROUP_LEADER
    assert position_of("Receptionist") is None
    assert post_key("the Group Leaders") == post_key("Group Leader") == "group_leader"


@pytest.mark.parametrize(
    ("text", "holders"),
    [
        ("The Head of Law is the Council's Monitoring Officer.", {("Monitoring Officer", "Head of Law")}),
        (
            "The Monitoring Officer (the Borough Solicitor) rules on disputes.",
            {("Monitoring Officer", "Borough Solicitor")},
        ),
        ("The Director of Finance acts as Section 151 Officer.", {("Section 151 Officer", "Director of Finance")}),
        (
            "The Chief Executive, who is the Head of Paid Service, decides.",
            {("Head of Paid Service", "Chief Executive")},
        ),
        ("The Monitoring Officer keeps a register.", {("Monitoring Officer", "Monitoring Officer")}),
        ("Nobody is named here.", set()),
    ],
)
def test_statutory_posts_are_tied_to_the_titles_of_their_holders(text: str, holders: set[tuple[str, str]]) -> None:
    assert {(one.statutory, one.title) for one in statutory_officers([paragraph(text)])} == holders


def ladder(text: str) -> list[tuple[str, str, str]]:
    return [
        (one.by.value, one.about, one.post.title if one.post else "discussion")
        for one in rungs_in(paragraph(text, "Complaints"))
    ]


def test_a_ladder_is_climbed_in_the_order_of_the_text() -> None:
    text = "A member with a concern about an officer should raise it with the Director. If still unhappy, the matter may be referred to the Chief Executive."
    assert ladder(text) == [("member", "officer", "Director"), ("member", "officer", "Chief Executive")]


def test_whom_the_concern_is_about_changes_the_ladder() -> None:
    text = "A member who is unhappy with an officer should tell the Director. Any concern about a Director goes to the Chief Executive. Complaints about the Chief Executive go to the Leader."
    assert ladder(text) == [
        ("member", "officer", "Director"), ("member", "director", "Chief Executive"), ("member", "chief_executive", "Leader"),
    ]  # fmt: skip


def test_one_who_only_passes_a_concern_on_is_no_rung() -> None:
    text = "If an officer has a complaint about a member and direct discussion fails, they should speak to their line manager. The line manager will inform the Chief Executive."
    assert ladder(text) == [("officer", "member", "discussion"), ("officer", "member", "line manager")]


def test_a_breach_by_a_member_is_the_other_side_s_to_raise() -> None:
    assert ladder("An alleged breach of these rules by a member may be reported to the Monitoring Officer.") == [
        ("officer", "member", "Monitoring Officer")
    ]


def test_whom_to_ask_differs_by_role_where_the_text_says_so() -> None:
    text = "A member in need of advice about this protocol should contact the Clerk, whereas an officer should contact their line manager."
    assert [(one.role.value, one.post.title) for one in advice_in(paragraph(text))] == [
        ("member", "Clerk"), ("officer", "line manager"),
    ]  # fmt: skip
    both = advice_in(paragraph("Questions about the meaning of this protocol should be put to the Monitoring Officer."))
    assert {one.role.value for one in both} == {"member", "officer"}


@pytest.mark.parametrize(
    ("text", "force", "binds"),
    [
        ("Members must reply.", Force.MUST, Binds.MEMBER),
        ("Officers shall not write reports for a party.", Force.MUST_NOT, Binds.OFFICER),
        ("Members and officers should be polite. They must not shout.", Force.SHOULD, Binds.BOTH),
        ("An officer may decline an invitation from members.", Force.MAY, Binds.OFFICER),
        ("Members should not ask officers for favours.", Force.SHOULD_NOT, Binds.MEMBER),
        ("Members cannot give instructions to officers.", Force.MUST_NOT, Binds.MEMBER),
        ("The Cabinet will publish its forward plan.", Force.MUST, Binds.COMMITTEE),
        ("The Council is proud of its record.", Force.IS, Binds.COUNCIL),
        ("Good relations rest on respect.", Force.IS, Binds.BOTH),
    ],
)
def test_force_and_whom_it_binds_are_read_from_the_sentence(text: str, force: Force, binds: Binds) -> None:
    assert force_of(text) is force
    assert binds_of(text) == (binds,)


@pytest.mark.parametrize(
    "text",
    [
        "“Statutory Officer” means the Head of Paid Service, the Monitoring Officer or the Chief Finance Officer.",
        "The statutory officers are the Monitoring Officer, the Section 151 Officer and the Head of Paid Service.",
    ],
)
def test_a_list_of_the_statutory_posts_does_not_make_one_the_holder_of_another(text: str) -> None:
    found = {one.statutory: one.title for one in statutory_officers([paragraph(text)])}
    assert all(title == statutory for statutory, title in found.items())


def test_title_council_and_version_come_from_the_heading_lines() -> None:
    lines = ("BRACKWATER BOROUGH COUNCIL", "Protocol on Member and Officer Relations", "Version 2.1")
    assert title_of(lines, (), "x") == "BRACKWATER BOROUGH COUNCIL Protocol on Member and Officer Relations"
    assert council_of("", lines) == "Brackwater Borough Council"
    assert version_of(lines, "") == "Version 2.1"
    assert version_of((), "Words. Adopted by the Council on 12 May 2024.") == "Adopted by the Council on 12 May 2024"
    assert title_of((), (), "my-file.docx") == "my-file.docx"
    opening = ("Brackwater Council", "PART 5", "Member/Officer Protocol", "This protocol binds everybody.")
    assert title_of(("BRACKWATER COUNCIL",), opening, "x") == "BRACKWATER COUNCIL Member/Officer Protocol"


def test_the_words_of_the_text_are_those_it_uses_most() -> None:
    words = words_of(
        "A councillor and an employee. Councillors and employees. The councillors. The Monitoring Officer."
    )
    assert (words.member, words.officers) == ("councillor", "employees")
