"""The ids the public sees: a type's name and its keys, readable only by the viewer they were made for."""

from __future__ import annotations

from uuid import UUID

from domain.errors import NotFound
from resolvers.seals import BrokenSealError, Seal

_BYTES = 16


class GlobalIds:
    """Writes and reads the global ids of one viewer."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def encode(self, type_name: str, *keys: UUID) -> str:
        """The global id of a thing: `Partner_…` from its id, `Entry_…` from its wallet and its own id."""
        content = b"".join(key.bytes for key in keys)
        return f"{type_name}_{self._seal.close(content, type_name)}"

    def decode(self, type_name: str, text: str) -> tuple[UUID, ...]:
        """The keys of a thing that must be of this type.

        Raises: NotFound, alike for another type, for garbage and for somebody else's id.
        """
        named, _, sealed = text.partition("_")
        if named != type_name:
            raise not_found(type_name)
        try:
            content = self._seal.open(sealed, type_name)
        except BrokenSealError:
            raise not_found(type_name) from None
        return tuple(UUID(bytes=content[start : start + _BYTES]) for start in range(0, len(content), _BYTES))

    def one(self, type_name: str, text: str) -> UUID:
        """The only key of a thing of this type.

        Raises: NotFound.
        """
        keys = self.decode(type_name, text)
        if len(keys) != 1:
            raise not_found(type_name)
        return keys[0]

    def pair(self, type_name: str, text: str) -> tuple[UUID, UUID]:
        """The wallet and the key of a thing that lives in a wallet.

        Raises: NotFound.
        """
        keys = self.decode(type_name, text)
        if len(keys) != 2:  # noqa: PLR2004  # a pair
            raise not_found(type_name)
        return keys[0], keys[1]

    @staticmethod
    def type_of(text: str) -> str:
        """The type a global id claims to be of; only decoding it tells whether that is true."""
        return text.partition("_")[0]


def not_found(type_name: str) -> NotFound:
    """The one answer to any id that names nothing the viewer may see."""
    return NotFound(f"There is no such {type_name}, or none that you may see.")
