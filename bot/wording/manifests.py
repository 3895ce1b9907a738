"""What the app says of itself where it is installed: names, descriptions, commands."""

from __future__ import annotations

SHORT_NAME = "Protocol Bot"

SHORT_DESCRIPTION = "Answers from your council’s member/officer protocol, with the paragraph."

BOT_COMMANDS = (
    ("help", "What I can do, with examples"),
    ("declare relationship", "Declare a relationship between a councillor and an officer"),
    ("member enquiry", "Raise a member’s enquiry and see when the reply is due"),
)

DECLARE = ("Declare a relationship", "Tell the right person about a relationship, privately")
ENQUIRE = ("Raise a member enquiry", "Raise a member’s enquiry and see when the reply is due")
CHECK = ("Check against the protocol", "See what the protocol says about this message; only you see the answer")
LOG = ("Log as member enquiry", "Raise a member’s enquiry with the text of this message")


def full_name(council: str) -> str:
    """The app's long name."""
    return f"Protocol Bot of {council}"


def full_description(council: str) -> str:
    """What an administrator and a user read before they install it."""
    return (
        f"Ask how councillors and officers of {council} work together, in your own words. "
        "The bot answers from the council’s own protocol and names the paragraph, or says plainly that the protocol "
        "does not cover it and whom to ask. Declare a relationship privately to the person whom the protocol names. "
        "Raise members’ enquiries, and be reminded before the reply is due. "
        "Everything runs on the council’s own machine. It is guidance, not legal advice."
    )
