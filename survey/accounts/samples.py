"""Accounts of the sample province: one of each role, whose password and secret anybody can read in the documentation.

Where the installation is reached by HTTPS it is somebody's real one: such an account signs in nowhere there, unless
SIPAS_SAMPLE_ACCOUNTS=1 says that it is for trying out.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import passwords, second_factor
from survey.accounts.models import Account, RoleGrant
from survey.accounts.policy import Grant
from survey.models import Unit

PASSWORD = "đò ngang sông Trà mùa nước nổi"  # noqa: S105 printed wherever the sample is
TOTP_SECRET = "SONGTRASIPASMAUSONGTRASIPASMAUXX"  # noqa: S105 base32, as an app takes it


class Sample(NamedTuple):
    """An account of the sample: its role, whether on the province or on the commune shown, e-mail and name."""

    role: str
    on_province: bool
    email: str
    name: str


SAMPLES = (
    Sample("administrator", True, "quan-tri@songtra.example", "Lê Quang Minh"),
    Sample("compiler", True, "tong-hop@songtra.example", "Nguyễn Thị Hồng Hạnh"),
    Sample("compiler", True, "cong-bo@songtra.example", "Trần Quốc Việt"),  # what takes two people takes another one
    Sample("manager", False, "phu-trach@songtra.example", "Phạm Văn Tấn"),
    Sample("reviewer", False, "xu-ly-y-kien@songtra.example", "Trần Thị Mỹ Duyên"),
    Sample("entry", False, "nhap-lieu@songtra.example", "Võ Thành Công"),
    Sample("viewer", False, "xem@songtra.example", "Đỗ Thị Thu"),
    Sample("auditor", True, "kiem-tra@songtra.example", "Bùi Đức Long"),
)

_NAMES = (
    "Hồ Thị Bích Vân", "Đinh Công Trứ", "Lâm Thị Kim Chi", "Ngô Đức Thịnh", "Phan Thị Hoài An", "Trương Văn Lộc",
    "Dương Thị Tuyết", "Cao Minh Nhật", "Huỳnh Thị Lệ Thu", "Mai Xuân Trường", "Tô Thị Hạnh", "Lý Quốc Bảo",
)  # fmt: skip


def may_sign_in(account: Account) -> bool:
    """Whether the account is enabled, and no sample on a real installation."""
    return account.active and (not account.is_sample or are_welcome())


def are_welcome() -> bool:
    """Whether this installation lets sample accounts in."""
    return bool(current_app.config["SAMPLE_ACCOUNTS"]) or not current_app.config["BASE_URL"].startswith("https:")


def make_samples(session: Session, province: Unit, commune: Unit, at: datetime) -> list[Account]:
    """An account of each role, two compilers; those made before are left as they are."""
    known = {account.email: account for account in _samples(session)}
    hashed = passwords.hashed(PASSWORD) if len(known) < len(SAMPLES) else None
    for sample in SAMPLES:
        if sample.email in known:
            continue
        account = Account(
            email=sample.email,
            name=sample.name,
            password=hashed,
            fs_uniquifier=secrets.token_hex(32),
            tf_primary_method=second_factor.METHOD,
            tf_totp_secret=second_factor.new_secret(TOTP_SECRET),
            is_sample=True,
            created_at=at,
            password_changed_at=at,
        )
        account.role_grants.append(RoleGrant(role=sample.role, unit=province if sample.on_province else commune))
        session.add(account)
        known[sample.email] = account
    session.flush()
    return [known[sample.email] for sample in SAMPLES]


def _samples(session: Session) -> Iterable[Account]:
    return session.scalars(select(Account).where(Account.is_sample))


def make_officials(session: Session, at: datetime) -> dict[str, int]:
    """Who handles opinions in each unit of the sample, by the unit's code: the commune's sample account there,
    elsewhere an account nobody can sign in with. Those made before are left as they are."""
    known = {account.email: account for account in _samples(session)}
    officials = {}
    for number, unit in enumerate(session.scalars(select(Unit).where(Unit.parent_id.is_not(None)).order_by(Unit.id))):
        own = next((one for one in known.values() if Grant("reviewer", unit.path) in one.grants), None)
        if own is None:
            email = f"y-kien.{unit.code.lower()}@songtra.example"
            own = Account(email=email, name=_NAMES[number % len(_NAMES)], password=None, is_sample=True, created_at=at)
            own.fs_uniquifier = secrets.token_hex(32)
            own.role_grants.append(RoleGrant(role="reviewer", unit=unit))
            session.add(own)
            session.flush()
        officials[unit.code] = own.id
    return officials
