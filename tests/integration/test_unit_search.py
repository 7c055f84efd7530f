"""A unit named by its code, its name or a part of it, with marks or without, within reach."""

from __future__ import annotations

from sqlalchemy import true
from sqlalchemy.orm import Session

from survey.analysis.unit_search import MOST_OFFERED, named_unit
from survey.models import Unit
from tests.factories import make_unit


def test_a_unit_is_found_by_what_people_type(session: Session) -> None:
    top = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    for code, name in (("X1", "Xã Đông Xuân"), ("X2", "Xã Đông Xuân Hạ"), ("X3", "Phường Bến Trà"), ("DONG", "Xã An")):
        make_unit(session, code=code, parent=top, name_vi=name)

    def found(typed: str) -> str | list[str] | None:
        named = named_unit(session, Unit.parent_id == top.id, typed)
        if named.others:
            return [unit.code for unit in named.others]
        return named.unit.code if named.unit else None

    assert [found(typed) for typed in ("X1", " x1 ", "X1 – Xã Đông Xuân", "dong")] == ["X1", "X1", "X1", "DONG"]
    assert [found(typed) for typed in ("XÃ ĐÔNG XUÂN", "xa dong xuan", "ben tra", "xuân hạ")] == [
        "X1",
        "X1",
        "X3",
        "X2",
    ]
    assert found("đông xuân") == ["X1", "X2"]
    assert [found(typed) for typed in ("", "  ", "Đà Lạt", "T", "X", "ng", "Tỉnh")] == [None] * 7
    assert not named_unit(session, true(), " ").unclear
    assert named_unit(session, true(), "Đà Lạt").unclear
    for number in range(MOST_OFFERED + 3):
        make_unit(session, code=f"N{number:02}", parent=top, name_vi=f"Xã Nhiều {number}")
    assert len(found("nhieu") or ()) == MOST_OFFERED
