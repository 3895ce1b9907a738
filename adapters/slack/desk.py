"""The front desk: what happens with a reading before Slack gets its answer. Transport and Bolt stay outside.

Three kinds of dealing: remember and acknowledge; open a window first, since a trigger id lives three
seconds, and remember then; answer in the response itself, where Slack waits for it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import structlog

from adapters.slack import inbound, modals
from adapters.slack import wording as say
from adapters.slack.inbound import PLATFORM
from adapters.slack.spot import Spot
from adapters.slack.web_api import SlackSaysNo
from bot.errors import DeliveryError
from bot.messages import Address, Installed, Paragraph, Reply
from bot.model import OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from adapters.slack.directory import Introductions
    from adapters.slack.inbound import Reading
    from adapters.slack.web_api import WebApi
    from bot.messages import Request
    from bot.ports import Clock
    from bot.receiving import Reception

log = structlog.get_logger()

ANSWER_SECONDS = 2.0
"""Slack waits three seconds for the answer to a form that was sent in, and to a field with suggestions."""

DRAIN_SECONDS = 3.0


@dataclass(slots=True)
class FrontDesk:
    """Deals with readings."""

    reception: Reception
    clock: Clock
    api: WebApi
    introductions: Introductions
    answer_seconds: float = ANSWER_SECONDS
    _opening: set[str] = field(default_factory=set)
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    async def remember(self, reading: Reading) -> None:
        """Remember the request; it is on disk when this returns."""
        event = inbound.to_event(reading.request, self.clock.now())
        if isinstance(reading.request, Installed):
            await self._welcome_once(reading.request)
            return
        await self.reception.accept(event)
        self.later(self.introductions.meet(reading.request.sender.user_id))

    async def _welcome_once(self, request: Installed) -> None:
        """The first time that somebody opens the conversation with the bot, and never again."""
        sender, now = request.sender, self.clock.now()
        async with self.reception.store.begin() as uow:
            first = await uow.places.remember(PLATFORM, sender.user_id, sender.tenant, request.place.address, now)
            if first:
                await uow.inbox.remember(inbound.to_event(request, now))
            await uow.commit()
        if first:
            self.reception.wake.set()

    def open(self, reading: Reading) -> None:
        """Open the window of a form in the background; the caller acknowledges meanwhile."""
        key = reading.request.key
        if key not in self._opening:  # the same bytes sent again while the first are being dealt with
            self._opening.add(key)
            self.later(self._open(reading))

    async def _open(self, reading: Reading) -> None:
        request = reading.request
        pressed = Spot.unpack(request.place.address)
        view = ""
        try:
            opened = await self._open_window(reading)
            if opened is None:
                return
            view = opened
            spot = Spot(user=pressed.user, action=pressed.action, value=pressed.value)
            spot = replace(spot, view=view, passing=True) if view else replace(spot, late=True)
            moved = replace(request, place=replace(request.place, private=True, address=spot.pack()))
            await self.introductions.meet_soon(request.sender.user_id)
            await self.reception.accept(inbound.to_event(moved, self.clock.now()))
        except Exception as error:  # noqa: BLE001 - whatever the database raises, the person must hear of it
            log.error("slack.form_not_remembered", error=type(error).__name__)
            await self._tell(view, pressed.user, say.LOADING_FAILED)
        finally:
            self._opening.discard(request.key)

    async def _open_window(self, reading: Reading) -> str | None:
        """The id of the loading window: empty where it was too late for one, nothing where another has opened it."""
        try:
            answer = await self.api.call("views.open", trigger_id=reading.trigger, view=modals.loading(reading.opens))
        except SlackSaysNo as error:
            log.info("slack.window_not_opened", reason=error.code)
            return None if error.code == "exchanged_trigger_id" else ""
        except DeliveryError as error:
            log.info("slack.window_not_opened", reason=str(error))
            return ""
        view = answer.get("view")
        return str(view.get("id", "")) if isinstance(view, dict) else ""

    async def _tell(self, view: str, user: str, text: str) -> None:
        """Say one thing where the database cannot help; a failure of this too can only be logged."""
        try:
            if view:
                await self.api.call("views.update", view_id=view, view=modals.words(text))
            else:
                await self.api.call("chat.postMessage", channel=user, text=text)
        except DeliveryError as error:
            log.warning("slack.not_told", reason=str(error))

    async def submit(self, reading: Reading, blocks: list[str]) -> Mapping[str, Any]:
        """Take a form in, and what the window shows next."""
        task = asyncio.create_task(self._answer(reading.request))
        done, _ = await asyncio.wait({task}, timeout=self.answer_seconds)
        if not done:
            self.later(self._answer_late(task, reading.request))
            return {"response_action": "update", "view": modals.words(say.WORKING)}
        try:
            reply = task.result()
        except Exception as error:  # noqa: BLE001 - whatever the database raises, what was typed stays in the window
            log.error("slack.form_not_taken", error=type(error).__name__)
            return _beside_first_field(say.NOT_TAKEN, blocks)
        if reply is None:
            return _beside_first_field(say.STILL_WORKING, blocks)
        if reply.form is None:
            return {"response_action": "update", "view": modals.notice(reply)}
        problems = modals.errors(reply.form, blocks)
        if problems:
            return {"response_action": "errors", "errors": problems}
        return {"response_action": "update", "view": modals.form_view(reply.form)}

    async def _answer(self, request: Request) -> Reply | None:
        return await self.reception.answer_now(inbound.to_event(request, self.clock.now()))

    async def _answer_late(self, task: asyncio.Task[Reply | None], request: Request) -> None:
        """Put an answer that took too long for the response into the window, through the outbox."""
        spot = Spot.unpack(request.place.address)
        try:
            reply = await task
            if reply is None:
                return
            now = self.clock.now()
            to = Address(platform=PLATFORM, place=request.place.address)
            key = f"{PLATFORM}:{request.key}:late"
            async with self.reception.store.begin() as uow:
                await uow.outbox.put(OutgoingMessage(key=key, to=to, reply=reply, created_at=now, not_before=now))
                await uow.commit()
            self.reception.announce()
        except Exception as error:  # noqa: BLE001 - as above
            log.error("slack.form_not_taken", error=type(error).__name__)
            await self._tell(spot.view, spot.user, say.COMMAND_NOT_TAKEN)

    async def suggest(self, reading: Reading, typed: str) -> list[dict[str, Any]]:
        """Suggestions for what was typed so far; that itself is always among them."""
        task = asyncio.create_task(self._answer(reading.request))
        done, _ = await asyncio.wait({task}, timeout=self.answer_seconds)
        if not done:
            self.later(self._forget(task))
            return modals.suggestions((), typed)
        try:
            reply = task.result()
        except Exception as error:  # noqa: BLE001 - free text is allowed, so the form can go on
            log.warning("slack.no_suggestions", error=type(error).__name__)
            reply = None
        return modals.suggestions(reply.options if reply else (), typed)

    async def _forget(self, task: asyncio.Task[Reply | None]) -> None:
        await asyncio.gather(task, return_exceptions=True)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it in the background; kept hold of until it is done."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def drain(self) -> None:
        """Let what is under way finish, as far as time allows."""
        if self._background:
            _, late = await asyncio.wait(self._background, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _beside_first_field(text: str, blocks: list[str]) -> Mapping[str, Any]:
    """A word beside the first field, so that the window and what was typed stay; a window where there is no field."""
    if blocks:
        return {"response_action": "errors", "errors": {blocks[0]: text}}
    return {"response_action": "update", "view": modals.notice(Reply(summary=text, parts=(Paragraph(text),)))}
