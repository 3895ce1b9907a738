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


def test_a_list_counts_as_its_class_or_the_style_sheet_says() -> None:
    body = """<style>ol.rules { margin: 0; list-style-type: lower-alpha }</style>
        <ol class="rules"><li>one</li></ol><ol class="list-upper-roman"><li>two</li></ol>"""
    assert [label for label, _ in shown(body)] == ["a.", "I."]


def test_a_word_and_what_it_means_are_one_paragraph() -> None:
    body = "<dl><dt>Staff:</dt><dd>those whom the Council employs.</dd><dt>Group</dt><dd><p>two members or more.</p></dd></dl>"
    assert shown(body) == [(None, "Staff: those whom the Council employs."), (None, "Group: two members or more.")]


def test_a_table_that_only_places_numbers_beside_the_text_is_read_as_paragraphs() -> None:
    body = """<table><tr><td>A.</td><td><b>Conduct</b></td></tr><tr><td>1.</td><td><p>Members must not:</p>
        <table><tr><td>(i)</td><td>shout;</td></tr><tr><td>(ii)</td><td>threaten.</td></tr></table></td></tr>
        <tr><td>2.</td><td>Officers reply.</td></tr></table>"""
    assert shown(body) == [
        ("A.", "Conduct"), ("1.", "Members must not:"), ("(i)", "shout;"), ("(ii)", "threaten."), ("2.", "Officers reply."),
    ]  # fmt: skip


def test_a_table_of_facts_stays_a_table() -> None:
    body = "<table><tr><th>What</th><th>How soon</th></tr><tr><td>Enquiries</td><td>10 working days</td></tr></table>"
    assert [text for _, text in shown(body)] == ["What | How soon", "Enquiries | 10 working days"]


def test_lists_of_links_are_no_part_of_the_text_and_links_in_sentences_are() -> None:
    links = "".join(f'<li><a href="#{number}">Section {number}</a></li>' for number in range(4))
    body = f"""<div><h3>On this page</h3><ul>{links}</ul></div><p>1. See <a href="#">the code</a>, <a href="#">the
        scheme</a> and <a href="#">the rules</a>, all of which apply to members and to officers alike.</p>"""
    assert [text[:6] for _, text in shown(body)] == ["1. See"]


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
