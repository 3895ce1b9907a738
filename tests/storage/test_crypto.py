"""Sealed texts open only with their key and in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from storage import new_key
from storage.crypto import CannotOpen, Sealer

OLD, NEW = new_key(), new_key()


@given(st.text(), st.text())
def test_what_is_sealed_opens_again(text: str, context: str) -> None:
    sealer = Sealer([OLD])

    assert sealer.open(sealer.seal(text, context), context) == text


def test_a_text_moved_to_another_record_does_not_open() -> None:
    sealer = Sealer([OLD])

    with pytest.raises(CannotOpen):
        sealer.open(sealer.seal("text", "disclosure.text:1"), "disclosure.text:2")


def test_an_old_key_still_opens_and_a_new_one_seals() -> None:
    old = Sealer([OLD]).seal("text", "c")
    both = Sealer([NEW, OLD])

    assert both.open(old, "c") == "text"
    assert not both.is_newest(old)
    assert both.is_newest(both.seal("text", "c"))


@pytest.mark.parametrize("sealed", ["", "v1.x", "v1.00000000.AAAA", "v2.a.b", "plain text", "v1..", "v1.a.é"])
def test_anything_else_does_not_open(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        Sealer([OLD]).open(sealed, "c")


def test_a_changed_byte_does_not_open() -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal("text", "c")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]

    with pytest.raises(CannotOpen):
        sealer.open(changed, "c")


@pytest.mark.parametrize("keys", [[], ["short"], ["*" * 44], [OLD, ""]])
def test_keys_of_no_use_are_refused_with_what_to_do(keys: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="new-key"):
        Sealer(keys)
