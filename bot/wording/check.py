"""What the bot says about a message that somebody is about to send."""

FINE = "I see nothing in this message that runs into the protocol."
NOT_KEPT = "Only you see this. The message is not kept. It is guidance; the words and the decision are yours."
RUNS_INTO = "This could run into the protocol"
EMPTY = "There is no text in that message to check."


def found(number: int) -> str:
    """How many paragraphs the message runs into."""
    return f"Before you send this, look at {'this paragraph' if number == 1 else f'these {number} paragraphs'}."


def mend(sentence: str) -> str:
    """How to put it right."""
    return f"How to put it right: {sentence}"


def too_long(limit: int) -> str:
    """Longer than a message is."""
    return f"That is too long for me to check. Try a part of it, under {limit} characters."
