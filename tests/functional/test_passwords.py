"""Which passwords are refused, and that one password stays one however it is typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from survey.accounts import passwords
from survey.accounts.models import Account
from survey.accounts.passwords import PasswordError

PERSON = {"email": "hong.hanh@songtra.example", "name": "Nguyễn Thị Hồng Hạnh"}


@pytest.fixture
def _app(make_app: Callable[..., Flask]) -> Iterator[None]:
    with make_app(DATABASE_URL="sqlite://").app_context():
        yield


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("mười một kt", "too_short"),  # 11 letters, more once decomposed
        ("x" * 129, "too_long"),
        ("password1234", "too_common"),
        ("qwertyuiop123", "too_common"),
        ("111111111111", "too_common"),
        ("abcabcabcabc", "too_common"),
        ("matkhau123456", "too_common"),
        ("Nguyễn Thị Hồng Hạnh", "too_common"),
        ("honghanh songtra", "too_common"),
        ("hong.hanh@songtra.example", "too_common"),
        ("khảo sát sipas 2026", "too_common"),
        ("Hài Lòng Một Cửa", "too_common"),
    ],
)
@pytest.mark.usefixtures("_app")
def test_guessable_passwords_are_refused(password: str, code: str) -> None:
    for form in ("NFC", "NFD"):
        with pytest.raises(PasswordError) as refused:
            passwords.check(unicodedata.normalize(form, password), **PERSON)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "password",
    [
        "giếng nước mùa hạn lớn",
        "toanchuthuongthoi",
        "đò ngang sông Trà mùa nước nổi",
        "    vài   từ rời rạc",
        "vkq8xw2rzt6m",
    ],
)
@pytest.mark.usefixtures("_app")
def test_no_composition_is_asked_for(password: str) -> None:
    passwords.check(password, **PERSON)


@pytest.mark.usefixtures("_app")
def test_hash_and_comparison_use_one_spelling() -> None:
    composed, decomposed = (unicodedata.normalize(form, "giếng nước mùa hạn") for form in ("NFC", "NFD"))
    assert composed != decomposed
    account = Account(email="a@example.vn", name="A", password=passwords.hashed(composed))
    assert account.password is not None
    assert account.password.startswith("$argon2id$")
    assert passwords.matches(decomposed, account)
    assert not passwords.matches("gieng nuoc mua han", account)
    assert not passwords.matches(composed, None)
