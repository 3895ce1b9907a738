"""Web pages: the text without the site around it, and lists as a browser numbers them."""

from __future__ import annotations

from adapters.documents import DEFAULT
from adapters.documents.web_page import read_page


def shown(body: str) -> list[tuple[str | None, str]]:
    return [(block.label, block.text) for block in read_page(f"<html><body>{body}</body></html>", DEFAULT).blocks]


def test_nested_lists_count_each_by_its_own_kind() -> None:
    body = """<ol><li>One<ol type="a"><li>first</li><li>second<ol type="i"><li>deep</li></ol></li></ol></li>
        <li value="7">Seven</li><li>Eight</li></ol><ol start="3"><li>Three</li></ol>"""
    assert shown(body) == [
        ("1.", "One"), ("a.", "first"), ("b.", "second"), ("i.", "deep"), ("7.", "Seven"), ("8.", "Eight"), ("3.", "Three"),
    ]  # fmt: skip


def test_a_reversed_list_counts_down_and_a_style_counts_as_a_type() -> None:
    body = '<ol reversed><li>b</li><li>a</li></ol><ol style="list-style-type: upper-roman"><li>x</li></ol>'
    assert [label for label, _ in shown(body)] == ["2.", "1.", "I."]


def test_navigation_banners_and_footers_are_left_out() -> None:
    body = """<header><nav><ul><li>Home</li></ul></nav></header><div id="cookie-consent"><p>We use cookies.</p></div>
        <div class="breadcrumb"><ol><li>Home</li></ol></div><main><h1>Protocol</h1><p>1.1 Members must reply.</p>
        <aside><p>Related</p></aside></main><p hidden>secret</p><footer><p>1. Contact us</p></footer>"""
    assert shown(body) == [(None, "Protocol"), (None, "1.1 Members must reply.")]


def test_a_page_that_lies_wholly_in_a_form_is_still_read() -> None:
    assert shown('<form id="aspnetForm"><div class="content"><p>1. Text of some length here.</p></div></form>') == [
        (None, "1. Text of some length here.")
    ]


def test_scripts_and_comments_say_nothing_and_struck_words_are_marked() -> None:
    body = "<script>alert('1.')</script><!-- 2. --><p>Ask the <del>Clerk</del><ins>Officer</ins>.</p>"
    assert shown(body) == [(None, "Ask the ~~Clerk~~Officer.")]


def test_two_line_breaks_part_paragraphs_and_one_does_not() -> None:
    assert shown("<p>1. First<br>line<br><br>2. Second</p>") == [(None, "1. First line"), (None, "2. Second")]


def test_a_table_row_is_a_block() -> None:
    assert shown("<table><tr><th>Kind</th><th>Days</th></tr><tr><td>Urgent</td><td>2</td></tr></table>") == [
        (None, "Kind | Days"), (None, "Urgent | 2"),
    ]  # fmt: skip
