"""Who of the directory is who on Slack, by the e-mail address that Slack itself vouches for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from adapters.slack.inbound import PLATFORM
from adapters.slack.web_api import SlackSaysNo
from bot.errors import DeliveryError, TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.slack.pace import Pace
    from adapters.slack.web_api import WebApi
    from bot.ports import Clock, Store

log = structlog.get_logger()

ASK_AGAIN_AFTER = timedelta(minutes=10)
MOST_REMEMBERED = 10_000
PATIENCE_SECONDS = 1.5


@dataclass(slots=True)
class Introductions:
    """Links people of the directory to their Slack accounts."""

    store: Store
    api: WebApi
    pace: Pace
    clock: Clock
    _asked: OrderedDict[str, datetime] = field(default_factory=OrderedDict)

    async def meet(self, user: str) -> None:
        """Find out who this user is, unless that is known. Never fails: the person is then a stranger for now."""
        now = self.clock.now()
        asked = self._asked.get(user)
        if not user or ":" in user or (asked and now - asked < ASK_AGAIN_AFTER):
            return
        self._asked[user] = now
        if len(self._asked) > MOST_REMEMBERED:
            self._asked.popitem(last=False)
        try:
            async with self.store.begin() as uow:
                if await uow.people.by_platform_id(PLATFORM, user):
                    return
            await self.pace.wait("users.info")
            answer = await self.api.call("users.info", user=user)
            await self._link(answer.get("user"))
        except Exception as error:  # noqa: BLE001 - an introduction is a courtesy; the question comes first
            log.info("slack.not_introduced", error=type(error).__name__)

    async def meet_soon(self, user: str) -> None:
        """As :meth:`meet`, but no longer than a person at an opening form should wait."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.meet(user)
        except TimeoutError:
            self._asked.pop(user, None)

    async def meet_everybody(self) -> int:
        """Look up everybody in the directory who has no Slack account there yet; how many were found.

        A recipient must be reachable before ever having spoken to the bot.
        """
        async with self.store.begin() as uow:
            unknown = [person.email for person in await uow.people.all() if not person.slack_user_id and person.email]
        found = 0
        for email in unknown:
            try:
                await self.pace.wait("users.lookupByEmail")
                answer = await self.api.call("users.lookupByEmail", email=email)
            except SlackSaysNo:
                continue  # nobody with this address on Slack
            except TryAgain as error:
                await asyncio.sleep(min(error.after or 1.0, 60.0))
                continue  # the next round asks again
            except DeliveryError as error:
                log.warning("slack.directory_unreadable", reason=str(error))
                break
            found += await self._link(answer.get("user"))
        if found:
            log.info("slack.introduced", people=found)
        return found

    async def _link(self, user: Any) -> bool:
        """Link the account to the person with its address, if Slack vouches for it and nobody else has it."""
        if not isinstance(user, dict) or not _is_colleague(user):
            return False
        email = str((user.get("profile") or {}).get("email") or "")
        async with self.store.begin() as uow:
            person = await uow.people.by_email(email) if email else None
            if person is None or not person.active or person.slack_user_id:
                return False
            await uow.people.link(person.id, PLATFORM, str(user["id"]))
            await uow.commit()
        return True


def _is_colleague(user: Mapping[str, Any]) -> bool:
    """A person of this workspace with a confirmed address: no bot, no guest of another organisation, not gone."""
    refused = ("deleted", "is_bot", "is_stranger", "is_invited_user")
    return bool(user.get("id")) and not any(user.get(word) for word in refused) and user.get("is_email_confirmed", True)
