"""Delivers replies: messages, updates of messages, open windows, the Home tab. Never twice, as far as Slack allows."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from adapters.slack import modals, render
from adapters.slack.inbound import PLATFORM
from adapters.slack.spot import Spot
from adapters.slack.web_api import SlackSaysNo
from bot.errors import CannotReach, NotConnected, TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.slack.pace import Pace
    from adapters.slack.web_api import WebApi
    from bot.messages import Address, Reply

log = structlog.get_logger()

METADATA_EVENT = "protocol_bot"
VIEW_GONE = frozenset({"not_found", "view_not_found", "expired_trigger_id"})
MESSAGE_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"})
THREAD_GONE = frozenset({"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"})
NOT_FOR_US = frozenset({"not_in_channel", "channel_not_found", "missing_scope", "thread_not_found"})
PAGES, PAGE = 3, 200
MOST_CONVERSATIONS = 20_000


@dataclass(slots=True)
class SlackMessenger:
    """:class:`bot.ports.Messenger`."""

    api: WebApi
    pace: Pace
    removed: bool = False
    """The app was removed from the workspace, or its token revoked."""
    _conversations: OrderedDict[str, str] = field(default_factory=OrderedDict)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return PLATFORM

    async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:
        """Send the reply; the id is ``channel:timestamp``, or a view's id.

        Raises:
            DeliveryError: it did not get through.
        """
        if self.removed:
            raise NotConnected("the app was removed from Slack")
        spot = Spot.unpack(to.place) if to.place else Spot(user=to.user_id)
        if spot.silent:
            return ""
        user = spot.user.rpartition(":")[2]
        if reply.home or spot.home:
            return await self._publish(user, reply)
        if spot.view:
            return await self._fill(spot, user, reply, key, uncertain=uncertain)
        if reply.replaces and spot.message:
            return await self._replace(spot, user, reply, key, uncertain=uncertain)
        return await self._post(spot, user, reply, key, uncertain=uncertain)

    async def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call the method; where Slack says that it is too much, the next calls of it wait too."""
        try:
            return await self.api.call(method, **arguments)
        except TryAgain as error:
            if error.limited and error.after:
                self.pace.hold(method, error.after)
            raise

    async def _publish(self, user: str, reply: Reply) -> str:
        await self.pace.wait("views.publish")
        answer = await self._call("views.publish", user_id=user, view=render.home(reply))
        return str(_inner(answer, "view").get("id", ""))

    async def _fill(self, spot: Spot, user: str, reply: Reply, key: str, *, uncertain: bool) -> str:
        """Put the reply into the open window; where it was closed meanwhile, into the person's messages."""
        view = modals.form_view(reply.form) if reply.form else modals.notice(reply)
        await self.pace.wait("views.update")
        try:
            await self._call("views.update", view_id=spot.view, view=view)
        except SlackSaysNo as error:
            if error.code not in VIEW_GONE:
                raise
            if reply.form and spot.passing:
                return ""  # the person closed the window: nobody waits for the form
            alone = Spot(user=user, action=spot.action, value=spot.value)
            return await self._post(alone, user, reply, key, uncertain=uncertain)
        return spot.view

    async def _replace(self, spot: Spot, user: str, reply: Reply, key: str, *, uncertain: bool) -> str:
        await self.pace.wait("chat.update", spot.channel)
        try:
            await self._call("chat.update", channel=spot.channel, ts=spot.message, **render.message(reply, spot))
        except SlackSaysNo as error:
            if error.code not in MESSAGE_GONE:
                raise
            return await self._post(spot, user, reply, key, uncertain=uncertain)
        return f"{spot.channel}:{spot.message}"

    async def _post(self, spot: Spot, user: str, reply: Reply, key: str, *, uncertain: bool) -> str:
        channel = spot.channel or await self._conversation(user)
        mark = hashlib.sha256(key.encode()).hexdigest()[:32]
        if uncertain:
            found = await self._find(channel, spot.thread, mark)
            if found:
                log.info("message.was_there", key=key)
                return f"{channel}:{found}"
        await self.pace.wait("chat.postMessage", channel)
        arguments: dict[str, Any] = {
            "channel": channel,
            **render.message(reply, spot),
            "mrkdwn": False,
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": METADATA_EVENT, "event_payload": {"key": mark}},
        }
        if spot.thread:
            arguments["thread_ts"] = spot.thread
        try:
            answer = await self._call("chat.postMessage", **arguments)
        except SlackSaysNo as error:
            if not (spot.thread and error.code in THREAD_GONE):
                self._conversations.pop(user, None)
                raise
            arguments.pop("thread_ts")  # the question was deleted meanwhile; its asker still gets the answer
            answer = await self._call("chat.postMessage", **arguments)
        return f"{channel}:{answer.get('ts', '')}"

    async def _conversation(self, user: str) -> str:
        """The direct messages with a person."""
        if not user:
            raise CannotReach("nobody to send it to")
        known = self._conversations.get(user)
        if known:
            return known
        await self.pace.wait("conversations.open")
        answer = await self._call("conversations.open", users=user)
        channel = str(_inner(answer, "channel").get("id", ""))
        if not channel:
            raise CannotReach("no conversation")
        self._conversations[user] = channel
        if len(self._conversations) > MOST_CONVERSATIONS:
            self._conversations.popitem(last=False)
        return channel

    async def _find(self, channel: str, thread: str, mark: str) -> str:
        """The message with this mark, where the bot may read the conversation: only in direct messages.

        The bot asks for no history of channels, so there a message whose connection died is sent again.
        """
        if not channel.startswith("D"):
            return ""
        method = "conversations.replies" if thread else "conversations.history"
        arguments: dict[str, Any] = {"channel": channel, "limit": PAGE, "include_all_metadata": True}
        if thread:
            arguments["ts"] = thread
        for _ in range(PAGES):
            await self.pace.wait(method)
            try:
                answer = await self._call(method, **arguments)
            except NotConnected as error:
                if "missing_scope" not in str(error):
                    raise
                return ""
            except SlackSaysNo as error:
                if error.code not in NOT_FOR_US:
                    raise
                return ""
            for message in answer.get("messages") or ():
                if _mark_of(message) == mark:
                    return str(message.get("ts", ""))
            cursor = _inner(answer, "response_metadata").get("next_cursor")
            if not cursor:
                return ""
            arguments["cursor"] = cursor
        return ""


def _inner(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def _mark_of(message: Mapping[str, Any]) -> str:
    metadata = _inner(message, "metadata")
    return str(_inner(metadata, "event_payload").get("key", "")) if metadata.get("event_type") == METADATA_EVENT else ""
