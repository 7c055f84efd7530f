"""A saved group for the matrix of the policy."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.models import Unit
from survey.operations import unit_groups


def compilation_objects(session: Session, unit: Unit) -> dict[str, object]:
    group = unit_groups.create_group(session, name_vi="Các phòng trực thuộc", name_en="", owner=unit)
    return {"group_code": group.code}
