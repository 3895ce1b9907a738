"""Ask the platforms whether they know us: for ``doctor``, with short timeouts and nothing kept."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import aiohttp

from bot.doctor import fail, ok, warn
from bot.errors import TryAgain
from bot.settings import TeamsAppType, is_loopback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.doctor import Line
    from bot.ports import Clock
    from bot.settings import Settings

TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)
KNOCK_SECONDS = 4.0
SLACK_ADVICE = "Install the app again from its manifest and copy its Bot User OAuth Token."


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered: a word on it, headers, and how far its clock is from ours."""

    body: dict[str, object]
    headers: dict[str, str]
    skew: float | None


async def ask_slack(settings: Settings, clock: Clock, wanted: Sequence[str]) -> tuple[list[Line], float | None]:
    """Whether Slack accepts the tokens, and whether they may do what the manifest asks for; and the clock's skew."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as session:
        answer = await _call_slack(session, settings, clock, "auth.test", token)
        if isinstance(answer, str):
            advice = "Check SLACK_API_URL and the way out of this network (HTTPS_PROXY)."
            return [fail("Slack", f"does not answer ({answer})", advice)], None
        lines = []
        if answer.body.get("ok") is not True:
            lines.append(fail("Slack", f"does not accept the bot token ({_word(answer)})", SLACK_ADVICE))
        else:
            lines.append(_scopes(answer, wanted))
        if settings.slack_app_token:
            lines.append(await _socket_mode(session, settings, clock))
    return lines, answer.skew


def _scopes(answer: Answer, wanted: Sequence[str]) -> Line:
    granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    missing = sorted(set(wanted) - granted)
    if granted and missing:
        advice = "Update the app from “protocol-bot manifest slack” and install it again."
        return fail("Slack", f"the token lacks permissions: {', '.join(missing)}", advice)
    extra = sorted(granted - set(wanted))
    if extra:
        return warn("Slack", f"the token may do more than it needs: {', '.join(extra)}", "Take these scopes away.")
    return ok("Slack", f"knows the bot in the workspace {answer.body.get('team', '?')}, with the permissions it needs")


async def _socket_mode(session: aiohttp.ClientSession, settings: Settings, clock: Clock) -> Line:
    token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    answer = await _call_slack(session, settings, clock, "apps.connections.open", token)
    if isinstance(answer, Answer) and answer.body.get("ok") is True:
        return ok("Slack", "opens a Socket Mode connection")
    word = answer if isinstance(answer, str) else _word(answer)
    advice = "Switch Socket Mode on and make an App-Level Token with connections:write."
    return fail("Slack", f"opens no Socket Mode connection ({word})", advice)


def _word(answer: Answer) -> str:
    word = str(answer.body.get("error", ""))
    return word if word.replace("_", "").isalnum() else "no reason given"


async def _call_slack(
    session: aiohttp.ClientSession, settings: Settings, clock: Clock, method: str, token: str
) -> Answer | str:
    url = urljoin(settings.slack_api_url.rstrip("/") + "/", method)
    return await _ask(session, "POST", url, clock, {"Authorization": f"Bearer {token}"})


async def ask_teams(settings: Settings, clock: Clock) -> tuple[list[Line], float | None]:
    """Whether Microsoft's hosts answer and know the app, and whether replies can get out; and the clock's skew."""
    if not settings.teams_app_id:
        return [ok("Teams", "is open to unsigned requests from this machine alone; no host is asked")], None
    async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as session:
        (keys, skew), token, hosts = await asyncio.gather(
            _keys(session, settings, clock), _token(session, settings, clock), _hosts(settings)
        )
    return [keys, token, hosts], skew


async def _keys(session: aiohttp.ClientSession, settings: Settings, clock: Clock) -> tuple[Line, float | None]:
    from adapters.teams.keys import SigningKeys  # noqa: PLC0415 - only where Teams is on

    answer = await _ask(session, "GET", settings.teams_openid_metadata_url, clock, {})
    skew = answer.skew if isinstance(answer, Answer) else None
    keys = SigningKeys(session=session, metadata_url=settings.teams_openid_metadata_url, clock=clock)
    await keys.fetch()
    if keys.at_hand:
        return ok("Teams", "the keys of incoming messages can be fetched"), skew
    advice = "Check TEAMS_OPENID_METADATA_URL and the way out of this network."
    return fail("Teams", "the keys of incoming messages cannot be fetched", advice), skew


async def _token(session: aiohttp.ClientSession, settings: Settings, clock: Clock) -> Line:
    from adapters.teams import credentials  # noqa: PLC0415 - only where Teams is on

    if settings.teams_app_type is TeamsAppType.USER_ASSIGNED_MSI:
        request = credentials.by_managed_identity(settings.teams_app_id, settings.teams_token_url, os.environ)
    else:
        secret = settings.teams_app_password.get_secret_value() if settings.teams_app_password else ""
        request = credentials.by_secret(
            settings.teams_app_id, secret, settings.teams_tenant_id, settings.teams_token_url
        )
    token = credentials.AccessToken(session=session, request=request, clock=clock)
    try:
        await token.get()
    except TryAgain:
        advice = "Make a new client secret for the registration, and check TEAMS_APP_ID and TEAMS_TENANT_ID."
        said = "Microsoft’s login host refuses the app" if token.problem else "Microsoft’s login host gives no token"
        return fail("Teams", said, advice)
    finally:
        await token.stop()
    kind = settings.teams_app_type.value if settings.teams_app_type else "?"
    return ok("Teams", f"Microsoft’s login host gives the app a token ({kind})")


async def _hosts(settings: Settings) -> Line:
    """Knock at each host to which replies may go."""

    async def answers(entry: str) -> bool:
        host, _, port = entry.removeprefix("https://").removeprefix("http://").rstrip("/").partition(":")
        try:
            async with asyncio.timeout(KNOCK_SECONDS):
                _, writer = await asyncio.open_connection(host, int(port or 443))
        except (OSError, ValueError, TimeoutError):
            return False
        writer.close()
        return True

    listed = [entry for entry in settings.teams_service_hosts if not entry.startswith("*.")]
    reached = await asyncio.gather(*(answers(entry) for entry in listed))
    names = [entry for entry, there in zip(listed, reached, strict=True) if there]
    if names or not listed:
        return ok("Teams", f"replies can go to {', '.join(names) or 'the listed hosts'}")
    return fail(
        "Teams", "no host of TEAMS_SERVICE_HOSTS can be reached", "Let this machine reach one of them on port 443."
    )


async def runs_here(settings: Settings, clock: Clock) -> bool:
    """Whether a bot with these settings answers on this machine."""
    return not isinstance(await _ask_readiness(settings, clock), str)


async def _ask_readiness(settings: Settings, clock: Clock) -> Answer | str:
    host = settings.host if is_loopback(settings.host) else "127.0.0.1"
    async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as session:
        return await _ask(session, "GET", f"http://{host}:{_watched_port(settings)}/readyz", clock, {})


def _watched_port(settings: Settings) -> int:
    return settings.metrics_port if settings.metrics_port is not None else settings.port


async def ask_ourselves(settings: Settings, clock: Clock) -> Line:
    """Whether the service runs here, and whether it is ready."""
    answer = await _ask_readiness(settings, clock)
    if isinstance(answer, str):
        return ok("service", f"is not running on port {_watched_port(settings)}")
    missing = answer.body.get("missing")
    if missing:
        says = " ".join(str(each) for each in missing) if isinstance(missing, list) else "is not ready"
        return warn("service", f"runs but is not ready: {says}", "See the other lines, and the service’s log.")
    return ok("service", "runs and is ready")


async def _ask(
    session: aiohttp.ClientSession, method: str, url: str, clock: Clock, headers: dict[str, str]
) -> Answer | str:
    """The answer, or the kind of error where there is none."""
    try:
        async with session.request(method, url, headers=headers, allow_redirects=False) as response:
            body = await response.json(content_type=None)
            got = {name.lower(): value for name, value in response.headers.items()}
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return type(error).__name__
    return Answer(body if isinstance(body, dict) else {}, got, _skew(got.get("date", ""), clock.now()))


def _skew(date: str, now: datetime) -> float | None:
    try:
        return (now - parsedate_to_datetime(date)).total_seconds()
    except (ValueError, TypeError):
        return None
