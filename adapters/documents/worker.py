"""The process that opens an untrusted file: its own bounds first, then the file, then a line of JSON.

Run by :mod:`adapters.documents.sandbox` with the file on standard input; it has no secrets in its
environment and needs neither network nor disk.
"""

from __future__ import annotations

import json
import os
import sys

_OUTPUT_BYTES = 128 * 1024 * 1024


def _bound(memory: int, seconds: int) -> None:
    """Set hard limits on this process: no more than that, whatever the file makes the readers do."""
    if sys.platform == "win32":
        return  # Windows knows no such bounds; the time limit of the parent remains
    import resource  # noqa: PLC0415

    wanted = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, 64),
    )
    for kind, bound in wanted:
        _, hard = resource.getrlimit(kind)
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        try:
            resource.setrlimit(kind, (allowed, allowed))
        except (ValueError, OSError):
            continue  # a system that does not know this bound, such as RLIMIT_AS on macOS


def main() -> None:
    """Read the file on standard input; print ``{"document": ...}`` or ``{"error": sentence}``."""
    asked = json.loads(sys.argv[1])
    _bound(asked["limits"]["memory_bytes"], asked["limits"]["processor_seconds"])
    if hasattr(os, "nice"):
        os.nice(5)
    from adapters.documents.errors import DocumentError  # noqa: PLC0415 - the bounds come first
    from adapters.documents.limits import Limits  # noqa: PLC0415
    from adapters.documents.reading import read_bytes  # noqa: PLC0415

    limits = Limits(**asked["limits"])
    try:
        document = read_bytes(sys.stdin.buffer.read(limits.file_bytes + 1), asked["kind"], limits)
        answer: dict[str, object] = {"document": document.as_data()}
    except DocumentError as error:
        answer = {"error": str(error)}
    except (MemoryError, RecursionError):
        answer = {"error": "This file wants far more memory than a document needs, so it was not read."}
    json.dump(answer, sys.stdout)
    sys.stdout.flush()
