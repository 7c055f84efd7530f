"""The second factor: codes of an authenticator app, each taken once, and recovery codes for when the phone is lost."""

from __future__ import annotations

import hashlib
import secrets
from typing import cast

from flask import current_app
from flask_security import Security, Totp, UserMixin
from flask_security.recovery_codes import MfRecoveryCodesUtil
from passlib.totp import TotpMatch

from survey.accounts.models import Account

METHOD = "authenticator"
WINDOW = 30  # seconds a phone's clock may be off, either way
# Read aloud and typed from paper: no letter that looks like another.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class OnceOnlyTotp(Totp):
    """Flask-Security's codes, none of which is taken twice: the time step of the last one is kept."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        return cast("Account", user).tf_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        cast("Account", user).tf_last_counter = tmatch.counter

    def generate_recovery_codes(self, number: int) -> list[str]:
        """Codes such as 7KQM-3WXA-9RTP: 12 letters of 31, some 59 bits."""
        return ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(number)]


class HashedRecoveryCodes(MfRecoveryCodesUtil):
    """Flask-Security's recovery codes, kept as digests: shown once, and nobody who reads the table has them."""

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [_digest(code) for code in codes]

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        return _digest(code) in (cast("Account", user).mf_recovery_codes or [])

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        account = cast("Account", user)
        kept = [digest for digest in account.mf_recovery_codes or [] if digest != _digest(code)]
        used = len(kept) < len(account.mf_recovery_codes or [])
        account.mf_recovery_codes = kept
        return used


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _security() -> Security:
    return cast("Security", current_app.extensions["security"])


def new_secret(key: str | None = None) -> str:
    """A secret for an authenticator app, encrypted with a key derived from SECRET_KEY; `key` (base32) where it is to be
    a certain one."""
    factory = _security().totp_factory
    if key is None:
        return factory.generate_totp_secret()
    return str(factory._totp(key=key, format="base32").to_json(encrypt=True))  # noqa: SLF001 it makes random ones only


def setup_values(account: Account, secret: str) -> dict[str, str]:
    """What an app needs of a secret: `image` (a data URL of the QR code), `key` to be typed, `uri`."""
    return _security().totp_factory.fetch_setup_values(secret, account)


def is_code(account: Account, secret: str, code: str) -> bool:
    """Whether the code is the app's of this moment and was not used before; it is used then."""
    plain = "".join(code.split())
    return plain.isascii() and plain.isdigit() and _security().totp_factory.verify_totp(plain, secret, account, WINDOW)


def set_up(account: Account, secret: str, code: str) -> list[str] | None:
    """Let the account sign in with codes of this secret, of which `code` is the first; gives its recovery codes, to be
    shown once, or None where the code is not right."""
    account.tf_last_counter = None  # of another secret
    if not is_code(account, secret, code):
        return None
    account.tf_totp_secret, account.tf_primary_method = secret, METHOD
    return new_recovery_codes(account)


def turn_off(account: Account) -> None:
    account.tf_primary_method = account.tf_totp_secret = account.tf_last_counter = None
    account.mf_recovery_codes = None


def new_recovery_codes(account: Account) -> list[str]:
    """Ten codes in place of those before, to be shown once."""
    return _security().mf_recovery_codes_util.create_recovery_codes(account)


def use_recovery_code(account: Account, code: str) -> bool:
    """Whether the code is one of the account's; it is used up then."""
    return _security().mf_recovery_codes_util.delete_recovery_code(account, code)


def current_code(account: Account) -> str:
    """The code the account's app shows now; for sample accounts and tests."""
    assert account.tf_totp_secret is not None
    return _security().totp_factory.generate_totp_password(account.tf_totp_secret)
