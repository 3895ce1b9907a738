"""A pack as the text of its ``pack.yaml``, which a Monitoring Officer can read, correct and keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from bot.rules.protocol import Pack

_WIDTH = 100


class _Dumper(yaml.SafeDumper):
    """Writes long and broken text as blocks, so that a paragraph reads as one."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain_lines = "\n" in text and not any(line.endswith(" ") for line in text.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if plain_lines else None)


_Dumper.add_representer(str, _text)


def pack_to_yaml(pack: Pack) -> str:
    """The text of ``pack.yaml``; :func:`bot.pack_files.read_pack` reads the same pack back from it."""
    data: dict[str, Any] = pack.model_dump(mode="json", exclude_defaults=True)
    data.setdefault("offices", {})
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
