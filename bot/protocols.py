"""The protocol that this deployment answers from, read and indexed once, on first use."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigurationError
from bot.pack_files import PackLibrary, read_pack, shared_knowledge
from bot.rules.pack_parsing import PackError
from bot.rules.search import SearchEngine
from bot.search_files import trained

if TYPE_CHECKING:
    from bot.rules.protocol import Knowledge, Pack
    from bot.settings import Settings


class CouncilProtocol:
    """:class:`bot.ports.ProtocolSource` for one pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    @property
    def knowledge(self) -> Knowledge:
        """What all packs share."""
        return shared_knowledge()

    @cached_property
    def engine(self) -> SearchEngine:
        """The search engine over the pack."""
        return SearchEngine.build(self.pack, self.knowledge, trained())


class Protocols:
    """Every protocol at hand, by id or by path; each is read and indexed once.

    Args:
        folders: further folders with packs, beside the built-in ones.
    """

    def __init__(self, *folders: Path) -> None:
        self._library = PackLibrary(*folders)
        self._open: dict[str, CouncilProtocol] = {}

    def ids(self) -> tuple[str, ...]:
        """The ids of all packs."""
        return self._library.ids()

    def get(self, name: str) -> CouncilProtocol:
        """The protocol with this id, or at this path.

        Raises:
            ConfigurationError: there is none, or it has mistakes; the text lists them.
        """
        if name not in self._open:
            self._open[name] = CouncilProtocol(self._read(name))
        return self._open[name]

    def _read(self, name: str) -> Pack:
        try:
            if name in self._library.ids():
                return self._library.get(name)
            path = Path(name).expanduser()
            if name and (path / "pack.yaml").is_file():
                return read_pack(path)
            if path.name == "pack.yaml" and path.is_file():
                return read_pack(path.parent)
        except PackError as error:
            raise ConfigurationError(f"The protocol “{name}” has mistakes:\n{error}") from None
        except (OSError, ValueError):
            pass  # a name that cannot even be a path
        known = ", ".join(self._library.ids())
        if not name:
            raise ConfigurationError(f"Say which protocol: set PROTOCOL, or use --protocol. There are: {known}.")
        raise ConfigurationError(f"There is no protocol “{name}”. There are: {known}.")


def protocols_of(settings: Settings, *folders: Path) -> Protocols:
    """The protocols at hand: built in, of the settings, and in further folders."""
    own = (Path(settings.packs),) if settings.packs else ()
    return Protocols(*own, *folders)
