"""The app package that an administrator uploads to Teams: manifest, two icons, zipped.

The manifest's schema version is pinned. Older versions stay supported, so it need not follow the
newest; what it says is checked offline by the tests.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adapters.teams import icons
from bot.errors import ConfigurationError, InputError
from bot.wording import manifests as say

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = "1.19"
SCHEMA = f"https://developer.microsoft.com/en-us/json-schemas/teams/v{SCHEMA_VERSION}/MicrosoftTeams.schema.json"
ALL_SCOPES = ("personal", "team", "groupChat")
LONG_AGO = (2020, 1, 1, 0, 0, 0)
"""The date of every file in the package, so that the same settings make the same bytes."""


def make_manifest(app_id: str, *, council: str, website: str, privacy: str = "", terms: str = "") -> dict[str, Any]:
    """The manifest of a council's app.

    Args:
        app_id: TEAMS_APP_ID; the bot's and the package's id alike.
        council: its name, for the texts that an administrator and a user read.
        website: an https address of the council. ``privacy`` and ``terms`` are by default the same.

    Raises:
        ConfigurationError: TEAMS_APP_ID is not set, or is not an id.
        InputError: an address is not an https address.
    """
    try:
        identity = str(uuid.UUID(app_id))
    except ValueError:
        raise ConfigurationError(
            "Set TEAMS_APP_ID to the app's id, such as 00000000-0000-0000-0000-000000000000."
        ) from None
    addresses = {"websiteUrl": website, "privacyUrl": privacy or website, "termsOfUseUrl": terms or website}
    for address in addresses.values():
        if urlsplit(address).scheme != "https" or not urlsplit(address).hostname:
            raise InputError(f"{address or 'The website'} is not an https address. Teams wants one of the council.")
    return {
        "$schema": SCHEMA,
        "manifestVersion": SCHEMA_VERSION,
        "version": metadata.version("protocol-bot"),
        "id": identity,
        "developer": {"name": council[:32], **addresses},
        "name": {"short": say.SHORT_NAME, "full": say.full_name(council)[:100]},
        "description": {"short": say.SHORT_DESCRIPTION, "full": say.full_description(council)},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#{:02X}{:02X}{:02X}".format(*icons.ACCENT),
        "defaultInstallScope": "personal",
        "bots": [
            {
                "botId": identity,
                "scopes": list(ALL_SCOPES),
                "supportsFiles": False,
                "isNotificationOnly": False,
                "commandLists": [
                    {"scopes": [scope], "commands": [_words(*command) for command in say.BOT_COMMANDS]}
                    for scope in ALL_SCOPES
                ],
            }
        ],
        "composeExtensions": [
            {
                "botId": identity,
                "commands": [
                    _command("declareRelationship", *say.DECLARE, "compose", "commandBox"),
                    _command("memberEnquiry", *say.ENQUIRE, "compose", "commandBox"),
                    _command("checkMessage", *say.CHECK, "message"),
                    _command("logEnquiry", *say.LOG, "message"),
                ],
            }
        ],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [],
    }


def _words(title: str, description: str) -> dict[str, Any]:
    return {"title": title, "description": description}


def _command(name: str, title: str, description: str, *context: str) -> dict[str, Any]:
    return {
        "id": name,
        "type": "action",
        "title": title,
        "description": description,
        "context": list(context),
        "fetchTask": True,
    }


def package(manifest: dict[str, Any]) -> bytes:
    """The zip file to upload."""
    files = {
        "manifest.json": json.dumps(manifest, indent=2, ensure_ascii=False).encode(),
        "color.png": icons.colour(),
        "outline.png": icons.outline(),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
    return target.getvalue()


def write(path: Path, manifest: dict[str, Any]) -> None:
    """Write the package to a file.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        path.write_bytes(package(manifest))
    except OSError:
        raise InputError(f"{path} cannot be written. Choose another place with --out.") from None
