"""The few sentences that only Slack needs: what a window says while it fills, and what fits no further."""

from __future__ import annotations

ONE_MOMENT = "One moment"
LOADING = "Your form is being fetched. This takes a second or two."
LOADING_FAILED = "Your form could not be fetched just now. Please close this window and try again in a few minutes."
WORKING = (
    "This takes a little longer than usual. The result appears here as soon as it is there; you may wait or close."
)
STILL_WORKING = "This is being dealt with already. Please wait a moment; there is no need to send it again."
NOT_TAKEN = (
    "This could not be dealt with just now. What you typed is still here: please send it again in a few minutes."
)
COMMAND_NOT_TAKEN = "I could not take that in just now. Please try again in a few minutes."
RESULT = "Protocol bot"
TOO_LATE = "Slack closed the window before your form was ready. Press the button to open it."
PRESS_TO_OPEN = "Press the button to fill in the form. Only you can see it."
OPEN_FORM = "Open the form"
ANSWER_COMES = "Thank you. I will answer you in a direct message."
CLOSE = "Close"
CANCEL = "Cancel"
SEND = "Send"
CONFIRM = "Are you sure?"
GO_ON = "Yes, go on"
YES = "Yes"
CONTINUED = "(continued) "
CUT = "There is more than one message can show. Ask about one part of it to see the rest."
CORRECT = "Please correct: "
CORRECT_BELOW = "Some answers need correcting. Each is marked below."
AS_TYPED = "Use as typed: "
NOTHING = "…"
OFFICIAL = "Official text"
