"""The app package: valid offline, with icons as Teams wants them, and a command for everything that is handled."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.teams import icons, inbound
from adapters.teams.manifest import make_manifest, package, write
from bot.errors import ConfigurationError, InputError
from tests.teams.fake_teams import APP_ID

SCHEMA = Draft202012Validator(json.loads(Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8")))
COUNCIL = "Sample Metropolitan Borough Council of the North"


def manifest(**values: Any) -> dict[str, Any]:
    return make_manifest(APP_ID, **{"council": COUNCIL, "website": "https://council.example", **values})


def test_the_manifest_is_valid() -> None:
    assert not [f"{list(error.path)}: {error.message}" for error in SCHEMA.iter_errors(manifest())]


def test_every_command_of_the_contract_is_listed_and_handled() -> None:
    commands = {one["id"]: one for one in manifest()["composeExtensions"][0]["commands"]}
    assert set(commands) == {"declareRelationship", "memberEnquiry", "checkMessage", "logEnquiry"}
    assert set(inbound.FORM_COMMANDS) == {"declareRelationship", "memberEnquiry"}
    assert commands["checkMessage"]["context"] == commands["logEnquiry"]["context"] == ["message"]
    words = {one["title"] for one in manifest()["bots"][0]["commandLists"][0]["commands"]}
    assert words == {"help", "declare relationship", "member enquiry"}


def pixels(png: bytes) -> tuple[int, int, list[tuple[int, ...]]]:
    """A PNG of eight bits with opacity and no filters, read back."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, size = 8, b"", (0, 0)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
            assert body[8:10] == b"\x08\x06"
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    raw, (width, height) = zlib.decompress(data), size
    rows = [raw[row * (width * 4 + 1) : (row + 1) * (width * 4 + 1)] for row in range(height)]
    assert all(row[0] == 0 for row in rows)
    return width, height, [tuple(row[1 + 4 * x : 5 + 4 * x]) for row in rows for x in range(width)]


def test_the_package_holds_the_manifest_and_two_icons() -> None:
    with zipfile.ZipFile(io.BytesIO(package(manifest()))) as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(archive.read("manifest.json")) == manifest()
        width, height, colours = pixels(archive.read("color.png"))
        assert (width, height) == (192, 192)
        assert {colour[3] for colour in colours} == {255}
        assert {icons.ACCENT, icons.WHITE} <= {colour[:3] for colour in colours}
        width, height, colours = pixels(archive.read("outline.png"))
        assert (width, height) == (32, 32)
        assert {colour[:3] for colour in colours} == {(255, 255, 255)}, "white only"
        assert {0, 255} <= {colour[3] for colour in colours}, "on a transparent ground"


def test_the_same_settings_make_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "app.zip", manifest())
    assert (tmp_path / "app.zip").read_bytes() == package(manifest())


def test_mistakes_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TEAMS_APP_ID"):
        make_manifest("", council=COUNCIL, website="https://council.example")
    with pytest.raises(InputError, match="https"):
        manifest(website="http://council.example")
    with pytest.raises(InputError, match="https"):
        manifest(privacy="ftp://x")
    with pytest.raises(InputError, match="--out"):
        write(tmp_path / "missing" / "app.zip", manifest())
