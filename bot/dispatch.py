"""The one door: a request comes in, the right handler is found, a reply goes out.

The tables below are the whole map. A capability adds its lines here and nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.handlers import (
    ask,
    away,
    case_steps,
    check_draft,
    declare,
    directory,
    disclosures,
    enquiries,
    enquiry_lists,
    feedback,
    handoff,
    help_page,
    weekly_digest,
)
from bot.messages import (
    Asked,
    ChangeForm,
    CheckDraft,
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

OPEN: Mapping[str, Handler] = {
    declare.FORM: declare.open_form,
    enquiries.FORM: enquiries.open_form,
    away.FORM: away.open_form,
}
"""Form id -> who builds the form (:class:`OpenForm`)."""

CHANGE: Mapping[str, Handler] = {
    declare.FORM: declare.change_form,
    enquiries.FORM: enquiries.change_form,
    case_steps.FORM: case_steps.change_form,
}
"""Form id -> who builds it anew after a change (:class:`ChangeForm`)."""

SUBMIT: Mapping[str, Handler] = {
    declare.FORM: declare.submit,
    handoff.ASK_FORM: handoff.send_question,
    handoff.REPLY_FORM: handoff.send_reply,
    disclosures.READ_FORM: disclosures.decide,
    disclosures.OWN_FORM: disclosures.change_own,
    enquiries.FORM: enquiries.submit,
    case_steps.FORM: case_steps.submit,
    away.FORM: away.submit,
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
    "privacy": help_page.privacy,
    "version": help_page.version,
    "thanks": help_page.thanks,
    "open_declaration": declare.open_form,
    "open_disclosure": disclosures.open_one,
    "amend_disclosure": disclosures.open_amendment,
    "confirm_disclosure": disclosures.confirm,
    "my_declarations": disclosures.mine,
    "register": disclosures.register,
    "nil_return": disclosures.nil_return,
    "open_enquiry": enquiries.open_form,
    "raise_anyway": enquiries.raise_anyway,
    "open_case": case_steps.open_case,
    "case_clock": case_steps.show_clock,
    "case_step": case_steps.open_step,
    "case_do": case_steps.at_a_press,
    "my_enquiries": enquiry_lists.mine,
    "all_enquiries": enquiry_lists.everything,
    "enquiry_figures": weekly_digest.show_figures,
    "set_away": away.open_form,
    "back_again": away.back,
}
"""Button action -> who acts on it (:class:`Pressed`)."""

LOOK_UP: Mapping[str, Handler] = {
    "other_party": directory.suggest,
    "for_member": enquiries.suggest_members,
    "share_with": enquiries.suggest_members,
    "to_officer": enquiries.suggest_officers,
}
"""Field name -> who suggests (:class:`LookUp`)."""

HELP_WORDS = frozenset(
    {"", "help", "hi", "hello", "hey", "hiya", "start", "home", "menu", "what can you do", "help me"}
)

FORM_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(i (want|need) to )?(declare|disclose|register)( a| my)? relationship( please)?"), declare.FORM),
    (
        re.compile(r"(i (want|need) to )?(raise|make|log|new|start)?( a| an| my)? ?(members? )?enquiry( please)?"),
        enquiries.FORM,
    ),
)
"""Words that mean “open this form”: the first pattern that matches the whole text, and the form's id."""


LIST_WORDS: Mapping[str, str] = {
    "my declarations": "my_declarations",
    "register": "register",
    "my enquiries": "my_enquiries",
    "all enquiries": "all_enquiries",
    "i am away": "set_away",
    "im away": "set_away",
    "i am back": "back_again",
    "privacy": "privacy",
    "version": "version",
    **dict.fromkeys(("thanks", "thank you", "many thanks", "thank you very much", "cheers", "ta"), "thanks"),
}
"""Words that mean the same as a button without a value."""


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
    CheckDraft: check_draft.check,
    OpenHome: help_page.home,
    Installed: help_page.welcome,
}
"""What is left, by its type: the page, the welcome, the draft check."""


def _for_words(request: Said | Asked) -> Handler:
    words = re.sub(r"[^a-z ]+", "", request.text.lower()).strip()
    if isinstance(request, Said) and check_draft.WORDS.match(request.text):
        return check_draft.check_words
    if words in HELP_WORDS:
        return help_page.show
    if isinstance(request, Said):
        for pattern, form in FORM_WORDS:
            if pattern.fullmatch(words):
                return OPEN[form]
        if words in LIST_WORDS:
            return PRESS[LIST_WORDS[words]]
    return ask.answer


def not_understood() -> Reply:
    """Never silence: what the bot can do instead."""
    return Reply(summary=common.CANNOT_SEE_WHAT, parts=(Paragraph(common.CANNOT_SEE_WHAT),))
