"""Time limits: the number, the unit, and what they are for."""

from __future__ import annotations

import pytest

from bot.rules.importing.deadlines import contradictions, deadlines_in, reviews_in, words_in
from bot.rules.protocol import ClockKind, Unit

W, CD, H, K = "working_days", "calendar_days", "hours", "weeks"

SENTENCES = [
    ("Officers will respond within 10 working days.", ((10, W, "reply"),)),
    ("Responses should be given within ten (10) working days of receipt.", ((10, W, "reply"),)),
    ("A reply will be sent within 5 workings days.", ((5, W, "reply"),)),
    (
        "All enquiries will be acknowledged within 1 working day and receive a full response within 10 working days.",
        ((1, W, "acknowledge"), (10, W, "reply")),
    ),
    ("Enquiries are to be acknowledged by the end of the next working day.", ((1, W, "acknowledge"),)),
    (
        "An acknowledgement will be sent within two days and a full reply within three weeks.",
        ((2, CD, "acknowledge"), (3, K, "reply")),
    ),
    (
        "If a full response is not possible within 10 working days, an interim response must be sent explaining why.",
        ((10, W),),
    ),
    (
        "A holding response will be given within five working days where more time is needed.",
        ((5, W, "holding reply"),),
    ),
    ("Members can expect an answer in no more than 15 working days.", ((15, W, "reply"),)),
    ("The standard turnaround for Members' enquiries is seven working days.", ((7, W, "reply"),)),
    ("Emails should be answered within 48 hours wherever possible.", ((48, H, "reply"),)),
    ("Urgent enquiries will be dealt with the same day and in any event within 24 hours.", ((24, H, "reply"),)),
    ("Replies are due within a fortnight.", ((2, K, "reply"),)),
    ("Replies will be issued within 2 weeks.", ((2, K, "reply"),)),
    ("Members must register interests within 28 days of election.", ((28, CD),)),
    ("Any relationship must be declared within 14 calendar days.", ((14, CD, "declare"),)),
    ("During the period of six weeks before an election, publicity is restricted.", ((6, K, "election window"),)),
    ("No event should be held in the 6 week run-up to a local election.", ((6, K, "election window"),)),
    (
        "From the publication of the notice of election until polling day (25 working days) special care is needed.",
        ((25, W, "election window"),),
    ),
    ("Reports must be sent to the Chair five clear working days before the meeting.", ((5, W),)),
    ("Agendas are published at least 5 clear days before each meeting.", ((5, CD),)),
    ("The officer should reply by the third working day after receipt.", ((3, W, "reply"),)),
    ("The complaint will be considered within 20 working days of being received.", ((20, W),)),
    ("A Member who has had no answer after 10 working days may write to the Chief Executive.", ((10, W, "reply"),)),
    ("Officers have 5 working days in which to reply.", ((5, W, "reply"),)),
    ("Complex enquiries may take up to 20 working days.", ((20, W, "reply"),)),
    (
        "Response times: acknowledgement – 2 working days; full reply – 10 working days.",
        ((2, W, "acknowledge"), (10, W, "reply")),
    ),
    ("Acknowledgement | 2 working days", ((2, W, "acknowledge"),)),
    ("Within 5-10 working days a reply will be given.", ((10, W, "reply"),)),
    ("Officers should aim to reply between 5 and 10 working days.", ((10, W, "reply"),)),
    ("They will answer Members' letters within one week.", ((1, K, "reply"),)),
    ("The Director will reply within ten days.", ((10, CD, "reply"),)),
    ("The Director will reply within one week, or two weeks at the latest.", ((1, K), (2, K))),
    ("A reply shall be made not later than 10 working days from the date of the request.", ((10, W, "reply"),)),
    ("Telephone calls should be returned within one working day.", ((1, W),)),
    ("Phone messages should be returned by close of business on the next working day.", ((1, W),)),
    ("Councillors should respond to residents within 5 working days.", ((5, W, "reply to the public"),)),
    ("A response is expected in ten working days.", ((10, W, "reply"),)),
    ("Officers must within 3 working days acknowledge receipt.", ((3, W, "acknowledge"),)),
    (
        "The Council's standard is to answer letters and emails from Members within 10 working days; if this is impossible a progress update will be given every 5 working days.",
        ((10, W, "reply"), (5, W)),
    ),
    ("An investigation will normally be completed inside 30 working days.", ((30, W),)),
    ("Notice of at least 72 hours must be given of a visit.", ((72, H),)),
    ("Members should give two weeks' notice of a request for officer attendance.", ((2, K),)),
    ("Members should give two working days’ notice.", ((2, W),)),
    (
        "Members will receive an acknowledgment no later than 2 working days after making an enquiry.",
        ((2, W, "acknowledge"),),
    ),
    ("A full reply will follow inside ten working days.", ((10, W, "reply"),)),
    ("Enquiries must be answered within ten working days, or, in complex cases, twenty.", ((10, W, "reply"),)),
    ("We aim to respond to 95% of enquiries within 8 working days.", ((8, W, "reply"),)),
    ("Officers are expected to return calls the next working day.", ((1, W),)),
    ("The Service Head has three working days to decide whether the enquiry is urgent.", ((3, W),)),
    ("A response should be received within one calendar week.", ((1, K, "reply"),)),
    ("An officer must notify the change within seven days of it happening.", ((7, CD, "notify"),)),
    ("Councillors should allow at least 5 working days for a reply before chasing.", ((5, W, "reply"),)),
    ("Standard enquiries: ten working days. Urgent enquiries: one working day.", ((10, W), (1, W))),
    ("The Council's service standard is a reply in 10 working days.", ((10, W, "reply"),)),
    (
        "An initial response will be made within 2 working days and a substantive response within 10 working days.",
        ((2, W), (10, W, "reply")),
    ),
    ("Publicity is restricted in the twenty-five working days before polling day.", ((25, W, "election window"),)),
    ("Restrictions apply from six weeks before the election until the poll closes.", ((6, K, "election window"),)),
    ("Members must give officers a minimum of 48 hours' notice.", ((48, H),)),
    (
        "The request will be considered by the Monitoring Officer, who will give a decision within five working days.",
        ((5, W),),
    ),
    ("If no agreement is reached within 10 working days the matter is referred to the Chief Executive.", ((10, W),)),
    ("Reply within 3-5 working days.", ((5, W, "reply"),)),
    ("Two weeks before each meeting the Chair is briefed.", ((2, K),)),
    ("The officer will respond within a maximum of fifteen (15) working days.", ((15, W, "reply"),)),
    ("Response within 1 day.", ((1, CD, "reply"),)),
    ("The author should have not less than six clear days’ warning of the questions.", ((6, CD),)),
    ("The time may be extended once by a further fortnight.", ((2, K),)),
    (
        "Since the review in 2023, which was long overdue, officers must reply within 10 working days.",
        ((10, W, "reply"),),
    ),
]

