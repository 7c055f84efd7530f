"""The outbox against a real SMTP server: sent once, again after a crash under the same number, given up in the end."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.models import MailMessage, PetitionContact, Unit
from survey.operations import contacts, mail
from survey.operations.mail import MailError
from survey.operations.mail_delivery import (
    ATTEMPTS,
    CLAIM,
    NO_ADDRESS,
    NO_CONTACT,
    PAUSES,
    claim_next,
    mark,
    send_due,
)
from survey.operations.petition_cases import open_case
from tests.factories import NOW, make_unit
from tests.mail import SENDER, Office, mail_office, make_message
from tests.petitioning import make_contact_key

MINUTE = timedelta(minutes=1)


@pytest.fixture
def office() -> Iterator[Office]:
    with mail_office() as running:
        yield running


@pytest.fixture
def unit(session: Session) -> Unit:
    unit = make_unit(session, code="X1")
    session.commit()
    return unit


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's certificate for localhost that only tmp_path/certificate.pem vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + CLAIM)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (tmp_path / "certificate.pem").write_bytes(public)
    (tmp_path / "both.pem").write_bytes(key.private_bytes(*plain) + public)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    return context


def state_of(session: Session, message: MailMessage) -> tuple[str, int, str]:
    session.rollback()
    session.refresh(message)
    return message.state, message.attempts, message.last_error


def test_a_message_arrives_as_it_was_written(
    session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path
) -> None:
    message = make_message(session, unit, subject="Ý kiến quá hạn – xã Bến Trà", body="Dòng một\n\n{base_url}/staff/")
    session.commit()
    assert send_due(engine, office.server(tmp_path), NOW) == 1
    assert state_of(session, message) == ("sent", 1, "")
    (receivers, arrived), *rest = office.taken
    assert (receivers, rest) == (["canbo@songtra.example"], [])
    assert arrived["Subject"] == "Ý kiến quá hạn – xã Bến Trà"
    assert arrived["From"] == f"Sở Nội vụ tỉnh Sông Trà <{SENDER}>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived.get_content().splitlines() == ["Dòng một", "", "https://sipas.example/staff/"]
    assert send_due(engine, office.server(tmp_path), NOW) == 0


def test_the_same_notice_is_written_once_and_to_one_address(session: Session, unit: Unit) -> None:
    key = "petition:1:2:7"
    make_message(session, unit, key=key)
    assert mail.queue(session, key=key, unit_id=unit.id, subject="", body="", address="a@b.vn", at=NOW) is None
    with pytest.raises(MailError):
        make_message(session, unit, key="another", address="a@b.vn, c@d.vn")
    assert len(session.scalars(select(MailMessage)).all()) == 1


def test_no_text_becomes_a_header(session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path) -> None:
    hostile = "Chào\r\nBcc: all@songtra.example\r\n\r\nxin chào"
    message = make_message(session, unit, subject=hostile, body=hostile)
    message.subject = hostile  # as if it had come into the table by another way
    session.commit()
    assert send_due(engine, office.server(tmp_path), NOW) == 1
    receivers, arrived = office.taken[0]
    assert receivers == ["canbo@songtra.example"]
    assert arrived["Bcc"] is None
    assert arrived["Subject"] == "Chào Bcc: all@songtra.example  xin chào"


def test_a_busy_server_is_tried_again_later_and_later(
    session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path
) -> None:
    office.refusals["canbo@songtra.example"] = "451 4.3.0 Try again later"
    message, now = make_message(session, unit), NOW
    session.commit()
    for attempt, pause in enumerate(PAUSES, 1):
        assert send_due(engine, office.server(tmp_path), now) == 0
        assert state_of(session, message) == ("pending", attempt, "451 4.3.0 Try again later")
        assert send_due(engine, office.server(tmp_path), now + pause - MINUTE / 2) == 0
        assert state_of(session, message)[1] == attempt, "it is not tried before its time"
        now += pause
    send_due(engine, office.server(tmp_path), now)
    assert state_of(session, message) == ("failed", ATTEMPTS, "451 4.3.0 Try again later")
    assert send_due(engine, office.server(tmp_path), now + timedelta(days=30)) == 0


def test_what_is_refused_for_good_is_given_up_and_keeps_nobody_else_waiting(
    session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path
) -> None:
    office.refusals["canbo@songtra.example"] = "550 5.1.1 No such person"
    refused, other = make_message(session, unit), make_message(session, unit, "test:2", address="b@songtra.example")
    session.commit()
    assert send_due(engine, office.server(tmp_path), NOW) == 1
    assert state_of(session, refused) == ("failed", 1, "550 5.1.1 No such person")
    assert state_of(session, other)[0] == "sent"


def test_without_a_server_nothing_is_tried_and_a_dead_one_is_not_asked_for_each_message(
    session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path
) -> None:
    messages = [make_message(session, unit, f"test:{number}") for number in range(3)]
    session.commit()
    assert send_due(engine, None, NOW) == 0
    assert [state_of(session, message)[1] for message in messages] == [0, 0, 0]
    assert send_due(engine, office.server(tmp_path, port=1), NOW) == 0
    assert [state_of(session, message)[:2] for message in messages] == [("pending", 1), ("pending", 0), ("pending", 0)]
    assert "Connection" in state_of(session, messages[0])[2]


def test_a_process_killed_between_claim_and_mark_loses_nothing(
    session: Session, engine: Engine, database_url: str, unit: Unit, office: Office, tmp_path: Path
) -> None:
    """kill −9 after the server took the message and before that was noted: it comes again, recognisably the same."""
    message = make_message(session, unit)
    session.commit()
    script = f"""
