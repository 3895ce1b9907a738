"""Word files: numbers as Word shows them, changes as accepted, and nothing that is not the text."""

from __future__ import annotations

import pytest
from docx.oxml.ns import nsdecls
from files import AUTHOR, Word, repacked

from adapters.documents import DEFAULT, DocumentError
from adapters.documents.word import read_word

DECIMAL = (("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("lowerRoman", "(%4)"))


def shown(word: Word) -> list[tuple[str | None, str]]:
    return [(block.label, block.text) for block in read_word(word.data(), DEFAULT).blocks]


def test_a_level_begins_again_below_each_higher_one() -> None:
    word = Word(*DECIMAL)
    for text, level in (("One", 0), ("a", 1), ("b", 1), ("x", 2), ("y", 2), ("c", 1), ("z", 2), ("Two", 0), ("d", 1)):
        word.item(text, level)
    assert [label for label, _ in shown(word)] == ["1.", "1.1", "1.2", "(a)", "(b)", "1.3", "(a)", "2.", "2.1"]


def test_lists_of_one_definition_count_on_unless_one_starts_over() -> None:
    word = Word(*DECIMAL)
    word.list("71")
    word.list("72", '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')
    word.item("first", 0)
    word.item("second", 0, "71")
    word.item("anew", 0, "72")
    word.item("on", 0, "72")
    assert [label for label, _ in shown(word)] == ["1.", "2.", "1.", "2."]


def test_a_level_that_never_restarts_counts_through_the_document() -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/>{}<w:lvlText w:val="{}"/></w:lvl>'
    extra = level.format(0, "upperRoman", "", "%1.") + level.format(1, "decimal", '<w:lvlRestart w:val="0"/>', "%2.")
    word = Word(extra=extra)
    for text, place in (("Part", 0), ("p", 1), ("q", 1), ("Part", 0), ("r", 1)):
        word.item(text, place)
    assert [label for label, _ in shown(word)] == ["I.", "1.", "2.", "II.", "3."]


def test_legal_numbering_shows_digits_for_the_letters_of_a_higher_level() -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/>{}<w:lvlText w:val="{}"/></w:lvl>'
    extra = level.format(0, "upperLetter", "", "%1") + level.format(1, "decimal", "<w:isLgl/>", "%1.%2")
    word = Word(extra=extra)
    word.item("Heading", 0)
    word.item("text", 1)
    assert [label for label, _ in shown(word)] == ["A", "1.1"]


def test_numbering_of_a_style_applies_to_its_paragraphs_and_zero_takes_it_off() -> None:
    word = Word(*DECIMAL)
    style = word.document.styles["Heading 1"].element.get_or_add_pPr()
    style.append(word.item("drop", 0)._p.pPr.numPr)
    word.document.add_heading("Introduction", 1)
    plain = word.document.add_heading("Foreword", 1)
    plain._p.get_or_add_pPr()._add_numPr()._add_numId().val = 0
    labels = [label for label, text in shown(word) if text != "drop"]
    assert labels == ["1.", None]


def test_an_empty_list_line_has_its_number_all_the_same() -> None:
    word = Word(*DECIMAL)
    word.item("first", 0)
    word.item("", 0)
    word.item("third", 0)
    assert shown(word) == [("1.", "first"), ("3.", "third")]


def test_tracked_changes_are_read_as_accepted() -> None:
    word = Word(*DECIMAL)
    word.raw(
        f'<w:p><w:r><w:t xml:space="preserve">Members </w:t></w:r><w:del {AUTHOR}><w:r><w:delText>may</w:delText></w:r></w:del>'
        f'<w:ins {AUTHOR}><w:r><w:t>must</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> reply.</w:t></w:r>'
        f"<w:moveFrom {AUTHOR}><w:r><w:t>gone</w:t></w:r></w:moveFrom></w:p>"
    )
    assert shown(word) == [(None, "Members must reply.")]


def test_a_deleted_paragraph_takes_its_number_with_it_and_a_deleted_mark_joins_two() -> None:
    word = Word(*DECIMAL)
    word.item("first", 0)
    word.raw(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="70"/></w:numPr><w:rPr><w:del {AUTHOR}/></w:rPr></w:pPr>'
        f"<w:del {AUTHOR}><w:r><w:delText>struck</w:delText></w:r></w:del></w:p>"
    )
    word.item("second", 0)
    word.raw(
        f'<w:p><w:pPr><w:rPr><w:del {AUTHOR}/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">half and </w:t></w:r></w:p>'
    )
    word.raw("<w:p><w:r><w:t>half</w:t></w:r></w:p>")
    assert shown(word) == [("1.", "first"), ("2.", "second"), (None, "half and half")]


def test_comments_headers_footers_hidden_text_and_contents_are_left_out() -> None:
    word = Word(*DECIMAL)
    word.document.sections[0].header.paragraphs[0].text = "Constitution of Nowhere"
    word.document.sections[0].footer.paragraphs[0].text = "Page 4"
    word.document.styles.add_style("toc 1", 1)
    word.document.add_paragraph("Introduction\t3", style="toc 1")
    paragraph = word.document.add_paragraph("Visible text")
    paragraph.add_run(" secret").font.hidden = True
    word.document.add_comment(paragraph.runs, text="Is this right?", author="A Clerk")
    word.raw(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>paragraph 4</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    assert shown(word) == [(None, "Visible text"), (None, "paragraph 4")]


def test_struck_formatting_is_marked_as_struck() -> None:
    word = Word(*DECIMAL)
    paragraph = word.document.add_paragraph("Ask the ")
    paragraph.add_run("Clerk").font.strike = True
    paragraph.add_run("Monitoring Officer")
    assert shown(word) == [(None, "Ask the ~~Clerk~~Monitoring Officer")]


def test_tables_are_kept_a_row_as_a_block_and_a_box_of_one_cell_as_text() -> None:
    word = Word(*DECIMAL)
    table = word.document.add_table(2, 2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Kind", "Days", "Urgent", "2 working days"), strict=True
    ):
        cell.text = text
    word.document.add_table(1, 1).cell(0, 0).text = "A boxed sentence."
    blocks = read_word(word.data(), DEFAULT).blocks
    assert [(block.text, block.row) for block in blocks] == [
        ("Kind | Days", True), ("Urgent | 2 working days", True), ("A boxed sentence.", False),
    ]  # fmt: skip


def test_a_document_type_in_the_xml_is_refused() -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    with pytest.raises(DocumentError, match="outside it"):
        read_word(repacked(Word(*DECIMAL).data(), document=evil), DEFAULT)


def test_more_levels_of_brackets_than_word_has_do_no_harm() -> None:
    deep = f"<w:document {nsdecls('w')}><w:body>{'<w:sdt><w:sdtContent>' * 60}{'</w:sdtContent></w:sdt>' * 60}</w:body></w:document>"
    assert read_word(repacked(Word(*DECIMAL).data(), document=deep.encode()), DEFAULT).blocks == ()
