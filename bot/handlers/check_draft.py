"""Check a message against the protocol before it is sent: for the eyes of the person who asks, and kept nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.answers import cite
from bot.errors import TooMany
from bot.messages import CheckDraft, Citation, Heading, Note, Paragraph, Part, Reply
from bot.rules.draft_check import check_draft
from bot.rules.protocol import Role
from bot.wording import check as say
from bot.wording.common import too_many

if TYPE_CHECKING:
    from bot.messages import Said
    from bot.ports import Services

LONGEST = 8000
WORDS = re.compile(r"check(?: this)?:\s*", re.IGNORECASE)
"""Before a message that is to be checked: the words for what the message's menu does."""


async def check_words(request: Said, services: Services) -> Reply:
    """“check: ...” in words."""
    text = WORDS.sub("", request.text, count=1)
    return await check(CheckDraft(key=request.key, sender=request.sender, place=request.place, text=text), services)


async def check(request: CheckDraft, services: Services) -> Reply:
    """What the message runs into, paragraph by paragraph, and how to put it right; silence means approval.

    Raises:
        TooMany: the person checks more than a person does.
    """
    sender = f"{request.sender.platform}:{request.sender.user_id}:check"
    if not services.rate_limit.allows(sender, services.clock.now(), services.settings.asks_per_minute):
        raise TooMany(too_many("messages"))
    text = request.text.strip()
    if not text or len(text) > LONGEST:
        sentence = say.too_long(LONGEST) if text else say.EMPTY
        return Reply(summary=sentence, parts=(Paragraph(sentence),), private=True)
    pack = services.protocol.pack
    flags = check_draft(services.protocol.engine, text, services.role or Role.MEMBER, request.audience)
    if not flags:
        return Reply(summary=say.FINE, parts=(Paragraph(say.FINE), Note(say.NOT_KEPT)), private=True)
    parts: list[Part] = [Paragraph(say.found(len(flags)))]
    said: set[str] = set()
    for flag in flags:
        if flag.why not in said:
            said.add(flag.why)
            parts += [Heading(say.RUNS_INTO), Paragraph(flag.why), Paragraph(say.mend(flag.mend))]
        citation: Citation = cite(pack, pack.clause(flag.ref))
        parts.append(citation)
    parts.append(Note(say.NOT_KEPT))
    return Reply(summary=say.found(len(flags)), parts=tuple(parts), private=True)
