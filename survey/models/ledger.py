"""The ledger: sealed batches of responses chained by hash, and the tallies every figure is read from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from survey.models.base import Base, UtcDateTime


class Seal(Base):
    """One sealed batch: responses first…last in order of id, their hash tree's root (RFC 6962), and the chained head.

    `head` = SHA-256(previous head ‖ sequence ‖ first ‖ last ‖ leaves ‖ root).
    """

    __tablename__ = "seal"
    __table_args__ = (
        CheckConstraint("sequence >= 1 AND leaves >= 1", name="counts"),
        CheckConstraint("last_response_id >= first_response_id", name="range"),
        CheckConstraint("length(root) = 32 AND length(head) = 32 AND length(previous_head) = 32", name="hashes"),
    )

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_response_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    last_response_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    leaves: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    previous_head: Mapped[bytes] = mapped_column(LargeBinary(32))
    head: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TallyKey:
    """collector × flagged × half-month; test responses are sealed but never tallied."""

    @declared_attr
    @classmethod
    def collector_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("collector.id"), primary_key=True, sort_order=-3)

    @declared_attr
    @classmethod
    def flagged(cls) -> Mapped[bool]:
        return mapped_column(primary_key=True, sort_order=-2)

    @declared_attr
    @classmethod
    def half_month(cls) -> Mapped[int]:
        return mapped_column(primary_key=True, autoincrement=False, sort_order=-1)


class ResponseCounts(TallyKey):
    """How many responses."""

    responses: Mapped[int]


class ItemCounts(TallyKey):
    """How often each value of a question was chosen (n0 = no opinion), and by how many people (several choices)."""

    @declared_attr
    @classmethod
    def question_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("question.id"), primary_key=True, sort_order=-1)

    people: Mapped[int]
    n0: Mapped[int]
    n1: Mapped[int]
    n2: Mapped[int]
    n3: Mapped[int]
    n4: Mapped[int]
    n5: Mapped[int]
    n6: Mapped[int]
    n7: Mapped[int]
    n8: Mapped[int]
    n9: Mapped[int]


class ScopeSums(TallyKey):
    """Sums over the people with v > 0 in a scope: s satisfied answers, v valid answers, x sum of scores."""

    @declared_attr
    @classmethod
    def scope_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("scope.id"), primary_key=True, sort_order=-1)

    people: Mapped[int]
    all_satisfied: Mapped[int]
    s: Mapped[int] = mapped_column(BigInteger)
    v: Mapped[int] = mapped_column(BigInteger)
    ss: Mapped[int] = mapped_column(BigInteger)
    sv: Mapped[int] = mapped_column(BigInteger)
    vv: Mapped[int] = mapped_column(BigInteger)
    x: Mapped[int] = mapped_column(BigInteger)
    xx: Mapped[int] = mapped_column(BigInteger)
    xv: Mapped[int] = mapped_column(BigInteger)


class ResponseTally(ResponseCounts, Base):
    __tablename__ = "response_tally"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ItemTally(ItemCounts, Base):
    __tablename__ = "item_tally"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ScopeTally(ScopeSums, Base):
    __tablename__ = "scope_tally"
    __table_args__ = ({"sqlite_with_rowid": False},)


# What readers below the compiler see of an open wave: copies of the tallies that move once a day and only by at
# least five new people a counter, so that no reload shows what one citizen answered.
class ReleasedResponseTally(ResponseCounts, Base):
    __tablename__ = "released_response_tally"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ReleasedItemTally(ItemCounts, Base):
    __tablename__ = "released_item_tally"
    __table_args__ = ({"sqlite_with_rowid": False},)


class ReleasedScopeTally(ScopeSums, Base):
    __tablename__ = "released_scope_tally"
    __table_args__ = ({"sqlite_with_rowid": False},)


class Release(Base):
    """A day on which an open wave's tallies were released: one step a day."""

    __tablename__ = "release"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    released_on: Mapped[date] = mapped_column(primary_key=True)
