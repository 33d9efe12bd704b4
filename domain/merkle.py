"""Merkle trees as in RFC 6962: one hash for many leaves, and short proofs that a leaf is under it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What it takes to get from one leaf to the root."""

    index: int
    size: int
    path: tuple[bytes, ...]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; the prefix keeps leaves and nodes apart."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps only its peaks: memory stays logarithmic in the number of leaves."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """The next leaf."""
        size, node = 1, leaf_hash(leaf)
        while self._peaks and self._peaks[-1][0] == size:
            node = node_hash(self._peaks.pop()[1], node)
            size *= 2
        self._peaks.append((size, node))
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far."""
        if not self._peaks:
            return sha256(b"").digest()
        *others, (_, node) = self._peaks
        for _, peak in reversed(others):
            node = node_hash(peak, node)
        return node


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves in their order."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion(leaves: Sequence[bytes], index: int) -> Inclusion:
    """The proof that the leaf at an index is under the root of all of them."""
    assert 0 <= index < len(leaves), "the leaf is one of the leaves"
    level, path, place = [leaf_hash(leaf) for leaf in leaves], [], index
    while len(level) > 1:
        sibling = place ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        pairs = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]
        place //= 2
    return Inclusion(index=index, size=len(leaves), path=tuple(path))


def verify(proof: Inclusion, leaf: bytes, expected: bytes) -> bool:
    """Whether the leaf stands at its place under the root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= proof.index < proof.size:
        return False
    place, last, node = proof.index, proof.size - 1, leaf_hash(leaf)
    for sibling in proof.path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == expected


@dataclass(frozen=True, slots=True)
class Several:
    """What it takes to get from several leaves to the root: the subtrees that hold none of them, from left to right."""

    size: int
    nodes: tuple[bytes, ...]


def several(leaves: Sequence[bytes], wanted: Iterable[int]) -> Several:
    """The proof that the leaves at some indices are under the root of all of them."""
    places = sorted(set(wanted))
    assert all(0 <= place < len(leaves) for place in places), "the leaves are among the leaves"
    return Several(len(leaves), tuple(_others(leaves, places, 0, len(leaves))))


def root_with(proof: Several, known: Mapping[int, bytes]) -> bytes | None:
    """The root that the known leaves and the proof lead to; None where they do not fit each other."""
    if any(not 0 <= place < proof.size for place in known):
        return None
    if proof.size == 0:
        return None if proof.nodes else root([])
    nodes = iter(proof.nodes)
    found = _rebuilt(nodes, sorted(known), known, 0, proof.size)
    return None if next(nodes, None) is not None else found


def _others(leaves: Sequence[bytes], places: Sequence[int], start: int, end: int) -> Iterator[bytes]:
    if start == end:
        return
    if not _within(places, start, end):
        yield root(leaves[place] for place in range(start, end))
    elif end - start > 1:
        middle = start + _split(end - start)
        yield from _others(leaves, places, start, middle)
        yield from _others(leaves, places, middle, end)


def _rebuilt(
    nodes: Iterator[bytes], places: Sequence[int], known: Mapping[int, bytes], start: int, end: int
) -> bytes | None:
    if not _within(places, start, end):
        return next(nodes, None)
    if end - start == 1:
        return leaf_hash(known[start])
    middle = start + _split(end - start)
    left = _rebuilt(nodes, places, known, start, middle)
    right = _rebuilt(nodes, places, known, middle, end)
    return None if left is None or right is None else node_hash(left, right)


def _within(places: Sequence[int], start: int, end: int) -> bool:
    return bisect_left(places, start) < bisect_left(places, end)


def _split(size: int) -> int:
    """How many leaves stand on the left: the largest power of two below the size (RFC 6962, section 2.1)."""
    return 1 << ((size - 1).bit_length() - 1)
