"""Addresses and telephone numbers: what can be reached, and nothing that says more than that."""

from __future__ import annotations

from email.headerregistry import Address

import pytest

from forms.addresses import is_address, phone_number


@pytest.mark.parametrize("text", ["hoa@example.vn", "le.thi-hoa+pakn@mail.example.com.vn", f"{'a' * 64}@b.vn"])
def test_addresses_are_recognised_and_fit_into_a_header(text: str) -> None:
    assert is_address(text)
    assert str(Address(addr_spec=text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "hoa", "hoa@", "hoa@vn", "hoa@b..vn", "hoa@-b.vn", "hòa@b.vn", "hoa@b.vn\n", " hoa@b.vn"),
        *("a@b.vn\nBcc: c@d.vn", "a@b.vn,c@d.vn", "Hòa <hoa@b.vn>", f"{'a' * 65}@b.vn", f"a@{'b.' * 130}vn"),
        *(".hoa@b.vn", "hoa.@b.vn", "le..hoa@b.vn", "=?utf-8?q?hoa?=@b.vn"),  # no header takes them
    ],
)
def test_what_is_no_single_address_is_none(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0912 345 678", "0912345678"),
        ("+84 (91) 234-56.78", "+84912345678"),
        ("1234567", None),
        ("gọi tôi", None),
        ("0912345678;0912345679", None),
        ("٠١٢٣٤٥٦٧٨٩", None),
        ("", None),
    ],
)
def test_telephone_numbers_are_digits(text: str, digits: str | None) -> None:
    assert phone_number(text) == digits
