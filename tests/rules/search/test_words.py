"""Words, stems, spelling and pieces: how people type is taken as it is."""

from __future__ import annotations

import pytest

from bot.rules.search.sparse import pieces_of, sparse_features
from bot.rules.search.spelling import Spelling
from bot.rules.search.wordpiece import Wordpieces
from bot.rules.search.words import stem, words


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Who’s the MO?", ["who's", "the", "mo"]),
        ("Café & bar", ["cafe", "and", "bar"]),
        ("s.151 / FOI", ["s", "151", "foi"]),
        ("  \n ", []),
    ],
)
def test_a_text_is_taken_apart_into_small_words(typed: str, expected: list[str]) -> None:
    assert words(typed) == expected


def test_words_that_belong_together_share_a_stem() -> None:
    assert stem("officers") == stem("officer") == stem("officer's")
    assert stem("x" * 400) == "x" * 400


def test_pieces_mark_the_ends_of_a_word() -> None:
    assert " ab" in pieces_of("ab")
    assert "ab " in pieces_of("ab")
    assert all(2 <= len(piece) <= 5 for piece in pieces_of("councillor"))


def test_pairs_of_words_carry_who_does_what_to_whom() -> None:
    one, _, _, _ = sparse_features("member criticises officer")
    other, _, _, _ = sparse_features("officer criticises member")
    assert set(one.tolist()) != set(other.tolist())


SPELLING = Spelling({"councillor": 90, "counsellor": 1, "officer": 80, "reply": 40, "rely": 2, "the": 99})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("councilor", "councillor"),
        ("counciller", "councillor"),
        ("ofifcer", "officer"),
        ("repley", "reply"),
        ("officer", "officer"),
        ("zzzzzz", "zzzzzz"),
        ("teh", "teh"),
    ],
)
def test_a_mistyped_word_becomes_the_nearest_known_one(typed: str, meant: str) -> None:
    assert SPELLING.corrected(typed) == meant


def test_unknown_words_are_cut_into_the_longest_known_pieces() -> None:
    pieces = Wordpieces(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "council", "##lor", "##s", "?"])
    assert pieces.numbers("Councillors?", 64) == [2, 4, 5, 6, 7, 3]
    assert pieces.numbers("councilx", 64) == [2, 1, 3]
    assert len(pieces.numbers("council " * 100, 16)) == 16
