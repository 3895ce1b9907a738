"""A newer version: what changed, paragraph by paragraph."""

from __future__ import annotations

from bot.rules.importing import Change, compare_versions
from bot.rules.protocol import Clause, Pack

REPLY = "Officers will reply to a member's enquiry within ten working days of receiving it."
KIND = "Members and officers must treat one another with courtesy in every meeting and message."
NEWS = "A news release must never promote a political party, a candidate or a campaign of theirs."


def pack(**clauses: str) -> Pack:
    made = tuple(
        Clause(ref=ref.replace("p", "").replace("_", "."), section="1. All", says=text, binds=("both",), force="is")
        for ref, text in clauses.items()
    )
    return Pack(id="x", council="x", title="x", version="x", clauses=made)


def kinds(old: Pack, new: Pack) -> list[tuple[Change, str, str | None]]:
    return [(one.change, one.ref, one.old_ref) for one in compare_versions(old, new).differences]


def test_the_same_text_shows_no_difference_whatever_its_quotes_and_spaces() -> None:
    old, new = pack(p1="He said “yes” – always."), pack(p1='He said  "yes" - always.')
    assert kinds(old, new) == []


def test_changed_words_are_shown_in_place() -> None:
    changed = compare_versions(pack(p1_1=REPLY), pack(p1_1=REPLY.replace("ten", "five"))).changed
    assert [(one.ref, one.old_ref) for one in changed] == [("1.1", "1.1")]
    assert ("out", "ten") in changed[0].words()
    assert ("in", "five") in changed[0].words()


def test_added_and_removed_paragraphs_are_named() -> None:
    found = compare_versions(pack(p1=REPLY, p2=KIND), pack(p1=REPLY, p3=NEWS))
    assert [(one.ref, one.new) for one in found.added] == [("3", NEWS)]
    assert [(one.ref, one.old) for one in found.removed] == [("2", KIND)]


def test_paragraphs_that_only_moved_are_followed_to_their_new_numbers() -> None:
    assert kinds(pack(p1=REPLY, p2=KIND), pack(p1=NEWS, p2=REPLY, p3=KIND)) == [
        (Change.ADDED, "1", None), (Change.MOVED, "2", "1"), (Change.MOVED, "3", "2"),
    ]  # fmt: skip


def test_a_paragraph_that_moved_and_changed_is_one_change() -> None:
    new = pack(p1=NEWS, p2=REPLY.replace("ten", "seven"))
    assert kinds(pack(p1=REPLY), new) == [(Change.ADDED, "1", None), (Change.CHANGED, "2", "1")]


def test_a_number_that_now_stands_for_another_rule_is_a_change_of_it() -> None:
    assert kinds(pack(p1=REPLY), pack(p1=NEWS)) == [(Change.CHANGED, "1", "1")]


def test_two_paragraphs_that_changed_places_are_two_moves() -> None:
    assert kinds(pack(p1=REPLY, p2=KIND), pack(p1=KIND, p2=REPLY)) == [
        (Change.MOVED, "1", "2"),
        (Change.MOVED, "2", "1"),
    ]
