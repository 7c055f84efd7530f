"""Points of an emulation list worked out by hand, ties, what leaves a unit out, and the list read again as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from zlib import compress

import openpyxl
from pypdf import PdfReader

from forms.emulation import WEIGHTS
from reports.emulation_figures import Origin, Part, ProposalList, UnitPoints, ranked
from reports.emulation_proposal import proposal_pdf, proposal_xlsx
from reports.emulation_wording import formula, origin_words
from reports.figures import Place, Text
from survey.analysis.emulation_freezing import canonical, read_list
from survey.analysis.emulation_sources import SOURCES
from survey.models import EMULATION_SOURCES

PARTS = (
    Part("sipas_target", Decimal(50)),
    Part("opinions_on_time", Decimal("33.5")),
    Part("manual", Decimal("16.5"), "Sáng kiến"),
)


def make_unit(code: str, sipas: str, on_time: int, mark: str | None = "100") -> UnitPoints:
    wave = Text("Đợt quý 3", "Third quarter")
    given = Origin(Decimal(mark), Decimal(100), reason="Có sáng kiến") if mark else Origin(gap="no_mark")
    origins = (Origin(Decimal(sipas), Decimal(80), wave, 2, "a" * 64), Origin(Decimal(on_time), Decimal(3)), given)
    place = Place(code, Text(f"Xã {code}"), "commune")
    return UnitPoints(place, origins, date(2026, 12, 11), is_late=True, award_asked="Giấy khen", award="Bằng khen")


UNITS = (make_unit("C", "60", 2), make_unit("A", "83.94", 3), make_unit("B", "60", 2), make_unit("D", "40", 0))


def make_list() -> ProposalList:
    incomplete = (make_unit("E", "90", 3, None),)
    silent = (Place("F", Text("Xã F"), "commune"),)
    days = (date(2026, 12, 10), date(2026, 12, 15))
    owner = Place("T", Text("Tỉnh Sông Trà"), "province")
    name = Text("Thi đua năm 2026", "Emulation 2026")
    return ProposalList(
        owner, name, 2026, "commune", "Kế hoạch 12", *days, PARTS, ranked(UNITS, PARTS), incomplete, silent
    )


def test_points_are_weights_times_shares_and_ties_share_a_rank() -> None:
    # Above the target is all of 50; 33.5 × 2/3 = 22.333…; 50 × 60/80 = 37.5
    assert UNITS[1].points(PARTS) == (Decimal(50), Decimal("33.5"), Decimal("16.5"))
    assert UNITS[0].points(PARTS) == (Decimal("37.5"), Decimal("22.33"), Decimal("16.5"))
    found = [(unit.place.code, unit.rank, unit.total(PARTS)) for unit in ranked(UNITS, PARTS)]
    tied = Decimal("76.33")
    assert found == [("A", 1, Decimal(100)), ("B", 2, tied), ("C", 2, tied), ("D", 4, Decimal("41.5"))]
    assert make_unit("E", "90", 3, None).total(PARTS) is None
    assert ranked([make_unit("E", "90", 3, None)], PARTS) == ()


def test_every_source_of_a_formula_is_in_the_registry_and_in_the_form() -> None:
    assert {*SOURCES, "manual"} == set(EMULATION_SOURCES)
    assert set(WEIGHTS.values()) == set(SOURCES)


def test_a_frozen_list_is_read_as_it_was() -> None:
    figures = make_list()
    assert read_list(compress(canonical(figures))) == figures
    moved = replace(figures, computed_on=date(2026, 12, 16))
    assert canonical(moved) != canonical(figures)
    assert b'"total":"76.33"' in canonical(figures)


def test_the_origin_and_the_formula_are_spelled_out() -> None:
    sipas, _, marked = UNITS[0].origins
    assert origin_words(PARTS[0], sipas, "vi") == "50 × 60/80 (Đợt quý 3, phiên bản 2)"
    assert origin_words(PARTS[2], marked, "vi") == "16,5 × 100/100 (Có sáng kiến)"
    assert "Sáng kiến: 16,5 điểm" in formula(PARTS, "vi")


def test_the_documents_say_what_the_list_says() -> None:
    figures = make_list()
    document = proposal_pdf(figures, digest="b" * 64)
    assert document == proposal_pdf(figures, digest="b" * 64)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages).split())
    for told in ("TỜ TRÌNH", "Bằng khen: 5 đơn vị", "76,33", "Xã F", "b" * 64, "chưa đủ dữ liệu"):
        assert told in text
    assert "DỰ THẢO" not in text
    draft = PdfReader(BytesIO(proposal_pdf(figures))).pages[0].extract_text()
    assert "DỰ THẢO" in draft
    sheet = openpyxl.load_workbook(BytesIO(proposal_xlsx(figures))).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:4] == (1, "A", "Xã A", 100)
    assert "16,5 × 100/100 (Có sáng kiến)" in rows[2]
    assert rows[6][1] == "F"
