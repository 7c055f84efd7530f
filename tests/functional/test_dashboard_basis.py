"""What a dashboard says of waves nobody has answered, of headlines that cannot be weighted, and the way to the rows."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from survey.models import Unit, Wave
from survey.operations.transactions import set_transactions
from survey.operations.units import create_unit
from tests.factories import PERIOD, make_collector, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.sample_waves import store
from tests.staff import make_account, sign_in

GOOD = {"access_1": 5, "access_2": 4, "procedures_1": 4, "procedures_2": 5}
NEXT = (date(2026, 7, 1), date(2026, 12, 31))


def province(session: Session) -> tuple[Unit, Unit, Unit]:
    top = create_unit(
        session, code="T", kind="province", name_vi="Tỉnh Mẫu", name_en="Sample", valid_from=date(2025, 7, 1)
    )
    return top, *(make_unit(session, code=code, parent=top) for code in ("A", "B"))


def answered_wave(session: Session, units: tuple[Unit, ...]) -> Wave:
    wave = make_wave(session, code="W", units=units, state="open", headline_weighting="weighted")
    for unit in units:
        store(session, make_collector(session, wave, unit), [GOOD] * 40)
    return wave


def shown(client: CheckingClient, url: str) -> str:
    return html_of(client.get(url))


def test_the_page_says_beside_the_headline_why_it_is_not_weighted(
    staff_session: Session, staff_client: CheckingClient
) -> None:
    top, a, b = province(staff_session)
    answered_wave(staff_session, (a, b))
    set_transactions(staff_session, a, *PERIOD, 900)
    staff_session.commit()
    sign_in(staff_client, make_account(staff_session, "compiler", top))
    page = shown(staff_client, "/staff/ket-qua/W/T")
    why = f"vì thiếu số hồ sơ của {b.name_vi}."
    assert why in page
    assert page.index(why) < page.index("Các yếu tố so với") if "Các yếu tố so với" in page else True
    assert "Phạm vi bao phủ trong các đơn vị đã biết số hồ sơ" in page
    set_transactions(staff_session, b, *PERIOD, 100)
    staff_session.commit()
    assert "vì thiếu số hồ sơ" not in shown(staff_client, "/staff/ket-qua/W/T")


def test_a_wave_without_answers_says_so_and_stands_last(staff_session: Session, staff_client: CheckingClient) -> None:
    top, a, b = province(staff_session)
    wave = answered_wave(staff_session, (a, b))
    make_wave(
        staff_session,
        code="N",
        units=(a, b),
        questionnaire=wave.questionnaire,
        target=wave.target,
        period=NEXT,
        state="open",
    )
    staff_session.commit()
    sign_in(staff_client, make_account(staff_session, "compiler", top))
    index = shown(staff_client, "/staff/ket-qua/")
    assert index.index("Đợt W") < index.index("Đợt N")
    page = shown(staff_client, "/staff/ket-qua/N/T")
    assert "Chưa có phiếu nào để hiển thị." in page
    assert "/staff/dot/N/diem-thu/?unit=T" in page
    assert "<svg" not in page.split("Chưa có phiếu nào")[1].split("</main>")[0]


def test_the_way_to_the_rows_begins_with_the_form_and_no_errors(
    staff_session: Session, staff_client: CheckingClient
) -> None:
    top, a, b = province(staff_session)
    answered_wave(staff_session, (a, b))
    staff_session.commit()
    sign_in(staff_client, make_account(staff_session, "compiler", top))
    assert "/staff/xuat/?wave=W&amp;what=rows" in shown(staff_client, "/staff/phieu-tra-loi/")
    begun = shown(staff_client, "/staff/xuat/?wave=W&what=rows")
    assert "alert-danger" not in begun
    assert 'value="T"' in begun
    assert any("checked" in tag and 'value="rows"' in tag for tag in begun.split("<"))
    wrong = shown(staff_client, "/staff/xuat/?wave=W&unit=&what=rows")
    assert "Chưa có tệp nào: vui lòng kiểm tra" in wrong
    assert "Chưa lưu gì" not in wrong
