"""Settings are read once, fail early, and never show a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from pathlib import Path

TEAMS = {"TEAMS_APP_ID": "app", "TEAMS_APP_PASSWORD": "pw", "TEAMS_TENANT_ID": "t", "TEAMS_APP_TYPE": "SingleTenant"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_nothing_set_means_no_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    found = given(monkeypatch)

    assert (found.slack_on, found.teams_on) == (False, False)
    with pytest.raises(ConfigurationError, match="No platform is set up"):
        found.check_platforms()


def test_complete_settings_turn_a_platform_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = given(monkeypatch, **SLACK, **TEAMS)

    assert (found.slack_on, found.teams_on) == (True, True)


def test_socket_mode_needs_no_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1").slack_on


def test_a_managed_identity_needs_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {**TEAMS, "TEAMS_APP_TYPE": "UserAssignedMSI"}
    del values["TEAMS_APP_PASSWORD"]

    assert given(monkeypatch, **values).teams_on


@pytest.mark.parametrize("missing", list(TEAMS))
def test_half_set_up_teams_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    found = given(monkeypatch, **{name: value for name, value in TEAMS.items() if name != missing})

    with pytest.raises(ConfigurationError, match=missing):
        found.check_platforms()


@pytest.mark.parametrize("missing", list(SLACK))
def test_half_set_up_slack_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    found = given(monkeypatch, **{name: value for name, value in SLACK.items() if name != missing})

    with pytest.raises(ConfigurationError, match=missing):
        found.check_platforms()


def test_unsigned_requests_only_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, TEAMS_UNAUTHENTICATED="loopback").teams_on

    with pytest.raises(ConfigurationError, match="loopback HOST"):
        _ = given(monkeypatch, TEAMS_UNAUTHENTICATED="loopback", HOST="0.0.0.0").teams_on
    with pytest.raises(ConfigurationError, match="can only be"):
        _ = given(monkeypatch, TEAMS_UNAUTHENTICATED="yes").teams_on


def test_two_secrets_while_rotating(monkeypatch: pytest.MonkeyPatch) -> None:
    found = given(monkeypatch, SLACK_SIGNING_SECRET="new, old")

    assert [secret.get_secret_value() for secret in found.slack_signing_secret] == ["new", "old"]


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-from-file\n")

    found = given(monkeypatch, SLACK_BOT_TOKEN_FILE=str(tmp_path / "token"))

    assert found.slack_bot_token is not None
    assert found.slack_bot_token.get_secret_value() == "xoxb-from-file"


def test_a_file_of_settings_yields_to_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text('PROTOCOL = "copeland"\nPORT = 9000\nCLOSURE_DAYS = ["2026-12-29"]\n')
    monkeypatch.setenv("PORT", "9001")

    found = read_settings(tmp_path / "bot.toml")

    assert (found.protocol, found.port) == ("copeland", 9001)
    assert [day.isoformat() for day in found.closure_days] == ["2026-12-29"]


def test_an_unknown_setting_in_the_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text('COLOUR = "red"\n')

    with pytest.raises(ConfigurationError, match="COLOUR"):
        read_settings(tmp_path / "bot.toml")


@pytest.mark.parametrize("content", [b"PORT = ", b"\xff\xfe"])
def test_a_broken_file_is_a_plain_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bot.toml").write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"bot\.toml"):
        read_settings(tmp_path / "bot.toml")


def test_a_wrong_value_names_the_setting_and_not_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="PORT") as caught:
        given(monkeypatch, PORT="hush-hush")

    assert "hush-hush" not in str(caught.value)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hush" not in repr(given(monkeypatch, SLACK_BOT_TOKEN="hush", ENCRYPTION_KEYS="hush,hush"))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "nonsense", "begin it with"),
        ("DATABASE_URL", "mysql://x/y", "begin it with"),
        ("OFFICE_OPENS", "9am", "write a time of day like 09:00"),
        ("LOG_LEVEL", "LOUD", "use one of DEBUG"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} .*{says}"):
        given(monkeypatch, **{name: value})
