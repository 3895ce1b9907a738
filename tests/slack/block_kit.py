"""Every limit and rule of Block Kit that the bot could break, checked on what it sends.

The numbers are written here again, apart from the product's own, so that a slip there shows.
Sources: docs.slack.dev, Block Kit reference, modal views, text objects; @slack/types.
"""

from __future__ import annotations

import re
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

UNESCAPED = re.compile(r"[<>]|&(?!amp;|lt;|gt;)")
BLOCKS = {"section", "header", "context", "actions", "input"}


def size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def problems_of_message(message: dict[str, Any]) -> list[str]:
    """What Slack would refuse of a message, or what would be unsafe or unheard in it."""
    found = []
    text = message.get("text", "")
    if not text.strip():
        found.append("no text for notifications and screen readers")
    if size(text) > 4000:
        found.append("text too long")
    if UNESCAPED.search(text):
        found.append("text not escaped")
    blocks = message.get("blocks", [])
    if not 1 <= len(blocks) <= 50:
        found.append(f"{len(blocks)} blocks in a message")
    if any(block.get("type") == "input" for block in blocks):
        found.append("an input in a message")
    return found + _blocks(blocks)


def problems_of_view(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse of a modal or a Home tab."""
    found = []
    if view.get("type") not in {"modal", "home"}:
        found.append("no type")
    if view.get("type") == "modal":
        found += _plain(view.get("title"), 24, "title")
        found += _plain(view.get("close"), 24, "close")
        if "submit" in view:
            found += _plain(view["submit"], 24, "submit")
        elif any(block["type"] == "input" for block in view["blocks"]):
            found.append("inputs without submit")
    if size(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata too long")
    if size(view.get("callback_id", "")) > 255:
        found.append("callback_id too long")
    if not 1 <= len(view["blocks"]) <= 100:
        found.append(f"{len(view['blocks'])} blocks in a view")
    View(**view).validate_json()
    return found + _blocks(view["blocks"])


def _blocks(blocks: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        found.append("a block_id twice")
    actions = [element.get("action_id") for block in blocks for element in block.get("elements", ())]
    actions = [action for action in actions if action]
    if len(actions) != len(set(actions)):
        found.append("an action_id twice")
    for parsed in Block.parse_all(blocks):
        parsed.to_dict()
    for block in blocks:
        kind = block.get("type")
        if kind not in BLOCKS:
            found.append(f"block {kind}")
        elif size(block.get("block_id", "")) > 255:
            found.append("block_id too long")
        found += _CHECKS.get(kind, lambda _: [])(block)
    return found


def _section(block: dict[str, Any]) -> list[str]:
    found = []
    if "text" not in block and not block.get("fields"):
        found.append("an empty section")
    if "text" in block:
        found += _plain(block["text"], 3000, "section")
    fields = block.get("fields", ())
    if len(fields) > 10:
        found.append("too many fields")
    for field in fields:
        found += _plain(field, 2000, "field")
    return found


def _context(block: dict[str, Any]) -> list[str]:
    found = [] if 1 <= len(block["elements"]) <= 10 else ["context elements"]
    for element in block["elements"]:
        found += _plain(element, 2000, "context")
    return found


def _actions(block: dict[str, Any]) -> list[str]:
    found = [] if 1 <= len(block["elements"]) <= 25 else ["action elements"]
    for element in block["elements"]:
        found += _plain(element["text"], 75, "button")
        if not 1 <= size(element["action_id"]) <= 255:
            found.append("action_id length")
        if "value" in element and not 1 <= size(element["value"]) <= 2000:
            found.append("button value length")
        if element.get("style") not in {None, "primary", "danger"}:
            found.append("button style")
        confirm = element.get("confirm")
        if confirm:
            found += _plain(confirm["title"], 100, "confirm title")
            found += _plain(confirm["text"], 300, "confirm text")
            found += _plain(confirm["confirm"], 30, "confirm button")
            found += _plain(confirm["deny"], 30, "deny button")
    return found


def _input(block: dict[str, Any]) -> list[str]:
    found = _plain(block["label"], 2000, "label")
    if "hint" in block:
        found += _plain(block["hint"], 2000, "hint")
    element = block["element"]
    kind = element["type"]
    if kind == "plain_text_input":
        longest = element.get("max_length", 3000)
        if not 1 <= longest <= 3000:
            found.append("max_length")
        if size(element.get("initial_value", "x")) > longest:
            found.append("initial_value longer than max_length")
        return found
    if kind == "datepicker":
        return found
    groups = element.get("option_groups")
    if groups is not None:
        if not 1 <= len(groups) <= 100:
            found.append("option groups")
        for group in groups:
            found += _plain(group["label"], 75, "group label")
            found += _options(group["options"], 100)
        known = [option for group in groups for option in group["options"]]
    elif kind == "external_select":
        known = [element["initial_option"]] if "initial_option" in element else []
        found += _options(known, 1) if known else []
    else:
        known = element["options"]
        found += _options(known, 10 if kind in {"checkboxes", "radio_buttons"} else 100)
    initial = element.get("initial_options", [])
    initial = [*initial, element["initial_option"]] if "initial_option" in element else initial
    if any(option not in known for option in initial):
        found.append("an initial option that is none of the options")
    if "initial_options" in element and not element["initial_options"]:
        found.append("initial_options empty")
    return found


def _options(options: list[dict[str, Any]], most: int) -> list[str]:
    found = [] if 1 <= len(options) <= most else [f"{len(options)} options"]
    for option in options:
        found += _plain(option["text"], 75, "option")
        if "description" in option:
            found += _plain(option["description"], 75, "option description")
        if not 1 <= size(option["value"]) <= 150:
            found.append("option value length")
    return found


def _plain(text: dict[str, Any] | None, limit: int, where: str) -> list[str]:
    if not text or text.get("type") != "plain_text":
        return [f"{where}: not plain text"]
    found = []
    if not text["text"].strip():
        found.append(f"{where}: empty")
    if size(text["text"]) > limit:
        found.append(f"{where}: {size(text['text'])} characters")
    if UNESCAPED.search(text["text"]):
        found.append(f"{where}: not escaped")
    if text.get("emoji") is not False:
        found.append(f"{where}: colons would become pictures")
    return found


_CHECKS: dict[Any, Any] = {
    "section": _section,
    "header": lambda block: _plain(block["text"], 150, "header"),
    "context": _context,
    "actions": _actions,
    "input": _input,
}


def texts(blocks: list[dict[str, Any]]) -> str:
    """Everything that the blocks show, in order."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") == "plain_text" and isinstance(value.get("text"), str):
                found.append(value["text"])
            else:
                for inner in value.values():
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(blocks)
    return "\n".join(found)
