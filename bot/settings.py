"""Every setting: its name, type, default and meaning. Read once, at the start.

Settings come from the environment, or from a TOML file (``--config FILE``) in the same names.
The environment wins over the file. A secret may stand in a file of its own: ``NAME_FILE``.
"""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Division(StrEnum):
    """The part of the United Kingdom whose bank holidays count."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class TeamsAppType(StrEnum):
    """How the Teams app is registered; multi-tenant bots can no longer be made."""

    SINGLE_TENANT = "SingleTenant"
    USER_ASSIGNED_MSI = "UserAssignedMSI"


def _parted(value: object) -> object:
    """A comma-separated text as a tuple."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _time(value: object) -> object:
    try:
        return time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("write a time of day like 09:00") from None


def _database(value: object) -> object:
    if isinstance(value, str) and not re.match(r"(sqlite|postgresql)(\+\w+)?://", value):
        raise ValueError("begin it with sqlite+aiosqlite:// or postgresql+asyncpg://")
    return value


def _level(value: object) -> object:
    if isinstance(value, str) and value.upper() not in LEVELS:
        raise ValueError(f"use one of {', '.join(LEVELS)}")
    return value


Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parted)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_parted)]
Dates = Annotated[tuple[date, ...], NoDecode, BeforeValidator(_parted)]
TimeOfDay = Annotated[time, BeforeValidator(_time)]

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

SECRETS = (
    "ENCRYPTION_KEYS",
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_APP_TOKEN",
    "TEAMS_APP_PASSWORD",
    "DATABASE_URL",
)


