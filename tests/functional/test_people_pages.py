"""Inviting, granting, revoking, disabling: what an administrator may do to whom, and what he may not."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import AuditEntry, Unit
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import PASSWORD, make_account, post, sign_in

PEOPLE = "/staff/nguoi-dung"


def make_tree(session: Session) -> tuple[Unit, Unit, Unit]:
    province = make_unit(session, code="T", kind="province", name_vi="Tỉnh Mẫu")
    return province, make_unit(session, code="X1", parent=province), make_unit(session, code="X2", parent=province)


def test_every_page_opens(staff_session: Session, staff_client: CheckingClient) -> None:
    province, commune, _other = make_tree(staff_session)
    administrator = make_account(staff_session, "administrator", province)
    shown = make_account(staff_session, "viewer", commune)
    sign_in(staff_client, administrator)
    for url in (
        "/staff/",
        PEOPLE + "/",
        f"{PEOPLE}/moi",
        f"{PEOPLE}/{shown.id}",
        f"{PEOPLE}/{administrator.id}",
        "/staff/nhat-ky/",
        "/staff/tai-khoan/",
        "/staff/tai-khoan/mat-khau",
        "/staff/tai-khoan/ma-du-phong",
        "/staff/xac-thuc-hai-lop",
        "/staff/nhat-ky/nhat-ky.csv",
        "/staff/nhat-ky/nhat-ky.xlsx",
    ):
        assert staff_client.get(url).status_code == 200, url
