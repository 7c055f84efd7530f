"""Tokens, receipts, canonical answers, half-months, flags: the algebra of a submission."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.operations.codes import ALPHABET, check_character
from survey.operations.submission import (
    TOKEN_LENGTH,
    BadToken,
    canonical,
    digest,
    flags_for,
    half_month,
    issue_token,
    new_submission_id,
    read_token,
    receipt_number,
)

KEY, OLD_KEY, CODE = b"current key", b"older key", "234567E"
NOW_MS = 1_773_628_200_123


def test_a_token_carries_a_uuid_of_version_7_with_its_time_of_issue() -> None:
    token = issue_token(KEY, CODE, NOW_MS)
    assert len(token) == TOKEN_LENGTH
    found = read_token([KEY], CODE, token)
    identity = UUID(bytes=found.uuid)
    assert identity.version == 7
    assert identity.variant == "specified in RFC 4122"
    assert found.issued_at == NOW_MS // 1000
    assert int.from_bytes(found.uuid[:6]) == NOW_MS


def test_two_tokens_of_one_moment_differ() -> None:
    assert len({new_submission_id(NOW_MS) for _ in range(1000)}) == 1000


def test_a_key_that_was_replaced_is_still_read_as_a_fallback() -> None:
    token = issue_token(OLD_KEY, CODE, NOW_MS)
    assert read_token([KEY, OLD_KEY], CODE, token).issued_at == NOW_MS // 1000
    with pytest.raises(BadToken):
        read_token([KEY], CODE, token)


def test_a_token_is_worth_nothing_at_another_collector() -> None:
    with pytest.raises(BadToken, match="signature"):
        read_token([KEY], "234567F", issue_token(KEY, CODE, NOW_MS))


@given(st.integers(0, TOKEN_LENGTH - 2), st.sampled_from("ABCabc012-_"))
def test_a_changed_character_is_refused(at: int, character: str) -> None:
    token = issue_token(KEY, CODE, NOW_MS)
    changed = token[:at] + character + token[at + 1 :]
    if changed != token:
        with pytest.raises(BadToken):
            read_token([KEY], CODE, changed)


@given(st.text(max_size=60))
def test_nonsense_is_a_bad_token_and_nothing_else(text: str) -> None:
    with pytest.raises(BadToken):
        read_token([KEY], CODE, text)


@pytest.mark.parametrize("text", ["é" * TOKEN_LENGTH, "!" * TOKEN_LENGTH, "A" * TOKEN_LENGTH, "=" * TOKEN_LENGTH])
def test_nonsense_of_the_right_length_too(text: str) -> None:
    with pytest.raises(BadToken):
        read_token([KEY], CODE, text)


def test_a_receipt_is_short_checked_and_the_same_each_time() -> None:
    submission_id = bytes(range(16))
    number = receipt_number(submission_id)
    assert number == receipt_number(submission_id)
    assert [len(group) for group in number.split("-")] == [4, 4, 4]
    characters = number.replace("-", "")
    assert set(characters) <= set(ALPHABET)
    assert check_character(characters[:-1]) == characters[-1]
    assert number != receipt_number(bytes(range(1, 17)))


def test_the_order_of_answers_does_not_matter_and_their_values_do() -> None:
    one = canonical({2: 5, 1: 4}, {7: (3, 1)}, {9: "Tốt", 8: "x"})
    assert one == canonical({1: 4, 2: 5}, {7: (1, 3)}, {8: "x", 9: "Tốt"})
    assert one == '[1,[[1,4],[2,5]],[[7,[1,3]]],[[8,"x"],[9,"Tốt"]]]'.encode()
    assert digest(one) == hashlib.sha256(one).digest()
    others = (
        canonical({1: 4, 2: 4}, {7: (1, 3)}, {8: "x", 9: "Tốt"}),
        canonical({1: 4, 2: 5}, {7: (1,)}, {8: "x", 9: "Tốt"}),
        canonical({1: 4, 2: 5}, {7: (1, 3)}, {8: "x", 9: "Tồt"}),
        canonical({1: 4, 2: 5}, {7: (1, 3)}, {8: "x"}),
    )
    assert one not in others


def test_a_question_of_several_choices_with_none_ticked_is_no_content() -> None:
    assert canonical({1: 4}, {7: ()}) == canonical({1: 4})


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 1, 14, 16, 59, 59, tzinfo=UTC), 2026 * 24),  # 14 January, 23:59:59 in the province
        (datetime(2026, 1, 14, 17, 0, 0, tzinfo=UTC), 2026 * 24 + 1),
        (datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), 2026 * 24 + 23),
        (datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), 2027 * 24),
    ],
)
def test_half_months_turn_at_midnight_in_the_province(moment: datetime, expected: int) -> None:
    assert half_month(int(moment.timestamp())) == expected


@pytest.mark.parametrize(
    ("seconds", "honeypot", "expected"),
    [
        (60, False, ()),
        (6, False, ()),
        (5, False, ("too_fast",)),
        (None, False, ()),
        (60, True, ("honeypot",)),
        (0, True, ("honeypot", "too_fast")),
    ],
)
def test_doubts_are_named(seconds: int | None, honeypot: bool, expected: tuple[str, ...]) -> None:
    assert flags_for(seconds, honeypot, 6) == expected
