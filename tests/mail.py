"""Mail in tests: messages of the outbox, and a real SMTP server on this machine that keeps what it was sent."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy.orm import Session

from survey.mail_settings import MailServer
from survey.models import MailMessage, Unit
from survey.operations.mail import queue
from tests.factories import NOW
from tests.serving import free_port

SENDER = "sipas@songtra.example"


def make_message(session: Session, unit: Unit, key: str = "test:1", **more: Any) -> MailMessage:
    """A message that waits, to an official unless it says otherwise."""
    about = {"subject": "Ý kiến chờ phân loại", "body": "Kính gửi ông/bà,\n\nXem {base_url}/staff/y-kien/", "at": NOW}
    to = {} if "petition_id" in more else {"address": "canbo@songtra.example"}
    message = queue(session, key=key, unit_id=unit.id, **{**about, **to, **more})
    assert message is not None
    session.flush()
    return message


@dataclass
class Office:
    """The mail server: what it took, and what it answers instead of taking it, by the receiver's address."""

    port: int = 0
    refusals: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    def server(self, folder: Path, **changes: Any) -> MailServer:
        """How an installation is to send here."""
        settings = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "user": "",
            "password": "",
            "sender": ("Sở Nội vụ tỉnh Sông Trà", SENDER),
            "base_url": "https://sipas.example",
            "key_file": folder / "contact.key",
        }
        return MailServer(**{**settings, **changes})

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.rcpt_tos, message))
        return "250 OK"


@contextmanager
def mail_office(**options: Any) -> Iterator[Office]:
    """A running server; `options` are those of aiosmtpd's Controller."""
    office = Office()
    controller = Controller(office, hostname="127.0.0.1", port=free_port(), **options)
    office.port = controller.port
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
