"""Any council's own document, understood: from neutral paragraphs to a pack that answers.

>>> from bot.rules.importing import import_document, pack_to_yaml     # doctest: +SKIP
>>> imported = import_document(document, pack_id="our-council", knowledge=knowledge)
>>> folder.joinpath("pack.yaml").write_text(pack_to_yaml(imported.pack))

The stages, a module each: :mod:`.cleaning` (running lines, contents), :mod:`.redline` and
:mod:`.renumbering` (comparison documents), :mod:`.outline` (headings and sections),
:mod:`.paragraphs` (references), then what the text says: :mod:`.deadlines`, :mod:`.declarations`,
:mod:`.concerns`, :mod:`.facts`, and :mod:`.building` for the pack. Everything is pure: the same
paragraphs give the same pack.
"""

from bot.rules.importing.comparing import Change, Comparison, Difference, compare_versions
from bot.rules.importing.document import Block, Document
from bot.rules.importing.imported import Imported, import_document
from bot.rules.importing.yaml_text import pack_to_yaml

__all__ = [
    "Block",
    "Change",
    "Comparison",
    "Difference",
    "Document",
    "Imported",
    "compare_versions",
    "import_document",
    "pack_to_yaml",
]
