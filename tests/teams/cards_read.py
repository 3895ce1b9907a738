"""Reading cards as a client would: its inputs, its buttons, its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def elements(card: Any) -> Iterator[dict[str, Any]]:
    """Every object in a card, whatever holds it."""
    if isinstance(card, dict):
        yield card
        for value in card.values():
            yield from elements(value)
    elif isinstance(card, list):
        for value in card:
            yield from elements(value)


def text(card: Any) -> str:
    """All the words that are shown."""
    return "\n".join(one["text"] for one in elements(card) if isinstance(one.get("text"), str))


def inputs(card: Any) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in elements(card) if str(one.get("type", "")).startswith("Input.")}


def button(card: Any, title: str) -> dict[str, Any]:
    """The button with this title (not its fallback)."""
    found = [
        one for one in elements(card) if one.get("title") == title and str(one.get("type", "")).startswith("Action")
    ]
    return found[0]
