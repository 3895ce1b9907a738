"""PDF files: reading order, running lines, columns and broken words."""

from __future__ import annotations

from fpdf import FPDF

from adapters.documents import DEFAULT
from adapters.documents.pdf import read_pdf

SENTENCE = "Members and officers are expected to treat one another with courtesy whenever they meet, write or speak."
LONG = f"{SENTENCE} " * 3


class Sheet(FPDF):
    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.cell(0, 8, "Constitution of Nowhere, Part 5", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-12)
        self.cell(0, 8, f"Page {self.page_no()} of 9", align="C")


def sheet() -> Sheet:
    made = Sheet()
    made.set_auto_page_break(True, 18)
    made.add_page()
    made.set_font("Helvetica", size=11)
    return made


def texts(made: FPDF) -> list[str]:
    return [block.text for block in read_pdf(bytes(made.output()), DEFAULT).blocks]


def test_running_lines_and_page_numbers_are_left_out_and_a_paragraph_runs_over_the_page() -> None:
    made = sheet()
    for number in range(1, 14):
        made.multi_cell(0, 6, f"{number}. {LONG}", new_x="LMARGIN", new_y="NEXT", align="L")
        made.ln(3)
    assert made.page_no() > 1
    assert texts(made) == [f"{number}. {LONG.strip()}" for number in range(1, 14)]


def write_two_columns(made: FPDF) -> None:
    with made.text_columns(ncols=2, gutter=14, text_align="L") as columns:
        for number in range(1, 12):
            with columns.paragraph(bottom_margin=3) as paragraph:
                paragraph.write(f"{number}. {LONG}")


def test_two_columns_are_read_one_after_the_other() -> None:
    made = sheet()
    write_two_columns(made)
    assert texts(made) == [f"{number}. {LONG.strip()}" for number in range(1, 12)]


def test_a_last_page_with_a_few_lines_in_two_columns_is_read_as_the_pages_before_it() -> None:
    made = sheet()
    write_two_columns(made)
    made.add_page()
    for x, number in ((10, 12), (112, 13)):
        made.set_xy(x, 30)
        made.multi_cell(80, 4, f"{number}. {SENTENCE}")
    assert texts(made)[-2:] == [f"{number}. {SENTENCE}" for number in (12, 13)]


def test_bold_lines_are_headings_of_their_own_even_without_a_gap() -> None:
    made = sheet()
    made.set_font("Helvetica", "B", 11)
    made.multi_cell(0, 5, "Courtesy", new_x="LMARGIN", new_y="NEXT")
    made.set_font("Helvetica", "", 11)
    made.multi_cell(0, 5, f"1. {LONG}", new_x="LMARGIN", new_y="NEXT", align="L")
    blocks = read_pdf(bytes(made.output()), DEFAULT).blocks
    assert [(block.text, block.strong) for block in blocks] == [("Courtesy", True), (f"1. {LONG.strip()}", False)]


def test_words_broken_over_lines_are_mended() -> None:
    made = sheet()
    made.multi_cell(
        0, 6, "1. Members must be consid-\nerate to all. It is considerate to reply.", new_x="LMARGIN", new_y="NEXT"
    )
    assert texts(made) == ["1. Members must be considerate to all. It is considerate to reply."]


def test_a_ruled_table_is_kept_row_by_row() -> None:
    made = sheet()
    made.multi_cell(0, 6, "Replies are due as follows.", new_x="LMARGIN", new_y="NEXT")
    with made.table() as table:
        for row in (("Kind", "Time"), ("Urgent", "2 working days"), ("Other", "10 working days")):
            cells = table.row()
            for text in row:
                cells.cell(text)
    assert texts(made) == [
        "Replies are due as follows.",
        "Kind | Time",
        "Urgent | 2 working days",
        "Other | 10 working days",
    ]


def test_small_print_below_a_page_is_no_paragraph() -> None:
    made = sheet()
    made.multi_cell(0, 6, f"1. {LONG}", new_x="LMARGIN", new_y="NEXT", align="L")
    made.set_font("Helvetica", size=7)
    made.multi_cell(0, 4, "1 See the Code of Conduct.", new_x="LMARGIN", new_y="NEXT")
    assert texts(made) == [f"1. {LONG.strip()}"]