import os, signal
from datetime import datetime
from pathlib import Path
from survey import database
from survey.mail_settings import MailServer
from survey.operations import mail_delivery
mail_delivery.mark = lambda *_given, **_more: os.kill(os.getpid(), signal.SIGKILL)
server = MailServer(**{{**{office_settings(office)!r}, "key_file": Path("none")}})
mail_delivery.send_due(database.make_engine({database_url!r}), server, datetime.fromisoformat({NOW.isoformat()!r}))
"""
    killed = subprocess.run([sys.executable, "-c", script], timeout=60, check=False, env=os.environ)
    assert killed.returncode == -signal.SIGKILL
    assert len(office.taken) == 1
    assert state_of(session, message)[:2] == ("pending", 1)
    assert send_due(engine, office.server(tmp_path), NOW + CLAIM - MINUTE) == 0, "it may still be on its way"
    assert send_due(engine, office.server(tmp_path), NOW + CLAIM) == 1
    assert state_of(session, message)[:2] == ("sent", 2)
    first, second = (arrived["Message-ID"] for _receivers, arrived in office.taken)
    assert first == second
    assert send_due(engine, office.server(tmp_path), NOW + timedelta(days=9)) == 0


def office_settings(office: Office) -> dict[str, object]:
    server = office.server(Path())
    return {name: getattr(server, name) for name in server.__dataclass_fields__ if name != "key_file"}


def test_whoever_sends_at_the_same_time_takes_another_message(session: Session, engine: Engine, unit: Unit) -> None:
    for number in range(3):
        make_message(session, unit, f"test:{number}")
    session.commit()
    claims = [claim_next(engine, NOW) for _ in range(4)]
    assert [claim is None for claim in claims] == [False, False, False, True]
    assert len({claim.message_id for claim in claims if claim}) == 3


def test_a_cancelled_message_is_not_sent_and_can_be_sent_again(
    session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path
) -> None:
    message = make_message(session, unit)
    mail.cancel(session, message)
    session.commit()
    assert send_due(engine, office.server(tmp_path), NOW) == 0
    with pytest.raises(MailError):
        mail.cancel(session, message)
    for _ in range(2):  # by hand: another message for its receiver, who would put the same one aside
        mail.send_again(session, message, NOW)
        session.commit()
        assert send_due(engine, office.server(tmp_path), NOW) == 1
        session.refresh(message)
    assert len({arrived["Message-ID"] for _receivers, arrived in office.taken}) == 2


def test_what_was_sent_long_ago_is_deleted_and_what_waits_stays(session: Session, engine: Engine, unit: Unit) -> None:
    """Kept as long as the installation says; the same notice is not written anew meanwhile."""
    messages = [make_message(session, unit, key=f"{number}") for number in range(4)]
    for message, state in zip(messages, ("sent", "failed", "cancelled", "pending"), strict=True):
        message.state, message.sent_at = state, NOW if state == "sent" else None
    session.commit()
    assert mail.run_due(engine, NOW + timedelta(days=180), 180) == 0
    assert mail.run_due(engine, NOW + timedelta(days=180, seconds=1), 180) == 3
    session.rollback()
    assert session.scalars(select(MailMessage.state)).all() == ["pending"]


def test_one_cancelled_on_its_way_is_noted_as_sent(session: Session, engine: Engine, unit: Unit) -> None:
    message = make_message(session, unit)
    session.commit()
    claim = claim_next(engine, NOW)
    assert claim is not None
    mail.cancel(session, message)
    session.commit()
    mark(engine, claim, NOW, error="451 later")
    assert state_of(session, message)[0] == "cancelled"
    mark(engine, claim, NOW, state="sent")
    assert state_of(session, message)[0] == "sent"


def test_a_citizens_address_is_opened_for_sending_and_stands_nowhere(
    session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path
) -> None:
    key = make_contact_key(session, tmp_path)
    petition = open_case(
        session,
        unit=unit,
        counter=None,
        kind="praise",
        text="Cảm ơn",
        wants_answer=True,
        language="vi",
        today=NOW.date(),
    )
    sealed = contacts.seal(key.public_key, key.id, {"name": "Lê Thị Hòa", "email": "hoa@example.vn"}, petition.id)
    session.add(PetitionContact(petition_id=petition.id, key_id=key.id, sealed=sealed))
    session.flush()
    body = "Xem {base_url}/y-kien/{tracking_code}"
    message = make_message(session, unit, petition_id=petition.id, body=body)
    session.commit()
    office.refusals["hoa@example.vn"] = "450 4.2.1 <hoa@example.vn> is not here"
    assert send_due(engine, office.server(tmp_path), NOW) == 0
    assert state_of(session, message) == ("pending", 1, "450 4.2.1")
    office.refusals.clear()
    assert send_due(engine, office.server(tmp_path), NOW + MINUTE) == 1
    receivers, arrived = office.taken[0]
    assert receivers == ["hoa@example.vn"]
    assert arrived.get_content().strip() == f"Xem https://sipas.example/y-kien/{petition.code}"
    session.refresh(message)
    kept = " ".join(str(getattr(message, column.key)) for column in MailMessage.__table__.columns)
    assert "hoa@" not in kept
    assert petition.code not in kept


def test_messages_without_anybody_to_send_them_to_are_put_aside(
    session: Session, engine: Engine, unit: Unit, office: Office, tmp_path: Path
) -> None:
    key = make_contact_key(session, tmp_path)
    messages = []
    for number, fields in enumerate(({"phone": "0912345678"}, None)):
        petition = open_case(
            session,
            unit=unit,
            counter=None,
            kind="praise",
            text="Cảm ơn",
            wants_answer=True,
            language="vi",
            today=NOW.date(),
        )
        if fields is not None:
            sealed = contacts.seal(key.public_key, key.id, fields, petition.id)
            session.add(PetitionContact(petition_id=petition.id, key_id=key.id, sealed=sealed))
            session.flush()
        messages.append(make_message(session, unit, f"test:{number}", petition_id=petition.id))
    session.commit()
    assert send_due(engine, office.server(tmp_path), NOW) == 0
    assert [state_of(session, message) for message in messages] == [
        ("cancelled", 1, NO_ADDRESS),
        ("cancelled", 1, NO_CONTACT),
    ]


def test_an_encrypted_connection_is_refused_to_a_server_nobody_vouches_for(
    session: Session, engine: Engine, unit: Unit, tmp_path: Path, certificate: ssl.SSLContext
) -> None:
    message = make_message(session, unit)
    session.commit()
    with mail_office(tls_context=certificate, require_starttls=True) as office:
        assert send_due(engine, office.server(tmp_path, security="starttls"), NOW) == 0
        assert "CERTIFICATE_VERIFY_FAILED" in state_of(session, message)[2]
        assert office.taken == []


def test_the_password_goes_over_an_encrypted_connection(
    session: Session,
    engine: Engine,
    unit: Unit,
    tmp_path: Path,
    certificate: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_message(session, unit)
    session.commit()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    given = []

    def authenticate(*about: Any) -> AuthResult:
        given.append((about[-1].login, about[-1].password))
        return AuthResult(success=True)

    options = {"require_starttls": True, "auth_required": True, "authenticator": authenticate}
    with mail_office(tls_context=certificate, **options) as office:
        server = office.server(tmp_path, host="localhost", security="starttls", user="sipas", password="rat-kin")
        assert send_due(engine, server, NOW) == 1
    assert given == [(b"sipas", b"rat-kin")]
