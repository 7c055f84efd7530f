"""Dashboards: who sees whose figures, exact or released, through which filters, and what leaves as a file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.wording import figure_percent
from survey.analysis.summary import unit_report
from survey.models import AuditEntry, Unit, Wave
from survey.operations.kept_statistics import keep_disclosure
from survey.operations.ledger import seal_all
from survey.operations.release import release_step
from tests.factories import make_collector, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.published_waves import finish, make_province, publish_province
from tests.sample_waves import store
from tests.staff import make_account, post, sign_in

ITEMS = ("access_1", "access_2", "procedures_1", "procedures_2")
TODAY = date(2026, 3, 16)


def page(client: CheckingClient, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return unescape(html_of(response))


class Open:
    """An open wave: 60 people satisfied and released, then three more who were not."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.units = make_province(session)
        self.wave: Wave = make_wave(session, code="open", units=[self.units["B2"], self.units["C3"]], state="open")
        self.ways = {code: make_collector(session, self.wave, self.units[code]) for code in ("B2", "C3")}
        paper = make_collector(session, self.wave, self.units["B2"], channel="paper", trust="paper")
        for way in (self.ways["B2"], self.ways["C3"], paper):
            for month in (2, 3):
                at = datetime(2026, month, 5, tzinfo=UTC)
                store(session, way, [dict.fromkeys(ITEMS, 5)] * 30, received_at=at)
        session.commit()
        seal_all(app.extensions["engine"])
        release_step(session, self.wave.id, TODAY)
        keep_disclosure(session, self.wave)
        session.commit()
        store(session, self.ways["B2"], [dict.fromkeys(ITEMS, 1)] * 3, received_at=datetime(2026, 3, 6, tzinfo=UTC))
        session.commit()


@pytest.fixture
def opened(staff_app: Flask, staff_session: Session) -> Open:
    return Open(staff_app, staff_session)


def enter(client: CheckingClient, session: Session, role: str, unit: Unit) -> None:
    sign_in(client, make_account(session, role, unit))


def test_the_unit_sees_released_figures_and_the_compiler_exact_ones(
    opened: Open, staff_session: Session, staff_client: CheckingClient
) -> None:
    url = "/staff/ket-qua/open/B2"
    exact = unit_report(staff_session, opened.wave, opened.units["B2"], source="exact").index
    released = unit_report(staff_session, opened.wave, opened.units["B2"], source="released").index
    staff_session.rollback()
    assert (exact.people, released.people) == (123, 120)
    enter(staff_client, staff_session, "viewer", opened.units["B2"])
    shown = page(staff_client, url)
    assert figure_percent(released, "vi") in shown
    assert figure_percent(exact, "vi") not in shown
    assert "16/03/2026" in shown  # as of when
    enter(staff_client, staff_session, "compiler", opened.units["T"])
    shown = page(staff_client, url)
    assert figure_percent(exact, "vi") in shown


def test_a_viewer_of_one_unit_sees_nothing_of_another(
    opened: Open, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "viewer", opened.units["B2"])
    for url in ("/staff/ket-qua/open/C3", "/staff/ket-qua/open/T", "/staff/ket-qua/open/C3/bao-cao.pdf"):
        page(staff_client, url, 403)
    for url in ("/staff/ket-qua/bang-nhiet/open", "/staff/phieu-tra-loi/", "/staff/nhan-xet/"):
        page(staff_client, url, 403)
    own = page(staff_client, "/staff/ket-qua/open/B2")
    assert opened.units["B2"].name_vi in own
    assert opened.units["C3"].name_vi not in own  # neither among the choices nor beside it
    assert opened.units["C3"].name_vi not in page(staff_client, "/staff/ket-qua/")