class Settings(BaseSettings):
    """All settings. Units are in the names or the descriptions; times of day are London's."""

    model_config = SettingsConfigDict(case_sensitive=False, extra="forbid", frozen=True, env_ignore_empty=True)

    database_url: Annotated[str, BeforeValidator(_database)] = Field(
        "sqlite+aiosqlite:///./protocol-bot.db",
        description="Where everything is kept: SQLite or PostgreSQL (postgresql+asyncpg://...).",
    )
    protocol: str = Field("", description="The council's protocol: the id of a pack, or the path of a pack's folder.")
    packs: str = Field("", description="A folder with further packs, beside the built-in ones.")
    division: Division = Field(Division.ENGLAND_AND_WALES, description="Whose bank holidays count.")
    encryption_keys: Secrets = Field(
        (), description="Keys for what is stored, newest first, comma-separated; `protocol-bot new-key` makes one."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8300, ge=0, le=65535, description="The port to listen on.")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="A port of its own for /metrics, /livez and /readyz."
    )
    log_level: Annotated[str, BeforeValidator(_level)] = Field(
        "INFO", description="How much is logged: DEBUG, INFO, WARNING or ERROR."
    )

    slack_bot_token: SecretStr | None = Field(None, description="The Slack bot token (xoxb-...).")
    slack_signing_secret: Secrets = Field(
        (), description="The Slack signing secret; two, comma-separated, while it is being changed."
    )
    slack_app_token: SecretStr | None = Field(
        None, description="The Slack app token (xapp-...), for Socket Mode instead of HTTP."
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Where the Slack Web API is.")

    teams_app_id: str = Field("", description="The Teams app (client) id.")
    teams_app_password: SecretStr | None = Field(None, description="The Teams client secret.")
    teams_tenant_id: str = Field(
        "", description="The tenant in which the app is registered, and from which messages are accepted."
    )
    teams_app_type: TeamsAppType | None = Field(None, description="SingleTenant or UserAssignedMSI.")
    teams_openid_metadata_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys of incoming Teams tokens are announced.",
    )
    teams_token_url: str = Field(
        "", description="The full address of the token endpoint; by default the tenant's own at Microsoft."
    )
    teams_service_hosts: Texts = Field(
        ("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com", "smba.infra.gov.teams.microsoft.us"),
        description="Hosts to which replies may be sent, comma-separated.",
    )
    teams_unauthenticated: str = Field(
        "", description="`loopback` accepts unsigned requests, for the Agents Playground; only on a loopback HOST."
    )

    reply_working_days: int | None = Field(
        None, ge=1, description="Days for a reply to a member's enquiry, where the protocol gives no number."
    )
    urgent_working_days: int = Field(
        1, ge=0, description="Days for a reply to an urgent enquiry; no protocol gives a number."
    )
    acknowledge_working_days: int = Field(
        1, ge=0, description="Days within which an enquiry should have been acknowledged."
    )
    receipt_day_counts: bool = Field(
        False, description="Whether the day of receipt is day one; otherwise it is day zero."
    )
    office_opens: TimeOfDay = Field(time(9, 0), description="When the working day begins; reminders go from then on.")
    office_closes: TimeOfDay = Field(
        time(17, 0), description="When the working day ends; a receipt after it counts from the next working day."
    )
    late_receipt_next_day: bool = Field(
        True, description="Whether a receipt after office hours counts from the next working day."
    )
    closure_days: Dates = Field(
        (), description="Further days on which the council is closed (YYYY-MM-DD), comma-separated."
    )
    extra_holidays: Dates = Field(
        (), description="Bank holidays announced after the built-in table was made (YYYY-MM-DD)."
    )
    remind_before_days: int = Field(
        2, ge=0, description="Working days before the due date on which the officer is reminded."
    )
    overdue_every_days: int = Field(3, ge=1, description="Working days between reminders once an enquiry is overdue.")
    overdue_reminders: int = Field(3, ge=0, description="How many of those there are at most.")
    manager_after_days: int = Field(2, ge=0, description="Working days overdue after which the manager is told.")
    director_after_days: int = Field(5, ge=0, description="Working days overdue after which the director is told.")
    monitoring_officer_after_days: int = Field(
        10,
        ge=0,
        description="Working days overdue after which the Monitoring Officer and Democratic Services are told.",
    )
    quiet_notices: bool = Field(
        False,
        description="Whether officers hear of new enquiries in office hours only, as with reminders; urgent ones never wait.",
    )
    snooze_limit: int = Field(2, ge=0, description="How often a reminder may be put off.")

    disclosure_recipient: str = Field(
        "", description="E-mail of the person told of a relationship where the protocol names nobody."
    )
    fallback_recipient: str = Field(
        "", description="E-mail of the person told where no recipient of a disclosure can be found."
    )
    one_sided_days: int = Field(
        28, ge=1, description="Days after which a relationship declared by one side only is pointed out to the keeper."
    )
    confirm_yearly_days: int = Field(
        365, ge=1, description="Days after which a declarer is asked whether a disclosure is still right."
    )
    retention_days_disclosures: int | None = Field(
        None, ge=1, description="Days to keep an ended disclosure; unset keeps it."
    )
    retention_days_enquiries: int | None = Field(
        None, ge=1, description="Days to keep a closed enquiry; unset keeps it."
    )
    retention_days_questions: int = Field(
        365, ge=1, description="Days to keep questions that were not answered, without the asker's name."
    )
    retention_days_drafts: int | None = Field(
        None, ge=1, description="Days to keep forms that were begun or sent in, without their record; unset keeps them."
    )
    retention_days_messages: int | None = Field(
        None, ge=2, description="Days to keep the note that a message was delivered or given up; unset keeps it."
    )
    asks_per_minute: int = Field(30, ge=1, description="How many questions one person may ask in a minute.")
    declarations_per_hour: int = Field(20, ge=1, description="How many declarations one person may send in an hour.")
    heartbeat_url: str = Field(
        "", description="An address to call after each good sweep, so that somebody notices when they stop."
    )

    @property
    def slack_on(self) -> bool:
        """Whether Slack is set up.

        Raises:
            ConfigurationError: it is half set up; the text names what is missing.
        """
        if not (self.slack_bot_token or self.slack_signing_secret or self.slack_app_token):
            return False
        if not self.slack_bot_token:
            raise ConfigurationError("Slack is half set up. Set SLACK_BOT_TOKEN as well.")
        if not self.slack_signing_secret and not self.slack_app_token:
            raise ConfigurationError(
                "Slack is half set up. Set SLACK_SIGNING_SECRET as well (or SLACK_APP_TOKEN, for Socket Mode)."
            )
        return True

    @property
    def teams_unsigned(self) -> bool:
        """Whether unsigned Teams requests are accepted, which only a loopback HOST allows.

        Raises:
            ConfigurationError: the word is another one, or HOST is not a loopback address.
        """
        if not self.teams_unauthenticated:
            return False
        if self.teams_unauthenticated != "loopback":
            raise ConfigurationError("TEAMS_UNAUTHENTICATED can only be “loopback”. Correct it, or unset it.")
        if not is_loopback(self.host):
            raise ConfigurationError("TEAMS_UNAUTHENTICATED=loopback needs a loopback HOST, such as 127.0.0.1.")
        return True

    @property
    def teams_on(self) -> bool:
        """Whether Teams is set up.

        Raises:
            ConfigurationError: it is half set up; the text names what is missing.
        """
        wanted: dict[str, object] = {
            "TEAMS_APP_ID": self.teams_app_id,
            "TEAMS_TENANT_ID": self.teams_tenant_id,
            "TEAMS_APP_TYPE": self.teams_app_type,
        }
        if self.teams_app_type is not TeamsAppType.USER_ASSIGNED_MSI:
            wanted["TEAMS_APP_PASSWORD"] = self.teams_app_password
        if self.teams_unsigned and not any(wanted.values()):
            return True
        if not any((*wanted.values(), self.teams_app_password)):
            return False
        missing = [name for name, value in wanted.items() if not value]
        if missing:
            raise ConfigurationError(f"Teams is half set up. Set {' and '.join(missing)} as well.")
        return True

    def check_platforms(self) -> None:
        """Make sure that at least one platform is set up.

        Raises:
            ConfigurationError: none is, or one is half set up.
        """
        slack, teams = self.slack_on, self.teams_on
        if not (slack or teams):
            raise ConfigurationError(
                "No platform is set up. Set the SLACK_... or TEAMS_... settings (docs/settings.md lists them), "
                "or run “protocol-bot demo” to try it without an account."
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host in {"localhost", "::1", "[::1]"} or host.startswith("127.")


def _secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in SECRETS:
        path = environment.get(f"{name}_FILE", "")
        if not path:
            continue
        try:
            found[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigurationError(f"{name}_FILE names a file that cannot be read. Correct the path.") from None
    return found


def file_settings(config: Path) -> dict[str, Any]:
    """What the settings file says, by the settings' own names.

    Raises:
        ConfigurationError: it cannot be read, or holds something that is no setting.
    """
    try:
        table = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"The settings file {config} cannot be read. Correct the path.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"The settings file {config} is not valid TOML: {error}.") from None
    known = set(Settings.model_fields)
    files = {f"{name.lower()}_file" for name in SECRETS}
    unknown = sorted(name for name in table if name.lower() not in known | files)
    if unknown:
        raise ConfigurationError(f"The settings file {config} has settings that do not exist: {', '.join(unknown)}.")
    values = {name.lower(): value for name, value in table.items()}
    secrets = _secret_files({name.upper(): str(values.pop(name)) for name in list(values) if name in files})
    return {**values, **secrets}


def read_settings(config: Path | None = None) -> Settings:
    """All settings, from the file and the environment.

    Raises:
        ConfigurationError: one is unknown, unreadable or of the wrong kind; the text names it, never its value.
    """
    values = file_settings(config) if config else {}
    values.update(_secret_files(os.environ))
    in_environment = {name.lower() for name, value in os.environ.items() if value}
    values = {name: value for name, value in values.items() if name not in in_environment}
    try:
        return Settings(**values)
    except ValidationError as error:
        problems = sorted(
            {
                (str(problem["loc"][0]).upper(), problem["msg"].removeprefix("Value error, "))
                for problem in error.errors(include_input=False)
            }
        )
        raise ConfigurationError(
            "These settings cannot be used: " + "; ".join(f"{name} ({message})" for name, message in problems) + "."
        ) from None
