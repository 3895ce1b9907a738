"""Read an untrusted file in a process of its own, with bounds on memory, processor and time.

Whatever a crafted file does to a parser happens there: the process holds no secret, its memory and
time are bounded by the kernel, and only a value in a fixed shape comes back.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import adapters
from adapters.documents.errors import DocumentError
from adapters.documents.limits import DEFAULT, MEBIBYTE, Limits
from adapters.documents.sniffing import kind_of
from bot.rules.importing.document import Document

_ROOT = Path(adapters.__file__).resolve().parent.parent
_TOO_LONG = (
    "Reading this file took far longer than a document takes, so it was stopped. Save it anew, or as plain text."
)
_TOO_MUCH = "This file wants far more memory than a document needs, so it was not read. Save it anew, or as plain text."
_FAILED = "This file could not be read. Open it, save it anew (or as PDF) and import that."


def read_document(source: Path | bytes, filename: str | None = None, *, limits: Limits = DEFAULT) -> Document:
    """The paragraphs of a file. Blocks while it is read; call it from a thread in asynchronous code.

    Args:
        source: the file, or its bytes.
        filename: its name, which must end as its format does; the file's own name where none is given.
        limits: how much of the machine it may use.

    Raises:
        DocumentError: with a sentence that says what is wrong with the file and what to try.
    """
    data, name = _bytes(source, filename, limits)
    kind = kind_of(data, name)
    document = _read_apart(data, kind, limits)
    return replace(document, name=name, digest=hashlib.sha256(data).hexdigest())


def _bytes(source: Path | bytes, filename: str | None, limits: Limits) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        name = Path((filename or "").replace("\\", "/")).name
        size = len(source)
    else:
        name = Path(filename).name if filename else source.name
        try:
            if source.is_dir():
                raise DocumentError(f"{source.name} is a folder. Choose the file that holds the protocol.")
            size = source.stat().st_size
        except OSError:
            raise DocumentError(f"There is no file {source.name}, or it may not be read. Check its name.") from None
    if size > limits.file_bytes:
        raise DocumentError(
            f"{name or 'This file'} has {size // MEBIBYTE} MB, and a protocol has at most "
            f"{limits.file_bytes // MEBIBYTE}. Import only the protocol's own pages, without pictures."
        )
    if isinstance(source, bytes):
        return source, name
    try:
        with source.open("rb") as file:
            return file.read(limits.file_bytes + 1), name
    except OSError:
        raise DocumentError(f"{source.name} may not be read. Check its permissions.") from None


def _environment() -> dict[str, str]:
    """Only what Python itself needs: no token or key of the bot is there to be read."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    return kept | {"PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


def _read_apart(data: bytes, kind: str, limits: Limits) -> Document:
    asked = json.dumps({"kind": kind, "limits": asdict(limits)})
    command = [sys.executable, "-P", "-s", "-c", "from adapters.documents.worker import main; main()", asked]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(data)
        given.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
                command,
                stdin=given,
                stdout=said,
                stderr=subprocess.DEVNULL,  # a parser's complaints may quote the text
                env=_environment(),
                timeout=limits.wall_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DocumentError(_TOO_LONG) from None
        said.seek(0)
        answer = said.read()
    if done.returncode:
        if -done.returncode in {getattr(signal, "SIGXCPU", 24), signal.SIGKILL if os.name == "posix" else 9}:
            raise DocumentError(_TOO_LONG)
        raise DocumentError(_TOO_MUCH if -done.returncode in {signal.SIGSEGV, signal.SIGABRT} else _FAILED)
    return _document(answer)


def _document(answer: bytes) -> Document:
    try:
        said = json.loads(answer)
        if "error" in said:
            raise DocumentError(str(said["error"]))
        return Document.from_data(said["document"])
    except (ValueError, KeyError, TypeError):
        raise DocumentError(_FAILED) from None
