"""References: how each house style is cited, whatever stands around the paragraphs."""

from __future__ import annotations

import pytest
from files import refs, segmented
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.importing import Block
from bot.rules.importing.labels import Style, letter, letter_value, read_label, roman, roman_value

SENTENCE = "Members and officers must treat one another with courtesy."


@pytest.mark.parametrize(
    ("text", "style", "plain"),
    [
        ("1. Introduction", Style.DECIMAL, "1"),
        ("4.2 Members must", Style.DECIMAL, "4.2"),
        ("4.2.1. Members must", Style.DECIMAL, "4.2.1"),
        ("1.Members must", Style.DECIMAL, "1"),
        ("(3) Members must", Style.DECIMAL, "3"),
        ("13 PUBLIC RELATIONS", Style.DECIMAL, "13"),
        ("Section 4: Roles", Style.DECIMAL, "4"),
        ("(a) to reply", Style.LETTER, "a"),
        ("iv) to reply", Style.ROMAN, "iv"),
        ("A1 Members must", Style.MIXED, "A1"),
        ("B.2 Members must", Style.MIXED, "B.2"),
        ("- 2.1 Members are", Style.DECIMAL, "2.1"),
        ("• to reply", Style.BULLET, ""),
        ("Part A General", Style.LETTER, "A"),
    ],
)
def test_labels_of_every_kind_are_read(text: str, style: Style, plain: str) -> None:
    label, rest = read_label(text)
    assert label is not None
    assert (label.style, label.plain) == (style, plain)
    assert rest


@pytest.mark.parametrize(
    "text",
    [
        "10 working days after receipt", "4.2 of the Code applies", "1989 Act", "6B: Protocol", "A. J. Smith", "a member must",
        "Section 151 of the Act", "I am sure", "No. 5 is out", "30.6.2024 was the date",
    ],
)  # fmt: skip
def test_numbers_and_letters_in_a_sentence_are_no_labels(text: str) -> None:
    assert read_label(text)[0] is None


@given(st.integers(1, 390))
def test_numerals_and_letters_count_both_ways(number: int) -> None:
    assert roman_value(roman(number)) == number
    assert letter_value(letter(number)) == number


def test_decimal_paragraphs_keep_their_points() -> None:
    found, _ = segmented(
        "1. Conduct", "1.1 Members must:", "- be polite;", "- be prompt.", "They may not shout.", f"1.2 {SENTENCE}"
    )
    first = found.paragraphs[0]
    assert first.text == "Members must: be polite; be prompt. They may not shout."
    assert [point.ref for point in first.points] == ["1.1(a)", "1.1(b)"]
    assert first.wording == "Members must:\n• be polite;\n• be prompt.\nThey may not shout."
    assert first.section == "1. Conduct"


def test_points_bear_their_printed_letters_in_nested_rows() -> None:
    found, _ = segmented(
        "2. Groups",
        "2.1 Officers must:",
        "(a) advise;",
        "(b) report:",
        "(i) in writing;",
        "(ii) at once;",
        "(c) leave.",
    )
    assert [point.ref for point in found.paragraphs[0].points] == [
        "2.1(a)", "2.1(b)", "2.1(b)(i)", "2.1(b)(ii)", "2.1(c)",
    ]  # fmt: skip


def test_letters_right_under_a_numbered_heading_are_cited_with_it() -> None:
    found = refs(
        "1. Purpose",
        f"(a) {SENTENCE}",
        "(b) It applies to all:",
        "- staff;",
        "- members.",
        "2. Roles",
        "(a) Members decide.",
    )
    assert list(found) == ["1(a)", "1(b)", "2(a)"]
    assert found["1(b)"] == "It applies to all: staff; members."


def test_the_letter_after_h_is_no_numeral() -> None:
    letters = [f"({mark}) Members must reply to question {mark}." for mark in "abcdefghij"]
    assert list(refs("1. Duties", *letters)) == [f"1({mark})" for mark in "abcdefghij"]


def test_paragraphs_counted_through_unnumbered_sections_keep_their_numbers() -> None:
    found, _ = segmented(
        "Preamble", f"1. {SENTENCE}", "2. Officers must:", "a. reply;", "b. report.", "Definitions", f"3. {SENTENCE}"
    )
    assert [(p.ref, p.section) for p in found.paragraphs] == [
        ("1", "Preamble"),
        ("2", "Preamble"),
        ("3", "Definitions"),
    ]


def test_without_numbers_every_paragraph_and_point_counts_and_a_lead_in_is_carried() -> None:
    found, _ = segmented(
        Block("2. Members", heading=2), "They decide policy.", "Members must not insist that an officer:", "- change advice;",
        "- act unlawfully.", "This applies at all times.",
    )  # fmt: skip
    assert [(p.ref, p.lead_in, p.text) for p in found.paragraphs] == [
        ("2.1", "", "They decide policy."),
        ("2.2", "Members must not insist that an officer:", "change advice;"),
        ("2.3", "Members must not insist that an officer:", "act unlawfully."),
        ("2.4", "", "This applies at all times."),
    ]


