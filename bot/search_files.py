"""Open the files that training left behind, once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.pack_files import BUILT_IN
from bot.rules.draft_kinds import read_draft_kinds
from bot.rules.search.trained import FILES, read_trained

if TYPE_CHECKING:
    from bot.rules.search.trained import Trained

DRAFT_KINDS = BUILT_IN / "drafts.yaml"
DRAFTS = {"drafts.json", "drafts.npz"}
TRAINED = Path(__file__).parent / "rules" / "search" / "trained"


@cache
def trained() -> Trained | None:
    """The trained models; none where the files are not there, and the engine then does without."""
    files = {name: (TRAINED / name).read_bytes() for name in FILES if (TRAINED / name).is_file()}
    if not files.keys() >= set(FILES) - DRAFTS:
        return None
    kinds, _ = read_draft_kinds(DRAFT_KINDS.read_text(encoding="utf-8"))
    return read_trained(files, kinds)
