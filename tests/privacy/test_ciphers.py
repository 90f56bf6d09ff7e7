"""Words under keys: what moved, was altered or has lost its key does not open."""

import pytest
from housestaff.privacy import ciphers
from housestaff.privacy.ciphers import Cell, Unreadable
from hypothesis import given, settings
from hypothesis import strategies as st

KEY = bytes(range(32))
CELL = Cell("consults_event", "text", "row", "tenant")
ELSEWHERE = [
    Cell("consults_fact", "text", "row", "tenant"),
    Cell("consults_event", "card", "row", "tenant"),
    Cell("consults_event", "text", "another", "tenant"),
    Cell("consults_event", "text", "row", "another"),
]


@settings(deadline=None)
@given(words=st.text(), version=st.integers(1, 65_535))
def test_round_trip(words: str, version: int) -> None:
    told = words.encode("utf-8", "surrogatepass")
    sealed = ciphers.seal(KEY, told, CELL, version)
    assert ciphers.unseal(KEY, sealed, CELL) == told
    assert ciphers.key_version_of(sealed) == version
    assert len(told) < 4 or told not in sealed


@pytest.mark.parametrize("cell", ELSEWHERE, ids=["table", "column", "row", "tenant"])
def test_a_ciphertext_opens_in_its_own_cell_only(cell: Cell) -> None:
    sealed = ciphers.seal(KEY, b"words", CELL)
    with pytest.raises(Unreadable):
        ciphers.unseal(KEY, sealed, cell)


@settings(deadline=None)
@given(place=st.integers(0, 35), bit=st.integers(0, 7))
def test_one_altered_bit_is_enough(place: int, bit: int) -> None:
    sealed = bytearray(ciphers.seal(KEY, b"words", CELL))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(Unreadable):
        ciphers.unseal(KEY, bytes(sealed), CELL)


@settings(deadline=None)
@given(junk=st.binary(max_size=60))
def test_junk_never_opens(junk: bytes) -> None:
    with pytest.raises(Unreadable):
        ciphers.unseal(KEY, junk, CELL)


def test_another_key_does_not_open_it_and_the_same_words_never_look_the_same() -> None:
    sealed = ciphers.seal(KEY, b"words", CELL)
    with pytest.raises(Unreadable):
        ciphers.unseal(ciphers.new_key(), sealed, CELL)
    assert sealed != ciphers.seal(KEY, b"words", CELL)


def test_the_fields_of_a_cell_cannot_be_shifted() -> None:
    sealed = ciphers.seal(KEY, b"words", Cell("a", "bc", "d", "e"))
    with pytest.raises(Unreadable):
        ciphers.unseal(KEY, sealed, Cell("ab", "c", "d", "e"))


def test_purposes_have_different_keys() -> None:
    assert len({ciphers.derive(KEY, name) for name in ("audit", "tenant keys", "")}) == 3
