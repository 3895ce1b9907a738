"""Set-up: the manifest, the settings, what the bot says is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from pydantic import SecretStr

from adapters.slack import inbound, limits
from adapters.slack.app import make_adapter
from adapters.slack.manifest import BOT_SCOPES, EVENTS, manifest, manifest_yaml
from bot.errors import ConfigurationError
from tests.support import FakeClock, settings

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.slack.support import Town

LEAST = {
    "app_mentions:read",
    "chat:write",
    "commands",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
}


@pytest.mark.parametrize("socket_mode", [True, False])
def test_the_manifest_keeps_within_slacks_limits(socket_mode: bool) -> None:  # noqa: FBT001 - a row of the table
    found = manifest(socket_mode=socket_mode)
    about, features = found["display_information"], found["features"]

    assert len(about["name"]) <= limits.MANIFEST_NAME
    assert len(about["description"]) <= limits.MANIFEST_DESCRIPTION
    assert 174 < len(about["long_description"]) <= limits.MANIFEST_LONG_DESCRIPTION
    assert len(features["bot_user"]["display_name"]) <= limits.MANIFEST_BOT_NAME
    assert len(features["shortcuts"]) <= limits.SHORTCUTS
    for command in features["slash_commands"]:
        assert len(command["command"]) <= limits.COMMAND
        assert len(command["description"]) <= limits.COMMAND_DESCRIPTION
        assert len(command["usage_hint"]) <= limits.USAGE_HINT
    for shortcut in features["shortcuts"]:
        assert len(shortcut["description"]) <= limits.SHORTCUT_DESCRIPTION
    assert set(found) == {"_metadata", "display_information", "features", "oauth_config", "settings"}


def test_the_manifest_and_the_code_name_the_same_things() -> None:
    features = manifest(socket_mode=False)["features"]

    assert {each["command"] for each in features["slash_commands"]} == {inbound.ASK, *inbound.COMMAND_FORMS}
    assert {(each["type"], each["callback_id"]) for each in features["shortcuts"]} == {
        ("global", "declare_relationship"),
        ("message", "check_message"),
        ("message", "log_enquiry"),
    }
    assert set(EVENTS) == {"app_mention", "message.im", "app_home_opened", "app_uninstalled", "tokens_revoked"}


def test_the_scopes_are_the_least_and_no_channel_is_read() -> None:
    assert set(BOT_SCOPES) == LEAST
    assert [scope for scope in BOT_SCOPES if scope.endswith(":history")] == ["im:history"]


def test_over_http_every_address_is_given_and_in_socket_mode_none() -> None:
    http = manifest_yaml(socket_mode=False, url="https://bot.council.example/slack/events")
    socket = manifest_yaml(socket_mode=True)

    assert http.count("https://bot.council.example/slack/events") == 6  # commands, events, interactivity, options
    assert "slack/events" not in socket
    assert yaml.safe_load(socket)["settings"]["socket_mode_enabled"] is True
    assert yaml.safe_load(http)["settings"]["socket_mode_enabled"] is False


async def test_an_adapter_is_made_of_the_settings(sqlite_store: SqlStore) -> None:
    adapter = make_adapter(
        settings(
            slack_bot_token=SecretStr("xoxb-1"),
            slack_signing_secret=(SecretStr("new"), SecretStr("old")),
            slack_api_url="https://slack.example/api",
        ),
        FakeClock(),
        sqlite_store,
    )

    assert (adapter.platform, adapter.secrets, adapter.app_token) == ("slack", ("new", "old"), "")
    assert "new" not in repr(adapter)
    assert "xoxb-1" not in repr(adapter)


async def test_half_set_up_is_refused_with_the_missing_name(sqlite_store: SqlStore) -> None:
    with pytest.raises(ConfigurationError, match="SLACK_SIGNING_SECRET"):
        make_adapter(settings(slack_bot_token=SecretStr("xoxb-1")), FakeClock(), sqlite_store)


async def test_a_good_token_is_no_problem(bot: Town) -> None:
    assert len(bot.adapter.problems()) == 1  # not confirmed yet
    assert await bot.adapter.check_token()
    assert bot.adapter.problems() == []


async def test_a_refused_token_is_a_problem_that_says_what_to_do(bot: Town) -> None:
    bot.slack.token_error = "token_revoked"

    assert not await bot.adapter.check_token()
    [problem] = bot.adapter.problems()
    assert "SLACK_BOT_TOKEN" in problem


async def test_missing_permissions_are_named(bot: Town) -> None:
    bot.slack.scopes = "chat:write,commands"
    await bot.adapter.check_token()

    [problem] = bot.adapter.problems()
    assert "im:write" in problem
    assert "chat:write" not in problem


async def test_a_slack_that_does_not_answer_is_a_problem(bot: Town) -> None:
    bot.adapter.api.url = "http://127.0.0.1:9/api/"

    assert not await bot.adapter.check_token()
    assert any("does not answer" in problem for problem in bot.adapter.problems())
    response = await bot.client.get("/readyz")
    assert response.status == 503
