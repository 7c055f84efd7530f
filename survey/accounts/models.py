"""Accounts of the back office: who signs in by what, which roles on which units, and what sign-in keeps beside them."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from flask_security import UserMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from forms.ballot import clean_text
from survey.accounts.policy import ROLES, SECOND_FACTOR_ROLES, Grant
from survey.models.base import Base, UtcDateTime, one_of, primary_key
from survey.models.unit import Unit

LANGUAGES = ("vi", "en")
INVITATION_PURPOSES = ("invitation", "reset")


def normalised_email(email: str) -> str:
    """An address as accounts are found by it: one spelling of its letters, whatever the keyboard and the capitals."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip()).casefold())


class Account(UserMixin, Base):
    """A person who may sign in. Without a password: invited, the link not used yet.

    `fs_uniquifier` stands in every session's cookie: a new one ends them all. The second factor is on where
    `tf_primary_method` is set; `tf_last_counter` is the last time step whose code was used, so that none is used twice.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(one_of("language", LANGUAGES), name="language"),
        CheckConstraint("tf_primary_method IS NULL OR tf_totp_secret IS NOT NULL", name="second_factor"),
        Index("ix_account_name_id", "name", "id"),
    )

    id: Mapped[primary_key]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(500))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    language: Mapped[str] = mapped_column(String(2), default="vi")
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    role_grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="account", lazy="selectin", cascade="all, delete-orphan", order_by="RoleGrant.id"
    )

    # UserMixin compares by fs_uniquifier; a row of a table is itself.
    __hash__ = object.__hash__

    @validates("email")
    def _normalised(self, _attribute: str, email: str) -> str:
        return normalised_email(email)

    @validates("name")
    def _cleaned(self, _attribute: str, name: str) -> str:
        return clean_text(name, lines=False)

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What the policy reads: each role with the path of its unit."""
        return tuple(Grant(held.role, held.unit.path) for held in self.role_grants)

    @property
    def place(self) -> str | None:
        """The path of the unit that all its roles lie within: who may manage that unit may manage the account."""
        shared: list[str] = []
        for steps in zip(*(grant.path.strip("/").split("/") for grant in self.grants), strict=False):
            if len(set(steps)) > 1:
                break
            shared.append(steps[0])
        return f"/{'/'.join(shared)}/" if shared else None

    @property
    def has_second_factor(self) -> bool:
        return self.tf_primary_method is not None

    @property
    def must_have_second_factor(self) -> bool:
        """Whether a role held asks for it: from the unit manager upwards."""
        return any(held.role in SECOND_FACTOR_ROLES for held in self.role_grants)

    @property
    def needs_second_factor(self) -> bool:
        """Whether it is due and not set up: nothing but its set-up page is open then."""
        return self.must_have_second_factor and not self.has_second_factor

    @property
    def is_invited(self) -> bool:
        """Whether the person has not set a password yet."""
        return self.password is None


class RoleGrant(Base):
    """A role on a unit and everything below it."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "unit_id"),
        CheckConstraint(one_of("role", ROLES), name="role"),
        Index("ix_role_grant_unit_id_role", "unit_id", "role"),
    )

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    account: Mapped[Account] = relationship(back_populates="role_grants")
    unit: Mapped[Unit] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """What the audit log calls it."""
        return f"{self.account.email}: {self.role}"


class Invitation(Base):
    """A link by which one person sets a password once: a new account's, or one whose password was forgotten.

    Of the link only a digest is kept. `resets_second_factor`: using it takes away the second factor too (a lost phone).
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(one_of("purpose", INVITATION_PURPOSES), name="purpose"),
        CheckConstraint("expires_at > created_at", name="expires"),
        CheckConstraint("used_at IS NULL OR withdrawn_at IS NULL", name="used_or_withdrawn"),
    )

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    resets_second_factor: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()

    @property
    def name(self) -> str:
        """What the audit log calls it."""
        return self.account.email

    @property
    def place(self) -> str | None:
        return self.account.place


class AccountSession(Base):
    """A browser in which an account is signed in; without its row the cookie opens nothing."""

    __tablename__ = "account_session"

    id: Mapped[primary_key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(100), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()


class SignInDelay(Base):
    """Failed sign-ins for one account or from one address (as keyed digests), and until when the next one waits."""

    __tablename__ = "sign_in_delay"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    waits_until: Mapped[datetime] = mapped_column(UtcDateTime)
