"""What platforms send, bent out of shape: real payloads with a few of their parts exchanged."""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
"""How many a test tries; more by the environment, as in a night's run."""

deep: Any = "bottom"
for _ in range(40):
    deep = [deep]

JUNK = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            0,
            -1,
            1e308,
            10**30,
            "",
            " ",
            "x" * 5000,
            "\x00",
            "\u202egnp.exe",
            "null",
            "<!channel>",
            "{{DATE()}}",
            "field:",
            "../../etc/passwd",
            "' OR 1=1 --",
            [],
            {},
            [None],
            [[]],
            {"id": None},
            {"id": {}},
            {"value": []},
            deep,
        ]
    ),
    st.text(max_size=40),
    st.integers(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    ),
)
CHANGES = st.lists(st.tuples(st.integers(min_value=0, max_value=10_000), JUNK, st.booleans()), min_size=1, max_size=4)
"""Which part, what it becomes, and whether it is left out instead."""


def places(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every part of a payload, as the way to it."""
    if where:
        yield where
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in children:
        yield from places(inner, (*where, name))


def bent(payload: dict[str, Any], changes: list[tuple[int, Any, bool]]) -> dict[str, Any]:
    """The payload with these changes."""
    found = copy.deepcopy(payload)
    for number, junk, left_out in changes:
        ways = list(places(found))
        if not ways:
            return found
        *before, last = ways[number % len(ways)]
        inner: Any = found
        for name in before:
            inner = inner[name]
        if left_out:
            del inner[last]
        else:
            inner[last] = copy.deepcopy(junk)
    return found
