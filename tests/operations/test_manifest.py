"""``manifest`` gives an administrator what each platform asks for."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import yaml

from bot.__main__ import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

APP_ID = "0f3f9a62-1111-4222-8333-444455556666"


def test_slacks_manifest_has_the_councils_own_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["manifest", "slack", "--url", "https://bot.council.example/"]) == 0

    made = yaml.safe_load(capsys.readouterr().out)
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://bot.council.example/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False


def test_socket_mode_needs_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["manifest", "slack", "--socket-mode", "--json"]) == 0

    made = json.loads(capsys.readouterr().out)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "https://" not in json.dumps(made)


def test_slack_sends_to_https_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["manifest", "slack", "--url", "http://bot.council.example"]) == 2
    assert "https" in capsys.readouterr().err


def test_the_teams_package_names_the_council_and_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS_APP_ID", APP_ID)
    monkeypatch.setenv("PROTOCOL", "copeland")
    file = tmp_path / "app.zip"

    assert run(["manifest", "teams", "--out", str(file)]) == 0

    with zipfile.ZipFile(file) as archive:
        made = json.loads(archive.read("manifest.json"))
        assert set(archive.namelist()) == {"manifest.json", "color.png", "outline.png"}
    assert made["id"] == made["bots"][0]["botId"] == APP_ID
    assert "Copeland" in made["name"]["full"]


def test_without_an_app_id_the_teams_package_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TEAMS_APP_ID", raising=False)

    assert run(["manifest", "teams", "--out", str(tmp_path / "app.zip")]) == 2
    assert "TEAMS_APP_ID" in capsys.readouterr().err
