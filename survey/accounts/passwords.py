"""Passwords: one spelling of what is typed, Argon2 hashes, and the rules of NIST SP 800-63B-4.

Rules: a minimum length, nothing commonly used or guessable from the person, and no rule of composition. Vietnamese
letters are typed composed by one keyboard and decomposed by another: every password is normalised (NFKD) before it is
hashed or compared, which Flask-Security does in its own forms but not in `hash_password`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar, cast

from flask import current_app
from flask_security import Security, hash_password, verify_password
from zxcvbn import zxcvbn

from survey.accounts.models import Account
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n

LONGEST = 128  # characters; an estimate of a longer one would take seconds
CONTEXT = ("sipas", "khảo sát", "hài lòng", "một cửa")
# Guesses an attacker needs who tries common passwords, names and patterns first: 10^8 is the library's "somewhat
# guessable"; throttled sign-in and Argon2 make more than that out of reach.
FEWEST_GUESSES_LOG10 = 8
FEWEST_OTHER_LETTERS = 6  # beside the words above and the person's own


class PasswordError(OperationError):
    """A password nobody should have."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "too_short": _n("Use at least %(least)s characters: several words are easier to remember than signs."),
        "too_long": _n("Use at most %(most)s characters."),
        "too_common": _n(
            "This password is easy to guess: it is often used, or made of your name, your address or a simple pattern."
            " Several words that do not belong together are better."
        ),
        "the_same": _n("The new password is the same as the old one."),
    }


def normalised(password: str) -> str:
    """The one spelling of what was typed."""
    return cast("Security", current_app.extensions["security"])._password_util.normalize(password)  # noqa: SLF001 no public name


def hashed(password: str) -> str:
    return hash_password(normalised(password))


def matches(password: str, account: Account | None) -> bool:
    """Whether the password is the account's; takes the same time where there is no account or no password yet."""
    known = account.password if account is not None else None
    right = verify_password(normalised(password)[: LONGEST * 8], known or _nobodys_hash())
    return right and known is not None


def _nobodys_hash() -> str:
    """A hash that costs as much to compare with as any."""
    if "nobodys_hash" not in current_app.extensions:
        current_app.extensions["nobodys_hash"] = hash_password("nobody's password")
    found: str = current_app.extensions["nobodys_hash"]
    return found


def check(password: str, *, email: str, name: str) -> None:
    """Raises :class:`PasswordError` for a password the rules refuse."""
    least = current_app.config["PASSWORD_LENGTH"]
    # Counted as a reader counts letters, not as a decomposed spelling does.
    length = len(unicodedata.normalize("NFC", password))
    if length < least:
        raise PasswordError("too_short", least=least)
    if length > LONGEST:
        raise PasswordError("too_long", most=LONGEST)
    known = [without_marks(word) for word in (*CONTEXT, name, email, *re.split(r"[\s@.]+", f"{name} {email}")) if word]
    plain = without_marks(password)
    rating = zxcvbn(plain, user_inputs=known, max_length=LONGEST)
    if float(rating["guesses_log10"]) < FEWEST_GUESSES_LOG10 or len(_without(plain, known)) < FEWEST_OTHER_LETTERS:
        raise PasswordError("too_common")


def _without(plain: str, known: list[str]) -> str:
    """The letters and digits that are left of a password where the words known are taken out."""
    for word in sorted(known, key=len, reverse=True):
        plain = plain.replace(word, " ") if len(word) > 1 else plain
    return "".join(letter for letter in plain if letter.isalnum())


def without_marks(text: str) -> str:
    """Vietnamese without its diacritics, in small letters, as guessing programs try it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