def test_units_stand_beside_each_other_once_the_wave_is_published(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    units = publish_province(staff_session, staff_app.extensions["engine"])
    enter(staff_client, staff_session, "viewer", units["B2"])
    shown = page(staff_client, "/staff/ket-qua/now/B2")
    assert units["C3"].name_vi in shown
    assert units["Z1"].name_vi not in shown  # a department beside communes
    page(staff_client, "/staff/ket-qua/now/C3", 403)


def test_before_publication_the_office_reads_what_the_public_does_not(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    units = make_province(staff_session)
    wave = make_wave(staff_session, code="closed", units=[units["B2"]], state="open")
    store(staff_session, make_collector(staff_session, wave, units["B2"]), [dict.fromkeys(ITEMS, 4)] * 40)
    finish(staff_session, staff_app.extensions["engine"], wave, publish=False)
    page(staff_client, "/ket-qua/closed/B2", 404)
    enter(staff_client, staff_session, "manager", units["B2"])
    assert "100,00%" in page(staff_client, "/staff/ket-qua/closed/B2")


def test_filters_narrow_and_stay_in_the_address(
    opened: Open, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "compiler", opened.units["T"])
    sent = staff_client.get("/staff/ket-qua/xem?wave=open&unit=B2&channel=paper&period=2026-02&trust=&group=")
    assert sent.headers["Location"] == "/staff/ket-qua/open/B2?channel=paper&period=2026-02"
    shown = page(staff_client, sent.headers["Location"])
    assert "100,00%" in shown
    assert "30 người" in shown
    for wrong in ("channel=fax", "period=2025-01", "trust=verified", "group=delegate", "compare=open"):
        page(staff_client, f"/staff/ket-qua/open/B2?{wrong}", 404)


def test_a_filter_that_would_give_few_people_away_says_why(
    opened: Open, staff_session: Session, staff_client: CheckingClient
) -> None:
    link = make_collector(staff_session, opened.wave, opened.units["B2"], channel="link")
    store(staff_session, link, [dict.fromkeys(ITEMS, 1)] * 2, received_at=datetime(2026, 2, 5, tzinfo=UTC))
    staff_session.commit()
    enter(staff_client, staff_session, "compiler", opened.units["T"])
    for chosen in ("channel=link", "channel=link&period=2026-02"):
        assert "Không hiển thị tổ hợp này" in page(staff_client, f"/staff/ket-qua/open/B2?{chosen}")
    assert "Không hiển thị tổ hợp này" not in page(staff_client, "/staff/ket-qua/open/B2")


def test_a_month_equals_its_own_answers(opened: Open, staff_session: Session, staff_client: CheckingClient) -> None:
    report = unit_report(staff_session, opened.wave, opened.units["B2"], period=(2026 * 24 + 4, 2026 * 24 + 5))
    assert (report.index.people, report.index.estimate.exact) == (63, Fraction(60, 63))
    assert report.index.answers == 4 * 63
    assert [figure.people for figure in report.items] == [63] * 4
    whole = unit_report(staff_session, opened.wave, opened.units["B2"])
    assert {month.code: month.figure.people for month in whole.months} == {"2026-02": 60, "2026-03": 63}
    staff_session.rollback()


def test_files_are_noted_in_the_audit_log(opened: Open, staff_session: Session, staff_client: CheckingClient) -> None:
    enter(staff_client, staff_session, "viewer", opened.units["B2"])
    for name, start in (("bao-cao.pdf", b"%PDF"), ("so-lieu.xlsx", b"PK")):
        assert staff_client.get(f"/staff/ket-qua/open/B2/{name}").data.startswith(start)
    staff_session.rollback()
    noted = staff_session.scalars(select(AuditEntry).where(AuditEntry.action == "figures.export")).all()
    assert [(entry.subject, entry.unit_path) for entry in noted] == [("open", opened.units["B2"].path)] * 2


def test_the_heat_table_sorts_filters_and_downloads(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    units = publish_province(staff_session, staff_app.extensions["engine"])
    enter(staff_client, staff_session, "compiler", units["T"])
    shown = page(staff_client, "/staff/ket-qua/bang-nhiet/now?sort=index")
    assert shown.index(units["B2"].name_vi) < shown.index(units["C3"].name_vi) < shown.index(units["Z1"].name_vi)
    shown = page(staff_client, "/staff/ket-qua/bang-nhiet/now?sort=-index&kind=commune")
    assert units["Z1"].name_vi not in shown
    assert shown.index(units["C3"].name_vi) < shown.index(units["B2"].name_vi)
    assert "Xã Sông Trà" in page(staff_client, "/staff/ket-qua/bang-nhiet/now?q=song+tra&by=items")
    csv = staff_client.get("/staff/ket-qua/bang-nhiet/now/bang-nhiet.csv?verdict=not_met").data.decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("B2;Xã Sông Trà;Chưa đạt;50;40,0000%")
    assert staff_client.get("/staff/ket-qua/bang-nhiet/now/bang-nhiet.xlsx").data.startswith(b"PK")


def test_the_first_page_shows_every_wave_of_the_own_units(
    staff_app: Flask, staff_session: Session, staff_client: CheckingClient
) -> None:
    units = publish_province(staff_session, staff_app.extensions["engine"])
    enter(staff_client, staff_session, "manager", units["B2"])
    shown = page(staff_client, "/staff/ket-qua/")
    assert shown.index("Đợt now") < shown.index("Đợt before")
    assert "40,00%" in shown
    assert units["Z1"].name_vi not in shown


def test_an_open_waves_cross_tables_are_counted_for_the_compiler_alone(
    opened: Open, staff_session: Session, staff_client: CheckingClient
) -> None:
    url = "/staff/ket-qua/theo-nhom/open/B2"
    enter(staff_client, staff_session, "manager", opened.units["B2"])
    page(staff_client, url, 404)
    enter(staff_client, staff_session, "compiler", opened.units["T"])
    assert "không hỏi điều gì để chia nhóm" in page(staff_client, url)
    assert post(staff_client, f"{url}/dem-lai", page="/staff/ket-qua/open/B2").status_code == 302


def test_below_exact_figures_one_filter_stands_at_a_time(
    opened: Open, staff_session: Session, staff_client: CheckingClient
) -> None:
    enter(staff_client, staff_session, "viewer", opened.units["B2"])
    why = "Mỗi lần chỉ chọn một bộ lọc"
    assert why not in page(staff_client, "/staff/ket-qua/open/B2")
    one = page(staff_client, "/staff/ket-qua/open/B2?channel=paper")
    two = page(staff_client, "/staff/ket-qua/open/B2?channel=paper&period=2026-02")
    assert why in one
    assert '<select class="form-select" disabled id="period"' in one
    for shown in (one, two):
        assert "60 người tự nguyện" in shown
    assert 'role="status">Mỗi lần' in two
    assert 'role="status">Mỗi lần' not in one
