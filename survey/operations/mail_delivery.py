"""Sending the outbox: a message is claimed, sent, marked; tried again with growing pauses; at least once, never lost.

The claim is a transaction of its own before the message is sent, the mark one after it. Whoever dies in between leaves
it claimed: when the claim is over it is sent once more, with the same Message-ID, by which a receiver knows it again.
A citizen's address is opened for the moment of sending and stands nowhere else, not even in an error.
"""

from __future__ import annotations

import hashlib
import logging
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple

from sqlalchemy import Engine, Select, select, update
from sqlalchemy.orm import Session

from forms.addresses import is_address
from forms.ballot import clean_text
from survey.mail_settings import MailServer
from survey.models import MailMessage, Petition, PetitionContact
from survey.operations.contacts import ContactError, open_sealed, private_keys
from survey.operations.mail import BASE_URL, TRACKING_CODE
from survey.operations.writing import begin_write

# After the first attempt, the second …; the eighth is the last.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
ATTEMPTS = len(PAUSES) + 1
SECONDS = 20  # for each answer of the server
CLAIM = timedelta(minutes=10)  # longer than a message takes
MOST_AT_ONCE = 100  # of one call
LONGEST_ERROR = 500

# What becomes of a message that nobody can be sent; shown by survey.blueprints.mail.
NO_CONTACT, NO_ADDRESS, NOT_OPENED, SENDER_DIED = "no_contact", "no_address", "not_opened", "sender_died"

_STATUS = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
log = logging.getLogger(__name__)


class Claim(NamedTuple):
    """A message that is this process's to send, on its `attempt`-th try."""

    message_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, and whether its receiver is a citizen, who stands in no error."""

    message: EmailMessage
    address: str
    is_secret: bool


class Unsendable(Exception):
    """There is nobody to send it to: no further attempt would find one."""


class _Refused(Exception):
    """The server will not take this message; `for_good` or for now."""

    def __init__(self, said: str, *, for_good: bool) -> None:
        self.for_good = for_good
        super().__init__(said)


Send = Callable[[Letter], None]


def send_due(engine: Engine, server: MailServer | None, now: datetime) -> int:
    """Send what is due, up to :data:`MOST_AT_ONCE` messages; returns how many the server took. Without one nothing is
    tried. Raises SQLAlchemyError where the database does not answer."""
    if server is None or not _is_due(engine, now):
        return 0
    taken, begun = 0, time.monotonic()
    with _connection(server) as send:
        for _ in range(MOST_AT_ONCE):
            if time.monotonic() - begun > CLAIM.total_seconds() / 2:  # `now` has grown old, and claims with it
                break
            claim = claim_next(engine, now)
            if claim is None:
                break
            try:
                send(_letter(engine, server, claim))
            except Unsendable as reason:
                mark(engine, claim, now, error=f"{reason}", state="cancelled")
            except _Refused as refusal:
                mark(engine, claim, now, error=f"{refusal}", state="failed" if refusal.for_good else "pending")
            except (OSError, smtplib.SMTPException) as error:  # the server itself: the others need not be tried
                mark(engine, claim, now, error=_said(error, secret=True))
                break
            else:
                mark(engine, claim, now, state="sent")
                taken += 1
    return taken


def claim_next(engine: Engine, now: datetime) -> Claim | None:
    """Take the message that has waited longest; nobody else takes it while the claim lasts."""
    while True:
        with Session(engine) as session:
            begin_write(session)
            waiting = _due(now).order_by(MailMessage.held_until, MailMessage.id).limit(1)
            message = session.scalars(waiting.with_for_update(skip_locked=True)).first()
            if message is None:
                return None
            given_up = message.attempts >= ATTEMPTS  # whoever had it last died each time
            if given_up:
                message.state, message.last_error = "failed", SENDER_DIED
            else:
                message.attempts += 1
                message.held_until = now + CLAIM
            claim = Claim(message.id, message.attempts)
            session.commit()
        if not given_up:
            return claim


def mark(engine: Engine, claim: Claim, now: datetime, *, error: str = "", state: str = "pending") -> None:
    """Note what came of an attempt. One that was sent is noted so even if it was cancelled on its way; otherwise a
    message that was cancelled, or queued anew, meanwhile keeps its state."""
    values: dict[str, object] = {"last_error": error[:LONGEST_ERROR], "state": state}
    if state == "sent":
        values["sent_at"] = now
    if state == "pending":
        last = claim.attempt >= ATTEMPTS
        values |= {"state": "failed"} if last else {"held_until": now + PAUSES[claim.attempt - 1]}
    ours = (MailMessage.id == claim.message_id) & (MailMessage.attempts == claim.attempt)
    if state != "sent":
        ours &= MailMessage.state == "pending"
    with Session(engine) as session:
        begin_write(session)
        session.execute(update(MailMessage).where(ours).values(values))
        session.commit()


def message_id(queued: MailMessage, domain: str) -> str:
    """The same for every attempt at a message, by which its receiver knows it again; another one each time somebody has
    it sent anew, else the receiver's server would put it aside."""
    made = f"{queued.key} {queued.created_at.isoformat()} {queued.resent}"
    return f"<{hashlib.sha256(made.encode()).hexdigest()[:40]}@{domain}>"


