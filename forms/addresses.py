"""How a person is reached: e-mail addresses and telephone numbers, recognised and brought into one spelling."""

from __future__ import annotations

import re

LONGEST_ADDRESS = 254  # RFC 5321
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# Letters of ASCII, which every mail server takes; no full stop at an end or beside another (RFC 5322), and nothing that
# a header would read as an encoded word.
_ADDRESS = re.compile(rf"(?!.*=\?)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_BETWEEN_DIGITS = re.compile(r"[\s.()/-]")
_PHONE = re.compile(r"\+?\d{8,15}")


def is_address(text: str) -> bool:
    """Whether a message can be sent there: one plain address, without a name beside it."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def phone_number(text: str) -> str | None:
    """The digits of a telephone number, with a leading + where it has one; None where it is none."""
    digits = _BETWEEN_DIGITS.sub("", text)
    return digits if _PHONE.fullmatch(digits) and digits.isascii() else None
