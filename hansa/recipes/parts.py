"""A file of YAML as parts that know where they stand; every text is kept as it was written.

Nothing is guessed: `no` is a word, `12:30` no number of seconds, and `10.00` keeps its cents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

import yaml

from domain.errors import DomainError

LARGEST_FILE = 1_000_000
DEEPEST = 30

T = TypeVar("T")

CALLED = {
    "starts_at": "starts", "ends_at": "ends", "partners": "at", "sponsors": "paid_by", "rule": "gives",
    "graceDays": "grace_days", "standardPrice": "standard_price", "survey_id": "survey",
}  # fmt: skip
"""What a recipe calls a part of what it reads, where it has a word of its own."""


class InvalidRecipe(DomainError):
    """A file of campaigns cannot be read: says where, why and what to write instead."""

    code = "INVALID_RECIPE"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file: a text, a list, or parts by their names; an empty one is an empty text."""

    content: str | tuple[Part, ...] | Mapping[str, Part]
    file: str
    line: int
    path: tuple[str, ...]

    def refuse(self, why: str) -> NoReturn:
        """Say what is wrong here. Raises: InvalidRecipe."""
        place = ".".join(self.path) or "the file"
        raise InvalidRecipe(f"{self.file}, line {self.line}, {place}: {why}", path=self.path)

    def text(self) -> str:
        """The text that stands here. Raises: InvalidRecipe."""
        if not isinstance(self.content, str) or not self.content:
            self.refuse("here stands one text or number")
        return self.content

    def many(self) -> tuple[Part, ...]:
        """The parts of a list; what stands alone is a list of one."""
        return self.content if isinstance(self.content, tuple) else (self,)

    def named(self) -> Mapping[str, Part]:
        """The parts by their names. Raises: InvalidRecipe."""
        if self.content == "":
            return {}
        if not isinstance(self.content, Mapping):
            self.refuse("here stand parts with names, each on a line such as `name: value`")
        return self.content

    def parts(self, *known: str, needed: tuple[str, ...] = ()) -> Mapping[str, Part]:
        """The parts by their names, of which only these are known. Raises: InvalidRecipe."""
        found = self.named()
        for name, part in found.items():
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
                part.refuse(f"there is no part {name!r}; {hint}")
        for name in needed:
            if name not in found:
                self.refuse(f"{name!r} is missing")
        return found

    @contextmanager
    def minded(self) -> Iterator[None]:
        """Refusals of the domain within name this place. Raises: InvalidRecipe."""
        try:
            yield
        except InvalidRecipe:
            raise
        except DomainError as refusal:
            near = self
            for name in refusal.path:
                near = near.content.get(CALLED.get(name, name), near) if isinstance(near.content, Mapping) else near
            near.refuse(refusal.message)


def optional(parts: Mapping[str, Part], name: str, read: Callable[[Part], T], usual: T) -> T:
    """What is read of a part, or what is usual where it is not there."""
    return read(parts[name]) if name in parts else usual


def read_yaml(text: str, file: str) -> Part:
    """The parts of a file.

    Raises: InvalidRecipe, where it is no YAML, names a thing twice, or uses tags or references.
    """
    if len(text) > LARGEST_FILE:
        raise InvalidRecipe(f"{file}: a file has at most {LARGEST_FILE} characters")
    try:
        node = _Reader(text).get_single_node()
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark is not None else 1
        raise InvalidRecipe(f"{file}, line {line}: {fault.problem or fault.context}") from None
    except (yaml.YAMLError, RecursionError) as fault:
        raise InvalidRecipe(f"{file}: {' '.join(str(fault).split())}") from None
    if node is None:
        raise InvalidRecipe(f"{file}: the file is empty")
    return _part(node, file, ())


class _Reader(yaml.BaseLoader):  # type: ignore[misc]
    """Takes every scalar for the text it is, and no references: what stands here is what is meant."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None or getattr(event, "tag", None):
            raise yaml.composer.ComposerError(
                None, None, "write it out; references (&, *) and tags (!) are not read", event.start_mark
            )
        return super().compose_node(parent, index)


def _part(node: Any, file: str, path: tuple[str, ...]) -> Part:
    line = node.start_mark.line + 1
    if len(path) > DEEPEST:
        raise InvalidRecipe(f"{file}, line {line}: parts lie at most {DEEPEST} deep")
    content: Any = node.value
    if isinstance(node, yaml.SequenceNode):
        content = tuple(_part(one, file, (*path, str(place))) for place, one in enumerate(node.value, 1))
    elif isinstance(node, yaml.MappingNode):
        content = _mapping(node, file, path)
    return Part(content, file, line, path)


def _mapping(node: Any, file: str, path: tuple[str, ...]) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for name, value in node.value:
        line = name.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode):
            raise InvalidRecipe(f"{file}, line {line}: a name is one text")
        if name.value in parts:
            raise InvalidRecipe(f"{file}, line {line}: {name.value!r} is there twice; give it once", path=path)
        parts[name.value] = _part(value, file, (*path, name.value))
    return parts
