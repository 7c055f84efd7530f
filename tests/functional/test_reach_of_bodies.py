"""What a body names is asked about like what an address names: an object out of reach is refused, nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Target, Unit, Wave, WaveUnit
from survey.operations import services
from survey.operations.periods import half_year, province_today
from tests.factories import make_counter, make_questionnaire, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

START, END = half_year(province_today())


@dataclass
class Province:
    """A province with the communes A, where whoever asks has a role, and B, which is out of reach."""

    session: Session
    client: CheckingClient
    top: Unit
    own: Unit
    other: Unit

    def enter(self, role: str) -> None:
        sign_in(self.client, make_account(self.session, role, self.own))

    def wave(self) -> Wave:
        asked = make_questionnaire(self.session)
        wave = make_wave(self.session, code="W", units=[self.own], questionnaire=asked, period=(START, END))
        wave.owner = self.own
        self.session.commit()
        return wave


@pytest.fixture
def province(staff_session: Session, staff_client: CheckingClient) -> Province:
    top = make_unit(staff_session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    own, other = (make_unit(staff_session, code=code, parent=top, name_vi=f"Xã {code}") for code in "AB")
    for unit in (own, other):
        make_counter(staff_session, unit, code="Q1")
    staff_session.commit()
    return Province(staff_session, staff_client, top, own, other)


def test_the_units_of_a_wave(province: Province) -> None:
    wave = province.wave()
    province.enter("compiler")
    foreign = [str(province.other.id), str(province.top.id)]
    for unit in foreign:
        sent = {"unit": [unit], "shown": [unit], "stay": "1"}
        post(province.client, "/staff/dot/W/don-vi", sent)
    province.session.rollback()
    taking_part = select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave.id)
    assert province.session.scalars(taking_part).all() == [province.own.id]
    assert post(province.client, "/staff/dot/W/don-vi", {"branch": "B"}).status_code == 404


def test_a_target_for_everybody(province: Province) -> None:
    province.wave()
    province.enter("compiler")
    targets = province.session.scalars(select(Target.code)).all()
    page = "/staff/dot/W/chi-tieu"
    typed = {"code": "sipas-10", "percent": "10", "reference_vi": "Kế hoạch", "valid_from": START}
    assert "chi-tieu/moi" not in html_of(province.client.get(page))
    assert post(province.client, f"{page}/moi", typed, page=page).status_code == 403
    province.session.rollback()
    assert province.session.scalars(select(Target.code)).all() == targets


def test_the_catalogue_of_procedures(province: Province) -> None:
    field = services.create_field(province.session, code="LV", name_vi="Đất đai", name_en="")
    made = services.create_service(
        province.session, field, code="1.001", name_vi="Cấp giấy", name_en="", valid_from=date(2024, 1, 1)
    )
    province.enter("administrator")
    page = "/staff/thu-tuc/"
    assert "1.001/sua" not in html_of(province.client.get(page))
    assert post(province.client, f"{page}1.001/ket-thuc", {"on": START}, page="/staff/don-vi/A/sua").status_code == 403
    province.session.rollback()
    province.session.refresh(made)
    assert made.valid_until is None
