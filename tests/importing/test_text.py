"""Plain text and Markdown: where a paragraph begins, and which marks are none of its words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.documents.text import read_text


def shown(text: str, *, markdown: bool = False) -> list[str]:
    return [block.text for block in read_text(text, markdown=markdown).blocks]


def test_wrapped_lines_are_joined_and_broken_words_mended() -> None:
    text = "1.1 Members and co-\nopted members must be consid-\nerate. They are considerate people.\n1.2 Next."
    assert shown(text) == [
        "1.1 Members and co-opted members must be considerate. They are considerate people.",
        "1.2 Next.",
    ]


def test_a_number_inside_a_sentence_begins_no_paragraph() -> None:
    text = "1. A reply is given within\n10 working days, as paragraph\n4.2 of the Code says, under the Act of\n1972 as amended."
    assert len(shown(text)) == 1


def test_markdown_marks_are_taken_off() -> None:
    text = "## **2. Roles**\n\n*Officers* may see <u>this</u> [page](https://example.org/a_(b)).\n\n~~Old~~ words \\* here."
    assert shown(text, markdown=True) == ["2. Roles", "Officers may see this page.", "~~Old~~ words * here."]


def test_a_markdown_list_numbers_itself_where_every_item_says_one() -> None:
    assert shown("1. a\n1. b\n1. c\n\nThen:\n\n4. d\n6. e", markdown=True) == [
        "1. a", "2. b", "3. c", "Then:", "4. d", "6. e",
    ]  # fmt: skip


def test_front_matter_rules_and_table_rules_are_no_text() -> None:
    text = "---\ntitle: x\n---\n# Protocol\n\n---\n\n| Kind | Days |\n|---|---|\n| Urgent | 2 |\n"
    assert shown(text, markdown=True) == ["Protocol", "Kind | Days", "Urgent | 2"]


def test_line_numbers_are_those_of_the_file() -> None:
    blocks = read_text("---\na: b\n---\n\n# T\n\nText.", markdown=True).blocks
    assert [block.line for block in blocks] == [5, 7]


@given(st.text())
def test_any_text_is_read_without_error(text: str) -> None:
    for markdown in (False, True):
        for block in read_text(text, markdown=markdown).blocks:
            assert block.text.strip()