def test_numbers_that_begin_again_in_each_section_are_cited_with_it() -> None:
    assert list(refs("1. Purpose", f"1. {SENTENCE}", f"2. {SENTENCE}", "2. Scope", f"1. {SENTENCE}")) == [
        "1.1",
        "1.2",
        "2.1",
    ]


def test_numbers_that_run_on_through_lettered_sections_are_cited_alone() -> None:
    found = refs(
        "A. Conduct", f"1. {SENTENCE}", f"2. {SENTENCE}", "B. Advice", f"3. {SENTENCE}", "C. Papers", f"4. {SENTENCE}",
        "Annex 1: Visits", f"1. {SENTENCE}",
    )  # fmt: skip
    assert list(found) == ["1", "2", "3", "4", "Annex1.1"]


def test_a_numbered_appendix_is_no_section_of_the_protocol() -> None:
    found = refs("1. Purpose", f"1.1 {SENTENCE}", "Appendix 1: Visits", f"1. {SENTENCE}", f"2. {SENTENCE}")
    assert list(found) == ["1.1", "App1.1", "App1.2"]


def test_a_table_of_versions_is_left_out() -> None:
    rows = ("Version | Date | Change", "2.1 | 3 March 2016 | Replies within 5 working days")
    found = refs(*(Block(text, row=True) for text in rows), "1. Purpose", f"1.1 {SENTENCE}")
    assert list(found) == ["1.1"]


def test_a_third_level_is_a_paragraph_of_its_own_below_a_heading() -> None:
    found, _ = segmented("1. General", "1.1 Purpose", f"1.1.1 {SENTENCE}", f"1.1.2 {SENTENCE}")
    assert [(p.ref, p.heading) for p in found.paragraphs] == [("1.1.1", "Purpose"), ("1.1.2", "Purpose")]


def test_running_headers_contents_and_balloons_are_no_paragraphs() -> None:
    found = refs(
        "Member and Officer Protocol", "Contents", "1 Purpose", "2 Scope", "1. Purpose", "1.1 Members must reply when they",
        "Constitution of Nowhere Council", "are asked.", "Commented [AB1]: really?", "Page 3", "2. Scope",
        "Constitution of Nowhere Council", f"2.1 {SENTENCE} Constitution of Nowhere Council",
    )  # fmt: skip
    assert found == {"1.1": "Members must reply when they are asked.", "2.1": SENTENCE}


def test_contents_with_dotted_lines_are_left_out_even_without_a_heading() -> None:
    assert list(
        refs(
            "1. Purpose ........ 2", "2. Scope ...... 4", "1. Purpose", f"1.1 {SENTENCE}", "2. Scope", f"2.1 {SENTENCE}"
        )
    ) == ["1.1", "2.1"]


def test_text_before_the_first_number_is_kept_and_takes_no_number() -> None:
    found = refs("Protocol", "This guide was adopted by the Council.", "1. Purpose", f"1.1 {SENTENCE}")
    assert found == {"Preamble.1": "This guide was adopted by the Council.", "1.1": SENTENCE}


def test_an_appendix_counts_anew_without_a_clash() -> None:
    assert list(refs("1. Purpose", f"1.1 {SENTENCE}", "Appendix A: Times", f"1. {SENTENCE}")) == ["1.1", "AppA.1"]


def test_a_number_that_stands_twice_is_said_and_both_paragraphs_stay() -> None:
    found, warnings = segmented("1. Purpose", f"1.1 {SENTENCE}", "1.1 Officers must reply to members in good time.")
    assert [p.ref for p in found.paragraphs] == ["1.1", "1.1-2"]
    assert "stands here again" in warnings[0]


def test_a_table_row_with_a_label_is_that_paragraph() -> None:
    assert refs("1. Purpose", Block("1.1 | Members must reply.", row=True), Block("1.2 | Officers must.", row=True)) == {
        "1.1": "Members must reply.", "1.2": "Officers must.",
    }  # fmt: skip


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=60)


@given(st.lists(st.builds(Block, TEXTS, label=st.none() | st.sampled_from(["1.", "1.1", "(a)", "•", "A.", "x"]),
                          heading=st.integers(0, 3), strong=st.booleans(), row=st.booleans()), max_size=12))  # fmt: skip
def test_any_blocks_give_paragraphs_with_references_of_their_own(blocks: list[Block]) -> None:
    found, _ = segmented(*blocks)
    names = [paragraph.ref for paragraph in found.paragraphs]
    assert len(names) == len(set(names))
    assert all(paragraph.text for paragraph in found.paragraphs)