def filled(body: str, base_url: str, tracking_code: str) -> str:
    """A body with what is known only when it is sent; the code only for whoever wrote the opinion."""
    return body.replace(BASE_URL, base_url).replace(TRACKING_CODE, tracking_code)


def _is_due(engine: Engine, now: datetime) -> bool:
    with Session(engine) as session:  # asked first: on SQLite a claim holds the write lock
        return session.scalar(_due(now).with_only_columns(MailMessage.id).limit(1)) is not None


def _due(now: datetime) -> Select[MailMessage]:
    return select(MailMessage).where(MailMessage.state == "pending", MailMessage.held_until <= now)


def _letter(engine: Engine, server: MailServer, claim: Claim) -> Letter:
    """The message as it is sent. Raises :class:`Unsendable`."""
    with Session(engine) as session:
        queued = session.get_one(MailMessage, claim.message_id)
        code, address = "", queued.address
        if queued.petition_id is not None:
            code = session.get_one(Petition, queued.petition_id).code
            address = _opened(session, server, queued.petition_id)
        if not is_address(address):
            raise Unsendable(NO_ADDRESS)
        name, own = server.sender
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(name, addr_spec=own)
        message["To"] = Address(addr_spec=address)
        message["Subject"] = clean_text(queued.subject, lines=False)  # once more: a line's end begins another header
        message["Date"] = format_datetime(queued.created_at)
        message["Message-ID"] = message_id(queued, own.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(filled(queued.body, server.base_url, code))
        return Letter(message, address, queued.petition_id is not None)


def _opened(session: Session, server: MailServer, petition_id: int) -> str:
    """The e-mail address of whoever wrote the petition; empty where he left only a telephone number."""
    contact = session.get(PetitionContact, petition_id)
    if contact is None:
        raise Unsendable(NO_CONTACT)
    try:
        return open_sealed(private_keys(server.key_file), contact).email
    except ContactError as error:
        log.error("the contact of a petition cannot be opened: %s", error)
        raise _Refused(NOT_OPENED, for_good=False) from error


@contextmanager
def _connection(server: MailServer) -> Iterator[Send]:
    """What sends a letter, over one connection that is opened with the first and opened anew where it broke off."""
    kept: list[smtplib.SMTP] = []

    def send(letter: Letter) -> None:
        if not kept:
            kept.append(_connect(server))
        try:
            kept[0].send_message(letter.message, server.sender[1], [letter.address])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = error.recipients[letter.address]
            raise _Refused(_answer(code, text, letter), for_good=code >= 500) from None
        except smtplib.SMTPDataError as error:
            raise _Refused(
                _answer(error.smtp_code, error.smtp_error, letter), for_good=error.smtp_code >= 500
            ) from None
        except (OSError, smtplib.SMTPServerDisconnected):
            kept.clear()
            raise

    try:
        yield send
    finally:
        for connection in kept:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    """A connection that is encrypted and signed in as the settings say; raises OSError and SMTPException."""
    if server.security == "ssl":
        context = ssl.create_default_context()
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _answer(code: int, text: bytes | str, letter: Letter) -> str:
    said = text if isinstance(text, bytes) else text.encode()
    return _words(code, said, secret=letter.is_secret)


def _said(error: Exception, *, secret: bool) -> str:
    """What the log of attempts keeps of a fault between us and the server."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return _words(error.smtp_code, said, secret=secret)
    return clean_text(f"{type(error).__name__}: {error}", lines=False)


def _words(code: int, text: bytes, *, secret: bool) -> str:
    """The answer's number; its words too, except where they could name a citizen's address."""
    if secret:
        status = _STATUS.search(text)
        return f"{code} {status.group().decode()}" if status else f"{code}"
    return clean_text(f"{code} {text.decode('utf-8', 'replace')}", lines=False)
