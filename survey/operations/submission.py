"""Everything about a submission that needs no database: its signed token, its receipt number, its canonical bytes."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from survey.operations.codes import ALPHABET, check_character

MAC_LENGTH = 16
TOKEN_LENGTH = 43  # 16 bytes of id and 16 of MAC in base64 without padding
PROVINCE_OFFSET = 7 * 3600  # Asia/Ho_Chi_Minh has kept UTC+7 without daylight saving since 1975

_CANONICAL_VERSION = 1
_RECEIPT_GROUPS = 3
_RECEIPT_GROUP = 4


class BadToken(ValueError):
    """A token that this service never issued for this collector."""


class SubmissionId(NamedTuple):
    """The id a form carries from the moment it is issued: a UUIDv7, and the Unix time in seconds it holds."""

    uuid: bytes
    issued_at: int


def new_submission_id(now_ms: int) -> bytes:
    """A UUIDv7 (RFC 9562 § 5.7): 48 bits of Unix time in milliseconds and 74 random bits."""
    value = now_ms << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return value.to_bytes(16)


def issue_token(key: bytes, collector_code: str, now_ms: int) -> str:
    """A token for one form: base64url of a new submission id and its MAC, which binds it to the collector."""
    uuid = new_submission_id(now_ms)
    return urlsafe_b64encode(uuid + _mac(key, uuid, collector_code)).rstrip(b"=").decode()


def read_token(keys: Sequence[bytes], collector_code: str, token: str) -> SubmissionId:
    """The id in a token signed with one of `keys` (the current one first, then the fallbacks); raises BadToken."""
    if len(token) != TOKEN_LENGTH:
        raise BadToken("wrong length")
    try:
        raw = urlsafe_b64decode(token + "=")
    except (ValueError, binascii.Error) as error:
        raise BadToken("not base64") from error
    uuid, mac = raw[:-MAC_LENGTH], raw[-MAC_LENGTH:]
    if len(uuid) != 16 or not any(hmac.compare_digest(_mac(key, uuid, collector_code), mac) for key in keys):
        raise BadToken("wrong signature")
    return SubmissionId(uuid, int.from_bytes(uuid[:6]) // 1000)


def _mac(key: bytes, uuid: bytes, collector_code: str) -> bytes:
    return hmac.digest(key, uuid + collector_code.encode(), "sha256")[:MAC_LENGTH]


def receipt_number(submission_id: bytes) -> str:
    """The number a citizen keeps, as in "7KQ2-M9FD-XB4T": 11 characters (54 bits) of SHA-256(id) and a check character.

    The id cannot be found from it, and it says nothing about the answers.
    """
    number = int.from_bytes(hashlib.sha256(b"sipas-receipt" + submission_id).digest())
    characters = []
    for _ in range(_RECEIPT_GROUPS * _RECEIPT_GROUP - 1):
        number, value = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[value])
    text = "".join(characters)
    text += check_character(text)
    return "-".join(text[at : at + _RECEIPT_GROUP] for at in range(0, len(text), _RECEIPT_GROUP))


def canonical(
    choices: Mapping[int, int],
    several: Mapping[int, Sequence[int]] | None = None,
    texts: Mapping[int, str] | None = None,
) -> bytes:
    """The content of a ballot in one spelling, by question id, whatever order the answers came in (UTF-8 JSON)."""
    ticked = [(question, sorted(values)) for question, values in sorted((several or {}).items()) if values]
    content = [_CANONICAL_VERSION, sorted(choices.items()), ticked, sorted((texts or {}).items())]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def digest(content: bytes) -> bytes:
    """SHA-256 of the canonical bytes."""
    return hashlib.sha256(content).digest()


def half_month(received_at: int) -> int:
    """The half-month of a Unix time: year·24 + (month − 1)·2 + (day ≥ 15), in the province's time."""
    day = time.gmtime(received_at + PROVINCE_OFFSET)
    return day.tm_year * 24 + (day.tm_mon - 1) * 2 + (day.tm_mday >= 15)


def flags_for(seconds: int | None, honeypot_filled: bool, minimum_seconds: int) -> tuple[str, ...]:
    """The doubts a ballot is stored with; `seconds` is the time it took, None where nobody measured it."""
    flags = []
    if honeypot_filled:
        flags.append("honeypot")
    if seconds is not None and seconds < minimum_seconds:
        flags.append("too_fast")
    return tuple(flags)


def minimum_seconds(answers: int) -> int:
    """The time nobody beats who reads what he answers: two seconds, and one for every four answers."""
    return 2 + answers // 4
