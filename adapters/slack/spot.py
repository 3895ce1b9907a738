"""Where in Slack an answer goes, packed into the one opaque text that an address has."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A channel and thread, an open view, the Home tab, or a person. What is empty does not apply."""

    user: str = ""
    """The person to whom it all belongs; where the rest is gone, the answer goes to their direct messages."""
    channel: str = ""
    thread: str = ""
    message: str = ""
    """The message whose button was pressed."""
    view: str = ""
    home: bool = False
    action: str = ""
    """The action of the button that was pressed, and its value: pressing it again is how a form is asked for again."""
    value: str = ""
    late: bool = False
    """The window could not be opened in time: say so beside the button that opens it."""
    passing: bool = False
    """A form for this view is of no use once the view is closed."""
    silent: bool = False
    """Nobody waits for an answer."""

    def pack(self) -> str:
        """As text."""
        return json.dumps({name: value for name, value in asdict(self).items() if value}, sort_keys=True)

    @classmethod
    def unpack(cls, text: str) -> Spot:
        """From text."""
        return cls(**json.loads(text))

    @property
    def conversation(self) -> str:
        """What a follow-up belongs to."""
        return f"{self.channel}:{self.thread}" if self.thread else self.channel or self.user
