"""A province whose compiler sits at the waves' pages: communes with counters, a questionnaire, a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import (
    Unit,
    Wave,
)
from survey.operations import targets
from survey.operations.periods import half_year, province_today
from tests.factories import make_counter, make_questionnaire, make_unit, make_wave
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, sign_in

START, END = half_year(province_today())


@dataclass
class Office:
    """The province with two communes that have counters and one that has none, and a compiler signed in."""

    session: Session
    client: CheckingClient
    root: Unit
    communes: list[Unit]
    compiler: Account

    def wave(self, code: str = "W") -> Wave:
        self.session.rollback()
        return self.session.scalars(select(Wave).where(Wave.code == code)).one()

    def text(self, url: str) -> str:
        answer = self.client.get(url, follow_redirects=True)
        assert answer.status_code == 200, (url, answer.status_code)
        return html_of(answer)


def make_office(session: Session, client: CheckingClient) -> Office:
    root = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    communes = [make_unit(session, code=f"X{k}", parent=root, name_vi=f"Xã Sông {k}") for k in (1, 2, 3)]
    for commune in communes[:2]:
        make_counter(session, commune, code="Q1")
    make_questionnaire(session)
    targets.create_target(
        session, code="sipas-80", value=Decimal("0.8"), reference_vi="Kế hoạch mẫu", valid_from=date(2020, 1, 1)
    )
    compiler = make_account(session, "compiler", root, name="Trần Thị Tổng Hợp")
    sign_in(client, compiler)
    return Office(session, client, root, communes, compiler)


def wave_in(office: Office, state: str, code: str = "W") -> Wave:
    questionnaire = make_questionnaire(office.session)
    wave = make_wave(
        office.session,
        code=code,
        units=office.communes[:2],
        questionnaire=questionnaire,
        period=(START, END),
        state=state,
    )
    office.session.commit()
    return wave
