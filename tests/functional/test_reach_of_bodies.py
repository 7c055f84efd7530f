"""What a body names is asked about like what an address names: an object out of reach is refused, nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import library
from survey.accounts.models import RoleGrant
from survey.models import (
    CoreSection,
    Questionnaire,
    QuestionnaireDraft,
    QuestionnaireOrigin,
    Target,
    Unit,
    Wave,
    WaveUnit,
)
from survey.operations import services
from survey.operations.periods import half_year, province_today
from survey.operations.questionnaire_drafts import copied, start_draft
from tests.factories import make_counter, make_definition, make_questionnaire, make_unit, make_wave
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


def test_the_place_of_a_successor(province: Province) -> None:
    province.enter("administrator")
    page = "/staff/don-vi/A/ke-tuc"
    for parent in ("", "T", "B"):
        answer = post(province.client, page, {"code": "A9", "parent": parent, "on": province_today()})
        assert answer.status_code == 200, parent
        province.session.rollback()
        assert province.session.scalar(select(Unit.id).where(Unit.code == "A9")) is None, parent


def test_the_successor_in_a_file(province: Province) -> None:
    room = make_unit(province.session, code="A1", kind="room", parent=province.own, name_vi="Phòng")
    province.enter("administrator")
    page = "/staff/don-vi/-/nhap"
    lines = f"code,parent,kind,name_vi,valid_until,successor\nA1,A,room,Phòng,{province_today()},B\n"
    sent = {"file": (BytesIO(lines.encode()), "don-vi.csv")}
    said = html_of(post(province.client, page, sent, content_type="multipart/form-data"))
    assert "Đơn vị B nằm ngoài các đơn vị ông/bà quản trị." in said
    assert 'name="seen"' not in said
    province.session.rollback()
    province.session.refresh(room)
    assert room.valid_until is None


def test_a_questionnaire_for_everybody(province: Province) -> None:
    session, client = province.session, province.client
    asked = make_questionnaire(session)
    theirs = make_questionnaire(session, make_definition(code="theirs"))
    session.add(QuestionnaireOrigin(questionnaire_id=theirs.id, core_id=asked.id, owner=province.other))
    draft = start_draft(
        session,
        copied(session, library.standard("counter")),
        owner=province.own,
        by="Nguyễn Thị A",
        at=datetime.now(UTC),
    )
    province.enter("compiler")
    page = f"/staff/phieu/{asked.code}/{asked.version}"
    derived = f"/staff/phieu/soan/tu/{asked.code}/{asked.version}"
    token = "/staff/phieu/soan/moi"
    assert post(client, f"{page}/loi", {"section": ["access"]}, page=token).status_code == 403
    assert post(client, derived, {"mode": "version"}, page=token).status_code == 403
    assert post(client, derived, {"mode": "copy"}, page=token).status_code == 403
    of_others = f"/staff/phieu/soan/tu/{theirs.code}/{theirs.version}"
    assert post(client, of_others, {"mode": "supplement"}, page=token).status_code == 403
    published = f"/staff/phieu/soan/{draft.id}/cong-bo"
    answer = post(client, published, {"revision": draft.revision, "seen": "y"}, page=f"/staff/phieu/soan/{draft.id}")
    assert answer.location == f"/staff/phieu/soan/{draft.id}"
    assert "chỉ cán bộ tổng hợp cấp tỉnh" in html_of(client.get(answer.location))
    session.rollback()
    assert session.scalars(select(CoreSection.section)).all() == []
    assert session.scalars(select(QuestionnaireDraft.id)).all() == [draft.id]
    assert session.scalars(select(Questionnaire.code).order_by(Questionnaire.id)).all() == [asked.code, "theirs"]


@pytest.mark.parametrize("role", ["compiler", "auditor"])
def test_a_role_that_reads_exact_figures(province: Province, role: str) -> None:
    """An administrator gives it below his own unit, and does not give it to his own unit."""
    session, client = province.session, province.client
    make_unit(session, code="A1", kind="room", parent=province.own, name_vi="Phòng")
    someone = make_account(session, "viewer", province.own)
    province.enter("administrator")
    invited = {"name": "B", "email": "b@example.vn", "language": "vi", "role": role}
    made = {"name": "Kiosk", "roles": [role], "valid_until": province_today() + timedelta(days=30)}
    for unit in "ABT":
        assert "sipas_" not in html_of(post(client, "/staff/api/moi", {**made, "unit": unit})), unit
        post(client, "/staff/nguoi-dung/moi", {**invited, "unit": unit})
        page = f"/staff/nguoi-dung/{someone.id}"
        post(client, f"{page}/vai-tro", {"role": role, "unit": unit}, page=page)
    session.rollback()
    held = select(RoleGrant.unit_id).where(RoleGrant.role == role)
    assert session.scalars(held).all() == []
    assert "cấp trên" in html_of(post(client, "/staff/nguoi-dung/moi", {**invited, "unit": "A"}))
    post(client, "/staff/nguoi-dung/moi", {**invited, "unit": "A1"})
    session.rollback()
    assert session.scalars(held).all() == [session.scalars(select(Unit.id).where(Unit.code == "A1")).one()]
    assert "sipas_" in html_of(post(client, "/staff/api/moi", {**made, "unit": "A1"}))


def test_the_forms_offer_the_roles_that_may_be_given(province: Province) -> None:
    province.enter("administrator")
    for page in ("/staff/nguoi-dung/moi", "/staff/api/moi"):
        offered = html_of(province.client.get(page))
        assert 'value="viewer"' in offered
        assert 'value="compiler"' not in offered
    sign_in(province.client, make_account(province.session, "administrator", province.top))
    for page in ("/staff/nguoi-dung/moi", "/staff/api/moi"):
        assert 'value="compiler"' in html_of(province.client.get(page))


@pytest.mark.parametrize("way", ["lien-ket", "xac-thuc-hai-lop/dat-lai"])
def test_nobody_takes_over_whom_he_could_not_have_made(province: Province, way: str) -> None:
    """Who makes a link for a compiler's account, or takes its second factor away, could act as that compiler."""
    compiler = make_account(province.session, "compiler", province.own)
    province.session.commit()
    factor = compiler.tf_totp_secret
    province.enter("administrator")
    page = f"/staff/nguoi-dung/{compiler.id}"
    assert post(province.client, f"{page}/{way}", page=page).status_code == 403
    province.session.rollback()
    province.session.refresh(compiler)
    assert compiler.tf_totp_secret == factor


def test_of_several_roots_all_decide_what_is_everybodys(province: Province) -> None:
    """A role on the first of two roots changes nothing that the other works by; a root that has ended has no say."""
    session, client = province.session, province.client
    second = make_unit(session, code="S", kind="province", name_vi="Tỉnh Hai")
    somebody = make_account(session, "administrator", province.top)
    somebody.role_grants += [
        RoleGrant(role=role, unit=unit) for unit, role in ((province.top, "compiler"), (second, "viewer"))
    ]
    sign_in(client, somebody)

    def may() -> tuple[bool, bool]:
        """Change the catalogue of procedures; begin a questionnaire for everybody."""
        session.commit()
        catalogue = client.get("/staff/thu-tuc/-/moi").status_code
        return catalogue == 200, 'value="nothing"' in html_of(client.get("/staff/phieu/soan/moi"))

    assert may() == (False, False)
    second.valid_until = province_today()
    assert may() == (False, False)
    second.valid_until = province_today() - timedelta(days=1)
    assert may() == (True, True)
    second.valid_until = None
    somebody.role_grants += [RoleGrant(role=role, unit=second) for role in ("administrator", "compiler")]
    assert may() == (True, True)
