"""The ids the public sees: a type's name and its keys, readable only by the viewer they were made for."""

from __future__ import annotations

from uuid import UUID

from domain.errors import NotFound
from resolvers.seals import BrokenSealError, Seal

_BYTES = 16

NOWHERE = UUID(int=0)
"""The key that nothing has."""


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
        """The only key of a thing of this type; NOWHERE for what is no such id."""
        (key,) = self._keys(type_name, text, 1)
        return key

    def pair(self, type_name: str, text: str) -> tuple[UUID, UUID]:
        """The wallet and the key of a thing that lives in a wallet; NOWHERE twice for what is no such id."""
        wallet, key = self._keys(type_name, text, 2)
        return wallet, key

    def triple(self, type_name: str, text: str) -> tuple[UUID, UUID, UUID]:
        """The wallet, the entry and the place in it of a movement; NOWHERE for what is no such id."""
        wallet, entry, place = self._keys(type_name, text, 3)
        return wallet, entry, place

    def _keys(self, type_name: str, text: str, count: int) -> tuple[UUID, ...]:
        """The keys an argument names.

        What is no id of this viewer is read as an id that nothing has. So whoever takes the argument gives the one
        answer it gives to any unknown id, by the same checks in the same order, and nobody can tell the two apart.
        """
        try:
            keys = self.decode(type_name, text)
        except NotFound:
            keys = ()
        return keys if len(keys) == count else (NOWHERE,) * count

    @staticmethod
    def type_of(text: str) -> str:
        """The type a global id claims to be of; only decoding it tells whether that is true."""
        return text.partition("_")[0]


def not_found(type_name: str) -> NotFound:
    """The one answer to any id that names nothing the viewer may see."""
    return NotFound(f"There is no such {type_name}, or none that you may see.")
