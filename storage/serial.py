"""Neutral messages as JSON and back, for the columns that hold them."""

from __future__ import annotations

from pydantic import TypeAdapter

from bot.messages import Address, Reply

_reply = TypeAdapter(Reply)
_address = TypeAdapter(Address)


def reply_to_json(reply: Reply) -> str:
    """A reply as JSON."""
    return _reply.dump_json(reply).decode()


def reply_from_json(text: str) -> Reply:
    """The reply that was written."""
    return _reply.validate_json(text)


def address_to_json(address: Address) -> str:
    """An address as JSON."""
    return _address.dump_json(address).decode()


def address_from_json(text: str) -> Address:
    """The address that was written."""
    return _address.validate_json(text)
