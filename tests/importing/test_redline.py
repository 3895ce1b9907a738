"""Comparison documents: read as the newest version, and honest about what cannot be decided."""

from __future__ import annotations

from files import document, segmented

from bot.rules.importing.document import Warnings
from bot.rules.importing.redline import resolve

PAIRS = ("~~Chairmen~~Chairs lead.", "~~Chairman~~Chair and ~~Chairman~~Chair.", "The ~~Chairmen~~Chairs agree.")


def resolved(*texts: str) -> tuple[list[str], list[str]]:
    warnings = Warnings()
    return [block.text for block in resolve(document(*texts).blocks, warnings).blocks], warnings.said


def test_struck_words_are_left_out() -> None:
    texts, _ = resolved("Ask the ~~Clerk~~ officer ~~first~~, please.")
    assert texts == ["Ask the officer, please."]


def test_unmarked_pairs_of_old_and_new_are_read_as_the_marked_ones() -> None:
    texts, _ = resolved(
        *PAIRS,
        "ChairmanChair decides.",
        "The CHAIRMAN CHAIR and Chairman/Chair’s rulings.",
        "A ~~ChairmanChair~~ votes.",
    )
    assert texts[3:] == ["Chair decides.", "The CHAIR and Chair’s rulings.", "A Chair votes."]


def test_an_article_that_the_new_word_needs_stays() -> None:
    assert resolved(*PAIRS, "~~A Chairman~~Chair is chosen.")[0][3] == "A Chair is chosen."


def test_a_paragraph_struck_almost_whole_goes_and_is_named() -> None:
    texts, said = resolved("2.4 ~~Nobody may speak for longer than ten minutes at all.~~ Gone", "2.5 Stay.")
    assert texts == ["2.5 Stay."]
    assert said == ["Line 1: this paragraph is struck out almost whole and was left out."]


def test_longer_strikes_ask_for_a_look() -> None:
    assert resolved("3.1 Reply ~~as soon as you can~~ within a week.")[1] == [
        "Line 1: words are struck out here; check the sentence that remains."
    ]


def test_words_run_together_without_any_mark_are_only_reported() -> None:
    texts, said = resolved(*["The ChairmanChair decides."] * 3)
    assert texts == ["The ChairmanChair decides."] * 3
    assert "“ChairmanChair” stands here 3 times" in said[0]


def test_numbers_run_together_are_read_by_what_comes_next() -> None:
    found, said = segmented(
        "1. PURPOSE", "1.1 ~~Chairman~~Chair one.", "~~1.22.7~~ ~~Chairman~~Chair two.", "1.3 Three ~~is~~ here.",
        "24. SCOPE", "2.14.1 Four is here.", "24.2 Five is here.",
    )  # fmt: skip
    assert [paragraph.ref for paragraph in found.paragraphs] == ["1.1", "1.2", "1.3", "2.1", "2.2"]
    assert "Line 6: the number “2.14.1” is read as 2.1. Check it." in said


def test_a_number_that_fits_nowhere_is_counted_and_said() -> None:
    found, said = segmented(
        "1. PURPOSE", "1.1 ~~Old~~ One is here.", "~~9.9 Old~~ Two is here.", "~~Old~~ text ~~old~~."
    )
    assert [paragraph.ref for paragraph in found.paragraphs][:2] == ["1.1", "1.2"]
    assert any("does not fit here" in sentence for sentence in said)


def test_a_document_without_strikes_keeps_its_numbers_as_they_are() -> None:
    found, _ = segmented("1. PURPOSE", "1.1 One is here.", "1.14 Two is here.")
    assert [paragraph.ref for paragraph in found.paragraphs] == ["1.1", "1.14"]
