"""The app's description for Slack's own “create from a manifest”: over HTTP, or over Socket Mode.

Scopes are the least that works: no history of any channel, only of the conversations with the bot itself.
"""

from __future__ import annotations

from typing import Any

import yaml

from adapters.slack.inbound import ASK, CHECK_MESSAGE, DECLARE, DECLARE_SHORTCUT, ENQUIRE, LOG_ENQUIRY

BOT_SCOPES = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
)

EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")

EXAMPLE_URL = "https://protocol-bot.example.gov.uk/slack/events"


def manifest(*, socket_mode: bool, url: str = EXAMPLE_URL) -> dict[str, Any]:
    """The manifest.

    Args:
        url: where Slack reaches ``/slack/events``; of no meaning in Socket Mode.
    """
    where = {} if socket_mode else {"url": url}
    request_url = {} if socket_mode else {"request_url": url}
    menu = {} if socket_mode else {"message_menu_options_url": url}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Protocol bot",
            "description": "The council's member/officer protocol: ask it, declare relationships, chase enquiries.",
            "long_description": (
                "Answers questions about the council's member/officer protocol with the paragraph that says so. "
                "Takes declarations of relationships between members and officers, sends each to the person whom "
                "the protocol names, and keeps the register. Follows members' enquiries against the working-day "
                "clock and reminds whoever holds them. It reads only what is said to it, and everything is kept on "
                "the council's own system."
            ),
            "background_color": "#1d4f5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Protocol bot", "always_online": True},
            "slash_commands": [
                {
                    "command": DECLARE,
                    **where,
                    "description": "Declare a relationship with a member or an officer",
                    "usage_hint": "(or: help)",
                    "should_escape": False,
                },
                {
                    "command": ASK,
                    **where,
                    "description": "Ask what the member/officer protocol says",
                    "usage_hint": "your question",
                    "should_escape": False,
                },
                {
                    "command": ENQUIRE,
                    **where,
                    "description": "Raise a member's enquiry with the right service",
                    "usage_hint": "what it is about (or: help)",
                    "should_escape": False,
                },
            ],
            "shortcuts": [
                {
                    "name": "Declare a relationship",
                    "type": "global",
                    "callback_id": DECLARE_SHORTCUT,
                    "description": "Record a relationship between a member and an officer",
                },
                {
                    "name": "Check against the protocol",
                    "type": "message",
                    "callback_id": CHECK_MESSAGE,
                    "description": "See whether the protocol has something to say about this message",
                },
                {
                    "name": "Log as member enquiry",
                    "type": "message",
                    "callback_id": LOG_ENQUIRY,
                    "description": "Start a member's enquiry from this message",
                },
            ],
        },
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url, **menu},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(*, socket_mode: bool, url: str = EXAMPLE_URL) -> str:
    """The manifest as Slack's form takes it."""
    return yaml.safe_dump(manifest(socket_mode=socket_mode, url=url), sort_keys=False, allow_unicode=True, width=100)
