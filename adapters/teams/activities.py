"""What Teams sends, read with suspicion: nothing in a body is trusted to have the shape that it should."""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PERSONAL = "personal"

_UNSAFE = re.compile(r"[\ud800-\udfff\x00]")
_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff]+")


class BadActivityError(Exception):
    """The body is not an activity. The sentence names no content of it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An activity. Every accessor gives a value of the promised kind, whatever was sent."""

    raw: Mapping[str, Any]

    @property
    def type(self) -> str:
        """``message``, ``invoke``, ``conversationUpdate`` ..."""
        return text_of(self.raw, "type")

    @property
    def name(self) -> str:
        """What kind of invoke it is, such as ``task/fetch``."""
        return text_of(self.raw, "name")

    @property
    def id(self) -> str:
        """The activity's own id; a repeat mostly has the same."""
        return text_of(self.raw, "id")

    @property
    def service_url(self) -> str:
        """Where the platform wants answers to be posted."""
        return text_of(self.raw, "serviceUrl")

    @property
    def channel_id(self) -> str:
        """``msteams``, unless something else was connected to the same registration."""
        return text_of(self.raw, "channelId")

    @property
    def conversation(self) -> Mapping[str, Any]:
        """The conversation, as sent."""
        return table_of(self.raw, "conversation")

    @property
    def conversation_id(self) -> str:
        """The conversation's id; in a channel it names the thread too."""
        return text_of(self.conversation, "id")

    @property
    def is_personal(self) -> bool:
        """Whether it is surely the private chat with the bot. Whatever is not sure counts as shared."""
        from_extension = self.name.startswith("composeExtension/")
        kind = text_of(self.conversation, "conversationType").lower()
        return kind == PERSONAL and self.conversation.get("isGroup") is not True and not from_extension

    @property
    def user(self) -> Mapping[str, Any]:
        """Who sent it."""
        return table_of(self.raw, "from")

    @property
    def user_id(self) -> str:
        """The sender's Teams id (``29:...``)."""
        return text_of(self.user, "id")

    @property
    def directory_id(self) -> str:
        """The sender's object id in the tenant's directory."""
        return text_of(self.user, "aadObjectId")

    @property
    def bot_id(self) -> str:
        """The bot's own id (``28:...``)."""
        return text_of(table_of(self.raw, "recipient"), "id")

    @property
    def channel_data(self) -> Mapping[str, Any]:
        """What only Teams adds."""
        return table_of(self.raw, "channelData")

    @property
    def tenants(self) -> frozenset[str]:
        """Every tenant that the activity names; one, unless something is wrong."""
        found = (
            text_of(self.conversation, "tenantId"),
            text_of(table_of(self.channel_data, "tenant"), "id"),
        )
        return frozenset(tenant.lower() for tenant in found if tenant)

    @property
    def tenant(self) -> str:
        """The tenant, where just one is named."""
        return next(iter(self.tenants)) if len(self.tenants) == 1 else ""

    @property
    def value(self) -> Mapping[str, Any]:
        """What a card, a dialog or a command sent along."""
        return table_of(self.raw, "value")

    @property
    def reply_to_id(self) -> str:
        """The message that it answers: for a pressed button the card's."""
        return text_of(self.raw, "replyToId")

    @property
    def is_from_bot(self) -> bool:
        """Whether a bot sent it: this one, or another."""
        return text_of(self.user, "role").lower() == "bot" or self.user_id.startswith("28:")

    @property
    def adds_bot(self) -> bool:
        """Whether this bot is among those who were just added to the conversation."""
        return self._names_bot("membersAdded")

    @property
    def removes_bot(self) -> bool:
        """Whether this bot is among those who were just removed from the conversation."""
        return self._names_bot("membersRemoved")

    def _names_bot(self, key: str) -> bool:
        members = self.raw.get(key)
        ids = [member.get("id") for member in members if isinstance(member, dict)] if isinstance(members, list) else []
        return bool(self.bot_id) and self.bot_id in ids

    @property
    def mentions(self) -> list[tuple[str, str]]:
        """Who is mentioned, as (id, the words that stand for it in the text)."""
        entities = self.raw.get("entities")
        return [
            (text_of(table_of(entity, "mentioned"), "id"), text_of(entity, "text"))
            for entity in (entities if isinstance(entities, list) else [])
            if isinstance(entity, dict) and entity.get("type") == "mention"
        ]

    @property
    def mentions_bot(self) -> bool:
        """Whether the bot is addressed by name."""
        return any(who == self.bot_id for who, _ in self.mentions if who)

    def said(self) -> str:
        """The words, without the bot's own mention; others who are mentioned stay as plain names.

        By the entities, not by pattern: the words that stand for a mention are whatever Teams says.
        """
        text = text_of(self.raw, "text")
        for who, words in self.mentions:
            if words and who and who == self.bot_id:
                text = text.replace(words, " ", 1)
            elif words:
                text = text.replace(words, re.sub(r"</?at[^<>]*>", "", words), 1)
        lines = (_SPACE.sub(" ", line).strip() for line in html.unescape(text).splitlines())
        return "\n".join(line for line in lines if line)


def read(body: bytes) -> Incoming:
    """The activity in a request's body.

    Raises:
        BadActivityError: it is not JSON, or not an object with a type.
    """
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise BadActivityError("The body is not JSON.") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str) or not raw["type"]:
        raise BadActivityError("The body is not an activity.")
    if b"\\u" in body:
        raw = _without_unsafe(raw)
    return Incoming(raw)


def event_key(incoming: Incoming, body: bytes) -> str:
    """The same for each repeat of an activity, and for nothing else.

    Activity ids are unique within a conversation only. An activity without one is known by its bytes.
    """
    own = incoming.id or hashlib.sha256(body).hexdigest()
    parts = (incoming.tenant, incoming.conversation_id, incoming.type, incoming.name, own)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def text_of(table: Mapping[str, Any], key: str) -> str:
    """The text under a key, or an empty one."""
    value = table.get(key)
    return value if isinstance(value, str) else ""


def table_of(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under a key, or an empty one."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _without_unsafe(value: Any) -> Any:
    """The value without half characters and NULs, which neither UTF-8 nor PostgreSQL can hold."""
    if isinstance(value, str):
        return _UNSAFE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_unsafe(item) for item in value]
    if isinstance(value, dict):
        return {_without_unsafe(key): _without_unsafe(item) for key, item in value.items()}
    return value
