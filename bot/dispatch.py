"""The one door: a request comes in, the right handler is found, a reply goes out.

The tables below are the whole map. A capability adds its lines here and nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.handlers import ask, declare, directory, disclosures, feedback, handoff, help_page
from bot.messages import (
    Asked,
    ChangeForm,
    Installed,
    LookUp,
    OpenForm,
    OpenHome,
    Paragraph,
    Pressed,
    Reply,
    Said,
    SubmitForm,
)
from bot.wording import common

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.messages import Request
    from bot.ports import Services

    Handler = Callable[[Any, Services], Awaitable[Reply]]

OPEN: Mapping[str, Handler] = {declare.FORM: declare.open_form}
"""Form id -> who builds the form (:class:`OpenForm`)."""

CHANGE: Mapping[str, Handler] = {declare.FORM: declare.change_form}
"""Form id -> who builds it anew after a change (:class:`ChangeForm`)."""

SUBMIT: Mapping[str, Handler] = {
    declare.FORM: declare.submit,
    handoff.ASK_FORM: handoff.send_question,
    handoff.REPLY_FORM: handoff.send_reply,
    disclosures.READ_FORM: disclosures.decide,
    disclosures.OWN_FORM: disclosures.change_own,
}
"""Form id -> who takes it in (:class:`SubmitForm`)."""

PRESS: Mapping[str, Handler] = {
    "neighbours": ask.neighbours,
    "pick": ask.pick,
    "useful": feedback.useful,
    "not_useful": feedback.not_useful,
    "ask_person": handoff.open_question,
    "open_question": handoff.open_reply,
    "help": help_page.show,
    "open_declaration": declare.open_form,
    "open_disclosure": disclosures.open_one,
    "amend_disclosure": disclosures.open_amendment,
    "confirm_disclosure": disclosures.confirm,
    "my_declarations": disclosures.mine,
    "register": disclosures.register,
    "nil_return": disclosures.nil_return,
}
"""Button action -> who acts on it (:class:`Pressed`)."""

LOOK_UP: Mapping[str, Handler] = {"other_party": directory.suggest}
"""Field name -> who suggests (:class:`LookUp`)."""

HELP_WORDS = frozenset(
    {"", "help", "hi", "hello", "hey", "hiya", "start", "home", "menu", "what can you do", "help me"}
)

FORM_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(i (want|need) to )?(declare|disclose|register)( a| my)? relationship( please)?"), declare.FORM),
)
"""Words that mean “open this form”: the first pattern that matches the whole text, and the form's id."""


async def dispatch(request: Request, services: Services) -> Reply:
    """The reply to a request.

    Raises:
        Refusal: an expected no. The caller makes a reply of it once the transaction is rolled back.
    """
    handler = find_handler(request)
    return await handler(request, services) if handler else not_understood()


def find_handler(request: Request) -> Handler | None:
    """Who handles a request: by its kind, and for words by what they say."""
    match request:
        case Said() | Asked():
            return _for_words(request)
        case OpenForm(form=form):
            return OPEN.get(form)
        case ChangeForm(form=form):
            return CHANGE.get(form)
        case SubmitForm(form=form):
            return SUBMIT.get(form)
        case Pressed(action=action):
            return PRESS.get(action)
        case LookUp(field_name=name):
            return LOOK_UP.get(name)
        case _:
            return BY_KIND.get(type(request))


BY_KIND: Mapping[type[Request], Handler] = {
    OpenHome: help_page.home,
    Installed: help_page.welcome,
}
"""What is left, by its type: the page, the welcome, the draft check."""


def _for_words(request: Said | Asked) -> Handler:
    words = re.sub(r"[^a-z ]+", "", request.text.lower()).strip()
    if words in HELP_WORDS:
        return help_page.show
    if isinstance(request, Said):
        for pattern, form in FORM_WORDS:
            if pattern.fullmatch(words):
                return OPEN[form]
    return ask.answer


def not_understood() -> Reply:
    """Never silence: what the bot can do instead."""
    return Reply(summary=common.CANNOT_SEE_WHAT, parts=(Paragraph(common.CANNOT_SEE_WHAT),))
