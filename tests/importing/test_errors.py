"""Files that cannot be read: a sentence that says what is wrong, and no harm done."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from files import Word, repacked
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.documents import DEFAULT, DocumentError, read_document
from adapters.documents.limits import MEBIBYTE
from adapters.documents.reading import read_bytes
from adapters.documents.sniffing import decode, kind_of

WORD = Word(("decimal", "%1."))
WORD.item("Members must reply.", 0)


def pdf(text: str = "", **encryption: str) -> bytes:
    sheet = FPDF()
    sheet.add_page()
    sheet.set_font("Helvetica", size=12)
    if text:
        sheet.multi_cell(0, 8, text)
    if encryption:
        sheet.set_encryption(**encryption)
    return bytes(sheet.output())


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


TEXT = "1. Members and officers must reply to one another without delay, in writing, and with courtesy."
FAULTS = {
    "empty": (b"", "protocol.txt", "is empty"),
    "blank": (b" \n\n\t", "protocol.md", "is empty"),
    "no letters": (b"1 2 3 4", "protocol.txt", "no text"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 40, "protocol.pdf", "is a picture"),
    "a program": (b"MZ" + bytes(100), "protocol.docx", "is a program"),
    "bytes": (bytes(range(1, 32)) * 40, "protocol.txt", "not a document"),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "protocol.doc", r"old Word file \(.doc\)"),
    "a locked Word file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(600),
        "protocol.docx",
        "protected by a password",
    ),
    "a locked PDF": (pdf(TEXT, owner_password="o", user_password="u"), "protocol.pdf", "protected by a password"),
    "a scan": (pdf(), "protocol.pdf", "is a scan"),
    "a broken PDF": (pdf(TEXT)[:300], "protocol.pdf", "damaged"),
    "a PDF called Word": (pdf(TEXT), "protocol.docx", r"really a PDF. Rename it to protocol\.pdf"),
    "a web page called text": (
        b"<!DOCTYPE html><p>1. x</p>",
        "protocol.txt",
        r"really a web page. Rename it to protocol\.html",
    ),
    "text called PDF": (TEXT.encode(), "protocol.pdf", "is not a PDF"),
    "an unknown ending": (TEXT.encode(), "protocol.xyz", "no format that can be imported"),
    "an OpenDocument file": (TEXT.encode(), "protocol.odt", "OpenDocument"),
    "a workbook": (archive(xl__workbook_xml=b"<x/>"), "protocol.docx", "an Excel workbook"),
    "an archive": (archive(a=b"x"), "protocol.docx", "a zip archive"),
    "half a Word file": (WORD.data()[:2000], "protocol.docx", "damaged"),
    "a Word file without text": (repacked(WORD.data(), document=b"<x/>"), "protocol.docx", "no text"),
    "broken XML": (repacked(WORD.data(), document=b"<w:document"), "protocol.docx", "damaged"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_in_a_sentence_that_says_what_to_try(name: str) -> None:
    data, filename, sentence = FAULTS[name]
    with pytest.raises(DocumentError, match=sentence) as raised:
        read_document(data, filename)
    assert str(raised.value).endswith(".")
    assert "Traceback" not in str(raised.value)


def test_a_file_of_two_hundred_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "protocol.pdf"
    with path.open("wb") as file:
        file.truncate(200 * MEBIBYTE)
    with pytest.raises(DocumentError, match="200 MB"):
        read_document(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"no file gone\.txt"):
        read_document(tmp_path / "gone.txt")
    with pytest.raises(DocumentError, match="is a folder"):
        read_document(tmp_path)


def test_a_file_that_unpacks_to_too_much_is_never_unpacked() -> None:
    bomb = repacked(WORD.data(), document=b"<w:document>" + b" " * (80 * MEBIBYTE))
    assert len(bomb) < MEBIBYTE
    with pytest.raises(DocumentError, match="unpacks to far more"):
        read_document(bomb, "protocol.docx")


def test_a_size_that_the_archive_understates_does_not_help_a_bomb() -> None:
    data = bytearray(repacked(WORD.data(), document=b"<w:document>" + b" " * (80 * MEBIBYTE)))
    place = data.rfind(b"word/document.xml") - 46
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    with pytest.raises(DocumentError):
        read_document(bytes(data), "protocol.docx")


def test_an_entity_that_multiplies_is_refused() -> None:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{lines}]><x>&l9;</x>'
    with pytest.raises(DocumentError, match="outside it"):
        read_document(repacked(WORD.data(), document=xml.encode()), "protocol.docx")


def test_a_file_that_wants_too_much_memory_ends_with_a_sentence() -> None:
    limits = replace(DEFAULT, memory_bytes=200 * MEBIBYTE)
    with pytest.raises(DocumentError):
        read_document(("<p>" + "x" * 30 * MEBIBYTE).encode(), "protocol.html", limits=limits)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX kernels bound processor time and memory")
@pytest.mark.parametrize("work", ["while True: pass", "bytearray(400 * 1024 * 1024)"])
def test_the_kernel_ends_work_that_exceeds_its_bounds(work: str) -> None:
    code = f"from adapters.documents.worker import _bound; _bound({300 * MEBIBYTE}, 1); {work}"
    code = code.replace("; while", "\nwhile")
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode != 0


def test_reading_that_outlasts_its_time_is_stopped() -> None:
    with pytest.raises(DocumentError, match="far longer than a document takes"):
        read_document(TEXT.encode(), "protocol.txt", limits=replace(DEFAULT, wall_seconds=0.0))


def test_the_reading_process_sees_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from adapters.documents import sandbox  # noqa: PLC0415

    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    monkeypatch.setenv("ENCRYPTION_KEYS", "secret")
    assert not any("secret" in value for value in sandbox._environment().values())


def test_a_name_with_a_path_is_only_a_name() -> None:
    document = read_document(TEXT.encode(), "..\\..\\secret/protocol.txt")
    assert document.name == "protocol.txt"


def test_the_digest_names_the_file() -> None:
    first, second = (read_document(text.encode(), "a.txt") for text in (TEXT, TEXT + " More."))
    assert first.digest != second.digest
    assert first == read_document(TEXT.encode(), "a.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_usual_encodings(encoding: str) -> None:
    text = "1. The Council’s officers must reply – always."
    assert decode(text.encode(encoding)) == text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a.docx", "a.pdf", "a.html", "a.md", "a.txt", "a"]))
def test_any_bytes_give_a_document_or_a_sentence(data: bytes, name: str) -> None:
    try:
        document = read_bytes(data, kind_of(data, name), DEFAULT)
    except DocumentError as error:
        said = str(error)
    else:
        said = "." if document.blocks else ""
    assert said.endswith(".")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=30))
def test_a_damaged_word_file_or_pdf_gives_a_document_or_a_sentence(place: int, noise: bytes) -> None:
    for name, whole in (("a.docx", WORD.data()), ("a.pdf", pdf(TEXT))):
        at = place % len(whole)
        data = whole[:at] + noise + whole[at + len(noise) :]
        try:
            said = "." if read_bytes(data, kind_of(data, name), DEFAULT).blocks else ""
        except DocumentError as error:
            said = str(error)
        assert said.endswith(".")


def test_reading_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_document(TEXT.encode(), "protocol.txt")
    with pytest.raises(DocumentError):
        read_document(b"%PDF-1.4 broken", "protocol.pdf")
    assert list(Path(tmp_path).iterdir()) == []
