"""The app's two icons, drawn: a speech bubble with the lines of a paragraph. Teams fixes sizes and colours."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

COLOUR_SIZE = 192
OUTLINE_SIZE = 32
ACCENT = (0x1F, 0x4E, 0x79)
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class _Box:
    """A box with round corners: how far a point is outside of it (less than nothing inside)."""

    left: float
    top: float
    right: float
    bottom: float
    radius: float

    def __call__(self, x: float, y: float) -> float:
        across = abs(x - (self.left + self.right) / 2) - (self.right - self.left) / 2 + self.radius
        down = abs(y - (self.top + self.bottom) / 2) - (self.bottom - self.top) / 2 + self.radius
        outside = math.hypot(max(across, 0.0), max(down, 0.0))
        return outside + min(max(across, down), 0.0) - self.radius


@dataclass(frozen=True, slots=True)
class _Tail:
    """The bubble's pointed tail: a triangle below its edge."""

    left: float
    top: float
    right: float
    bottom: float

    def __call__(self, x: float, y: float) -> float:
        slope = (self.right - self.left) / (self.bottom - self.top)
        slant = (x - self.right + (y - self.top) * slope) / math.hypot(1.0, slope)
        return max(self.left - x, self.top - y, slant)


def _cover(distance: float) -> float:
    """How much of a pixel a shape covers whose edge is this far away."""
    return min(1.0, max(0.0, 0.5 - distance))


def colour() -> bytes:
    """192 by 192: the bubble in white on the accent colour."""
    body, tail = _Box(30, 40, 162, 130, 16), _Tail(56, 128, 96, 160)
    lines = (_Box(50, 60, 142, 68, 4), _Box(50, 81, 142, 89, 4), _Box(50, 102, 106, 110, 4))

    def pixel(x: float, y: float) -> tuple[int, int, int, int]:
        white = _cover(min(body(x, y), tail(x, y)))
        white *= 1 - _cover(min(line(x, y) for line in lines))
        red, green, blue = (round(back + (front - back) * white) for back, front in zip(ACCENT, WHITE, strict=True))
        return red, green, blue, 255

    return _png(COLOUR_SIZE, pixel)


def outline() -> bytes:
    """32 by 32: the bubble's outline in white, and nothing else."""
    body, inner = _Box(3, 5, 29, 23, 4), _Box(5, 7, 27, 21, 2.5)
    tail, inside = _Tail(7, 22, 15, 30), _Tail(9, 19, 13.5, 26)
    lines = (_Box(8, 10.5, 24, 12.5, 1), _Box(8, 15.5, 18, 17.5, 1))

    def pixel(x: float, y: float) -> tuple[int, int, int, int]:
        edge = _cover(min(body(x, y), tail(x, y))) * (1 - _cover(min(inner(x, y), inside(x, y))))
        shown = max(edge, _cover(min(line(x, y) for line in lines)))
        return (*WHITE, round(255 * shown))

    return _png(OUTLINE_SIZE, pixel)


def _png(size: int, pixel: Callable[[float, float], tuple[int, int, int, int]]) -> bytes:
    """A PNG file with red, green, blue and opacity in eight bits each."""
    rows = b"".join(b"\0" + b"".join(bytes(pixel(x + 0.5, y + 0.5)) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
