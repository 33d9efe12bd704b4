"""How codes are written: read back as they were made, and nothing else is read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from domain.codes import writing
from domain.codes.errors import CodeMistyped

KEY = b"k" * 32
NUMBERS = some.integers(0, writing.MOST_BATCHES - 1)
SERIALS = some.integers(0, writing.MOST_STATELESS - 1)
CODES = some.text(writing.ALPHABET, min_size=16, max_size=16).map(lambda body: body + writing.check_character(body))


@given(NUMBERS, SERIALS)
def test_a_stateless_code_says_its_batch_and_serial(number: int, serial: int) -> None:
    code = writing.stateless_code(number, serial, KEY)
    assert writing.normal(writing.grouped(code).lower()) == code
    assert writing.read_stateless(code, KEY) == (number, serial)
    assert writing.read_stateless(code, b"j" * 32) is None


@given(NUMBERS, SERIALS)
def test_the_permutation_is_undone(number: int, serial: int) -> None:
    hidden = writing.permuted(number, serial, KEY)
    assert 0 <= hidden < writing.MOST_STATELESS
    assert writing.restored(number, hidden, KEY) == serial


@pytest.mark.parametrize("half_bits", [3, 5])
def test_the_permutation_reaches_every_serial_once(half_bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "HALF_BITS", half_bits)
    monkeypatch.setattr(writing, "HALF", (1 << half_bits) - 1)
    every = range(1 << 2 * half_bits)
    assert sorted(writing.permuted(7, serial, KEY) for serial in every) == list(every)


def test_neighbours_do_not_look_like_neighbours() -> None:
    hidden = [writing.permuted(7, serial, KEY) for serial in range(2_000)]
    near = sum(abs(one - other) < 1_000 for one, other in pairwise(hidden))
    assert near < 20, "of two thousand steps about one lands as near as this by chance"
    assert hidden != [writing.permuted(8, serial, KEY) for serial in range(2_000)]


@given(NUMBERS, SERIALS, some.integers(0, 15), some.sampled_from(writing.ALPHABET))
def test_a_changed_character_is_no_code_whatever_its_check(number: int, serial: int, place: int, other: str) -> None:
    code = writing.stateless_code(number, serial, KEY)
    assume(code[place] != other)
    body = code[:place] + other + code[place + 1 : 16]
    assert writing.read_stateless(body + writing.check_character(body), KEY) is None


@given(CODES, some.integers(0, 16), some.sampled_from(writing.ALPHABET))
def test_the_check_finds_every_wrong_character(code: str, place: int, other: str) -> None:
    assume(code[place] != other)
    with pytest.raises(CodeMistyped):
        writing.normal(code[:place] + other + code[place + 1 :])


@given(CODES, some.integers(0, 15))
def test_the_check_finds_every_swap_of_neighbours(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    with pytest.raises(CodeMistyped):
        writing.normal(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


def test_what_looks_alike_is_read_alike() -> None:
    code = writing.random_code(b"seed", 1, KEY)
    while not {"0", "1"} <= set(code):
        code = writing.random_code(code.encode(), 1, KEY)
    assert writing.normal(code.replace("0", "o").replace("1", "l")) == code
    assert writing.normal(code.replace("0", "O").replace("1", "I")) == code


def test_many_at_once_are_those_made_one_by_one() -> None:
    many = list(writing.stateless_codes(3, range(50, 80), KEY))
    assert many == [writing.stateless_code(3, serial, KEY) for serial in range(50, 80)]


def test_random_codes_are_made_again_and_by_nobody_else() -> None:
    codes = {writing.random_code(seed, serial, KEY) for seed in (b"a", b"b") for serial in range(500)}
    assert len(codes) == 1_000
    assert writing.random_code(b"a", 7, KEY) in codes
    assert writing.random_code(b"a", 7, b"j" * 32) not in codes
