"""The Merkle tree, against the published hashes and against its own proofs."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from hypothesis import assume, given
from hypothesis import strategies as st

from domain import merkle

leaves = st.lists(st.binary(max_size=40), min_size=1, max_size=70)

PUBLISHED = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
]
"""The leaves that certificate transparency's own tests use."""


def by_definition(data: list[bytes]) -> bytes:
    """The hash of RFC 6962, section 2.1, word for word."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    largest = 1
    while largest * 2 < len(data):
        largest *= 2
    return sha256(b"\x01" + by_definition(data[:largest]) + by_definition(data[largest:])).digest()


def test_the_published_leaves_give_the_published_root() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root(PUBLISHED).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_the_root_follows_the_definition(data: list[bytes]) -> None:
    assert merkle.root(iter(data)) == by_definition(data)


@given(leaves, st.data())
def test_every_leaf_can_be_proven(data: list[bytes], draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, len(data) - 1))
    proof = merkle.inclusion(data, index)
    assert merkle.verify(proof, data[index], merkle.root(data))
    assert len(proof.path) <= (len(data) - 1).bit_length()


@given(leaves, st.data())
def test_nothing_else_can_be_proven(data: list[bytes], draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, len(data) - 1))
    proof, top = merkle.inclusion(data, index), merkle.root(data)
    other = draw.draw(st.binary(max_size=40))
    assume(other != data[index])
    assert not merkle.verify(proof, other, top)
    assert not merkle.verify(proof, data[index], sha256(top).digest())
    assert not merkle.verify(replace(proof, path=(*proof.path, b"\0" * 32)), data[index], top)
    assert not merkle.verify(replace(proof, index=len(data)), data[index], top)
    if proof.path:
        assert not merkle.verify(replace(proof, path=proof.path[1:]), data[index], top)
        assert not merkle.verify(replace(proof, path=proof.path[:-1]), data[index], top)


@given(leaves, st.data())
def test_several_leaves_are_proven_together(data: list[bytes], drawn: st.DataObject) -> None:
    wanted = drawn.draw(st.sets(st.integers(0, len(data) - 1)))
    proof = merkle.several(data, wanted)
    assert merkle.root_with(proof, {place: data[place] for place in wanted}) == merkle.root(data)


@given(leaves, st.data())
def test_no_other_leaf_no_other_place_and_no_other_node_is_proven(data: list[bytes], drawn: st.DataObject) -> None:
    wanted = drawn.draw(st.sets(st.integers(0, len(data) - 1), min_size=1))
    proof, known = merkle.several(data, wanted), {place: data[place] for place in wanted}
    place = drawn.draw(st.sampled_from(sorted(wanted)))
    assert merkle.root_with(proof, known | {place: data[place] + b"!"}) != merkle.root(data)
    assert merkle.root_with(proof, known | {len(data): b""}) is None
    assert merkle.root_with(replace(proof, nodes=(*proof.nodes, b"x" * 32)), known) is None
    if proof.nodes:
        assert merkle.root_with(replace(proof, nodes=proof.nodes[:-1]), known) is None
        changed = (*proof.nodes[:-1], bytes(32))
        assert merkle.root_with(replace(proof, nodes=changed), known) != merkle.root(data)


def test_nothing_is_proven_by_nothing() -> None:
    assert merkle.root_with(merkle.several([], []), {}) == merkle.root([])
    assert merkle.root_with(merkle.Several(0, (bytes(32),)), {}) is None