NOTHING = [
    "The Act of 2000 applies. Members serve for four years.",
    "There are 30 days of leave in a year.",
    "He worked for the Council for 20 years.",
    "Over the last two weeks several Members have asked about this.",
    "The Council has 48 members and 3 committees.",
    "Part 5 of the Constitution and section 10 apply.",
    "In 2019 the guidance was sent out three weeks before polling day, which was too late.",
    "It replaces a note issued in 2016, on which members had 21 days to comment.",
    "A request that takes more than twelve hours of staff time may be narrowed.",
]


@pytest.mark.parametrize(("text", "limits"), SENTENCES)
def test_each_limit_is_found_with_its_unit_and_purpose(text: str, limits: tuple[tuple[object, ...], ...]) -> None:
    got = [(one.amount, one.unit.value, one.what) for one in deadlines_in("1", text)]
    assert sorted(one[:2] for one in got) == sorted(limit[:2] for limit in limits)
    for amount, unit, *what in limits:
        assert any((a, u) == (amount, unit) and (not what or w == what[0]) for a, u, w in got)


@pytest.mark.parametrize("text", NOTHING)
def test_a_length_of_time_that_limits_nothing_is_no_limit(text: str) -> None:
    assert deadlines_in("1", text) == []


def test_a_row_of_a_table_is_read_with_its_first_cell() -> None:
    assert [(one.what, one.amount) for one in deadlines_in("1", "Holding reply | 3 working days")] == [
        ("holding reply", 3)
    ]


@pytest.mark.parametrize(
    ("text", "years"),
    [("This protocol will be reviewed annually.", 1), ("A review of the protocol takes place every two years.", 2),
     ("The protocol shall be reviewed at least once a year.", 1)],
)  # fmt: skip
def test_the_review_is_found(text: str, years: int) -> None:
    assert [(one.kind, one.amount, one.unit) for one in reviews_in("9", text)] == [
        (ClockKind.REVIEW, years, Unit.YEARS)
    ]


def test_a_word_in_place_of_a_number_is_kept_as_a_word() -> None:
    assert [(one.word, one.ref) for one in words_in("3", "Officers will reply promptly to letters.")] == [
        ("promptly", "3")
    ]


def test_two_paragraphs_that_disagree_are_noted_and_two_that_agree_are_not() -> None:
    five = deadlines_in("3.1", "Officers will reply within 5 working days.")
    ten = deadlines_in("7.2", "A reply is due within 10 working days.")
    assert contradictions([*five, *five]) == []
    (note,) = contradictions([*five, *ten])
    assert "3.1 and 7.2" in note
    assert "5 working days and 10 working days" in note
