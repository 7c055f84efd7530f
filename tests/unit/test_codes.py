"""Short codes: every single slip is noticed, and the code that was meant is found again."""

from __future__ import annotations

import random
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.operations.codes import ALPHABET, LENGTH, check_character, is_valid, neighbours, new_code, normalise

codes = st.integers(0, 2**32).map(lambda seed: new_code(random.Random(seed)))


def test_the_alphabet_is_prime_and_holds_no_look_alikes() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("01OIL")


def test_a_code_worked_by_hand() -> None:
    # values 0…5 at distances 7…2: 0·7 + 1·6 + 2·5 + 3·4 + 4·3 + 5·2 = 50, and 50 + 12 = 62 = 2 · 31
    assert check_character("234567") == ALPHABET[12] == "E"
    assert is_valid("234567E")
    assert not is_valid("234567F")


def test_new_codes_are_valid_and_differ() -> None:
    made = {new_code(secrets) for _ in range(200)}
    assert len(made) > 195
    assert all(is_valid(code) and len(code) == LENGTH for code in made)


def test_a_seed_gives_the_same_code() -> None:
    assert new_code(random.Random(7)) == new_code(random.Random(7))


@given(codes)
def test_every_single_substitution_is_noticed(code: str) -> None:
    for at in range(LENGTH):
        for character in ALPHABET.replace(code[at], ""):
            assert not is_valid(code[:at] + character + code[at + 1 :])


@given(codes)
def test_every_transposition_of_neighbours_is_noticed(code: str) -> None:
    for at in range(LENGTH - 1):
        if code[at] != code[at + 1]:
            assert not is_valid(code[:at] + code[at + 1] + code[at] + code[at + 2 :])


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET + "01OILđ"))
def test_a_substituted_code_has_the_meant_one_among_its_neighbours(code: str, at: int, character: str) -> None:
    typed = code[:at] + character + code[at + 1 :]
    if typed != code:
        assert code in neighbours(typed)


@given(codes, st.integers(0, LENGTH - 2))
def test_a_transposed_code_has_the_meant_one_among_its_neighbours(code: str, at: int) -> None:
    typed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if typed != code:
        assert code in neighbours(typed)


@given(codes, st.integers(0, LENGTH), st.sampled_from(ALPHABET))
def test_one_character_too_many_or_too_few_leads_back(code: str, at: int, character: str) -> None:
    assert code in neighbours(code[:at] + character + code[at:])
    assert code in neighbours(code[: at % LENGTH] + code[at % LENGTH + 1 :])


@given(st.text(ALPHABET, min_size=0, max_size=9))
def test_neighbours_are_few_valid_and_in_order(typed: str) -> None:
    found = neighbours(typed)
    assert len(found) <= 15
    assert found == sorted(set(found))
    assert all(is_valid(code) for code in found)


def test_what_is_far_from_any_code_has_no_neighbours() -> None:
    assert neighbours("") == neighbours("23456") == neighbours("234567EEE") == []
    assert neighbours("234567E") == []  # a valid code is never one slip from another


@pytest.mark.parametrize("typed", ["234567e", "234-567-E", " 234 567 e ", "２３４５６７Ｅ", "234–567\u00a0E"])
def test_codes_are_read_as_people_write_them(typed: str) -> None:
    assert normalise(typed) == "234567E"
