"""Targets: the percentage to reach, dated, with the decision that sets it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Target
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.identifiers import is_code


class TargetError(OperationError):
    """A target that makes no sense."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unknown": _n("There is no target with the code %(target)s."),
        "none_in_force": _n("No target is in force on %(date)s."),
        "code_form": _n("%(target)s cannot be a code: use at most 40 letters, digits, hyphens and full stops."),
        "code_taken": _n("There is a target with the code %(target)s already."),
        "validity": _n("The target would end on %(end)s, before it begins on %(start)s."),
        "value": _n("A target lies between 0 and 1 (0.8 for 80%%), not at %(value)s."),
    }


def create_target(
    session: Session,
    *,
    code: str,
    value: Decimal,
    reference_vi: str,
    valid_from: date,
    reference_en: str = "",
    valid_until: date | None = None,
) -> Target:
    """A new target, `value` as a fraction; raises :class:`TargetError`."""
    if not is_code(code):
        raise TargetError("code_form", target=code)
    if not 0 < value < 1:
        raise TargetError("value", value=value)
    if valid_until is not None and valid_until < valid_from:
        raise TargetError("validity", start=valid_from.isoformat(), end=valid_until.isoformat())
    if session.scalar(select(Target.id).where(Target.code == code)) is not None:
        raise TargetError("code_taken", target=code)
    target = Target(
        code=code,
        value=value,
        reference_vi=reference_vi,
        reference_en=reference_en,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    session.add(target)
    session.flush()
    return target


def find_target(session: Session, code: str) -> Target:
    """The target of that code; raises :class:`TargetError`."""
    target = session.scalar(select(Target).where(Target.code == code))
    if target is None:
        raise TargetError("unknown", target=code)
    return target


def target_in_force(session: Session, on: date) -> Target:
    """The newest target in force on that day; raises :class:`TargetError`."""
    target = session.scalar(
        select(Target)
        .where(Target.valid_from <= on, (Target.valid_until.is_(None)) | (Target.valid_until >= on))
        .order_by(Target.valid_from.desc(), Target.id.desc())
        .limit(1)
    )
    if target is None:
        raise TargetError("none_in_force", date=on.isoformat())
    return target


def target_or_default(session: Session, on: date) -> Target:
    """The target in force on that day; 80% where the province has recorded none."""
    try:
        return target_in_force(session, on)
    except TargetError:
        return create_target(
            session,
            code="default-80",
            value=Decimal("0.8"),
            reference_vi="Chỉ tiêu mặc định: chỉ số hài lòng từ 80% trở lên",
            reference_en="Default target: a satisfaction index of 80% or more",
            valid_from=min(on, date(2020, 1, 1)),
        )
