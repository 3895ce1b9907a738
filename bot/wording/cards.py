"""What a card or a dialog says by itself, around a reply or a form."""

from __future__ import annotations

CONTINUED = "(continued)"

MAY_BE_REPEATED = "You may have had this message before: the connection was cut off when I first sent it."

PROBLEM = "Please check:"

REQUIRED = "(required)"

FILL_IN = "Please fill this in."

UPDATE_FORM = "Show the questions that fit"
"""On a client that cannot change a form while it is being filled in."""

SUGGESTIONS = "Find in the directory"

OR_TYPE = "or type the name"

OPEN_FORM = "Open the form"

FORM_IS_PRIVATE = "This form opens for you alone. Nobody else here sees what you write in it."

STILL_WORKING = "I am still working on that. Please close this and look in our private chat in a moment."

NOT_HERE = "I cannot search from here. Send me a message instead, or say “help” to see what I can do."

DIALOG_TITLE = "Protocol"


def several_problems(number: int) -> str:
    """Above a form that came back."""
    return "One answer needs another look." if number == 1 else f"{number} answers need another look."
