"""Everything that can go wrong and is not a bug.

::

    ProtocolBotError              a sentence for the person, which says what to do
    ├── Refusal                   the person asked for something that is not allowed, or not possible
    │   ├── NotFound              no such thing, or not for this person: the same answer for both
    │   ├── TooMany               too many requests in a short time
    │   └── ChangedMeanwhile      somebody else changed it first; look again
    ├── ConfigurationError        a setting is missing or wrong; names it
    ├── InputError                a file or an argument that cannot be used
    └── DeliveryError             a platform did not take a message
        ├── TryAgain              it may later (``after`` seconds, where the platform says so)
        ├── CannotReach           it never will for this recipient: blocked, gone, unknown
        └── NotConnected          the platform refuses us: token revoked, app removed
"""

from __future__ import annotations


class ProtocolBotError(Exception):
    """The parent: its text is a plain sentence that a person may read."""


class Refusal(ProtocolBotError):
    """An expected no. Dispatch turns it into a reply."""


class NotFound(Refusal):
    """There is no such thing, or it is not for this person to know that there is."""


class TooMany(Refusal):
    """The person sent more than a person does."""


class ChangedMeanwhile(Refusal):
    """Somebody else changed the same thing first. Nothing was overwritten."""


class ConfigurationError(ProtocolBotError):
    """The settings do not fit together; the text names what is missing."""


class InputError(ProtocolBotError):
    """What was given on the command line, or in a file, cannot be used."""


class DeliveryError(ProtocolBotError):
    """A message did not get through. The text says why, without its content."""


class TryAgain(DeliveryError):
    """It may get through later.

    Args:
        reason: why, in a word or two, for the log.
        after: seconds to wait at least, where the platform said so.
        uncertain: the platform may have taken it all the same (the connection died after sending).
        limited: the platform asked us to slow down (429).
    """

    def __init__(
        self, reason: str, *, after: float | None = None, uncertain: bool = False, limited: bool = False
    ) -> None:
        super().__init__(reason)
        self.after = after
        self.uncertain = uncertain
        self.limited = limited


class CannotReach(DeliveryError):
    """This recipient cannot be reached on this platform any more."""


class NotConnected(DeliveryError):
    """The platform does not accept the bot itself: an operator must act."""
