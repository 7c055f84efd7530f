"""What the process beside the server does by the day: each piece is there, and none keeps another from being tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.cli import seal
from survey.models import MailMessage
from survey.operations.periods import province_day
from tests.factories import make_unit
from tests.petition_cases import make_petition


def test_a_late_opinion_is_told_upwards_and_old_mail_deleted(staff_app: Flask, staff_session: Session) -> None:
    top = make_unit(staff_session, code="T", kind="province")
    long_ago = province_day(datetime.now(UTC)) - timedelta(days=60)
    case = make_petition(staff_session, make_unit(staff_session, code="A", parent=top), on=long_ago)
    sent = datetime.now(UTC) - timedelta(days=181)
    moments = {"created_at": sent, "held_until": sent, "sent_at": sent}
    old = MailMessage(key="old", unit_id=top.id, address="a@b.vn", subject="", body="", state="sent", **moments)
    staff_session.add(old)
    staff_session.commit()
    with staff_app.app_context():
        for due in seal.by_date():
            due()
    staff_session.refresh(case)
    assert case.escalated_to_id == top.id
    assert staff_session.scalar(select(MailMessage.id).where(MailMessage.key == "old")) is None
