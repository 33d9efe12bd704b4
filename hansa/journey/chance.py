"""Chance that repeats itself: what happens depends on a seed and on whom it happens to, never on when it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

OUT_OF = 10_000
"""Chances are counted in hundredths of a per cent."""


def draw(seed: str, *about: object, below: int = OUT_OF) -> int:
    """A number from 0 to below (exclusive), always the same for the same question."""
    words = "\x1f".join((seed, *map(str, about)))
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big") % below


def happens(seed: str, chance: int, *about: object) -> bool:
    """Whether something of a chance out of ten thousand happens."""
    return draw(seed, *about) < chance


def choose(options: Sequence[T], weights: Sequence[int], seed: str, *about: object) -> T:
    """One of some options, each as likely as its weight says."""
    place = draw(seed, *about, below=sum(weights))
    for option, weight in zip(options, weights, strict=True):
        if place < weight:
            return option
        place -= weight
    raise AssertionError("the weights add up to more than any place")
