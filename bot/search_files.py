"""Open the files that training left behind, once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.rules.search.trained import FILES, read_trained

if TYPE_CHECKING:
    from bot.rules.search.trained import Trained

TRAINED = Path(__file__).parent / "rules" / "search" / "trained"


@cache
def trained() -> Trained | None:
    """The trained models; none where the files are not there, and the engine then does without."""
    if not all((TRAINED / name).is_file() for name in FILES):
        return None
    return read_trained({name: (TRAINED / name).read_bytes() for name in FILES})
