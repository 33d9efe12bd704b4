"""Catalogues of words, as tests hold them to what is said."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

Key: TypeAlias = str | tuple[str, ...]
"""A sentence, or its forms by number."""


def catalogue_at(path: Path) -> Catalog:
    """The catalogue of the language that its folder names."""
    with path.open("rb") as opened:
        return read_po(opened, locale=path.parent.name, abort_invalid=True)


def entries_of(catalogue: Catalog) -> list[tuple[Key, list[str]]]:
    """Every entry with its forms; a form that is missing is empty."""
    return [(_key(one.id), _forms(one.string)) for one in catalogue if one.id]


def _key(words: object) -> Key:
    return words if isinstance(words, str) else tuple(_forms(words))


def _forms(words: object) -> list[str]:
    return [str(form or "") for form in words] if isinstance(words, list | tuple) else [str(words or "")]
