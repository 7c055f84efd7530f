"""The outbox of mail: what is to be sent is written in the transaction that brings it about, and sent afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, Engine, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from forms.addresses import is_address
from forms.ballot import clean_text
from survey.models import MailMessage
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.writing import begin_write

# They stand in a body for what is filled in when the message is sent: the address of the installation, and the code by
# which a citizen follows his opinion, which no office is to read in the outbox.
BASE_URL = "{base_url}"
TRACKING_CODE = "{tracking_code}"
LONGEST_SUBJECT = 200
PAGE = 50
ENDED = ("sent", "failed", "cancelled")

_BATCH = 500


class MailError(OperationError):
    """What cannot be done with a message, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "address": _n("“%(address)s” is no e-mail address that a message can be sent to."),
        "not_pending": _n("This message does not wait any more."),
        "pending_already": _n("This message waits to be sent already."),
    }


def queue(
    session: Session,
    *,
    key: str,
    unit_id: int,
    subject: str,
    body: str,
    address: str = "",
    petition_id: int | None = None,
    at: datetime,
) -> MailMessage | None:
    """A message that will be sent, to `address` or to whoever wrote the petition; None where `key` was queued before.

    `unit_id` is the unit whose matter it is. Raises :class:`MailError` for an impossible address. Does not commit.
    """
    if petition_id is None and not is_address(address):
        raise MailError("address", address=address)
    if _is_queued(session, key):
        return None
    message = MailMessage(
        key=key,
        unit_id=unit_id,
        address=address,
        petition_id=petition_id,
        subject=clean_text(subject, lines=False)[:LONGEST_SUBJECT],
        body=clean_text(body, lines=True),
        created_at=at,
        held_until=at,
    )
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        if not _is_queued(session, key):  # another process was first
            raise
        return None
    return message


def _is_queued(session: Session, key: str) -> bool:
    return session.scalar(select(MailMessage.id).where(MailMessage.key == key)) is not None


def messages(
    session: Session, within: ColumnElement[bool], state: str = "", after: int | None = None
) -> tuple[Sequence[MailMessage], int | None]:
    """A page of the messages whose unit fulfils a condition, the newest first, and the key of the next page."""
    query = select(MailMessage).join(MailMessage.unit).where(within).options(joinedload(MailMessage.unit))
    if state:
        query = query.where(MailMessage.state == state)
    if after is not None:
        query = query.where(MailMessage.id < after)
    found = session.scalars(query.order_by(MailMessage.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def cancel(session: Session, message: MailMessage) -> None:
    """Not send a message that waits. Raises :class:`MailError`.

    One that is on its way at this very moment still arrives, and is then noted as sent.
    """
    session.refresh(message, with_for_update=True)
    if message.state != "pending":
        raise MailError("not_pending")
    message.state = "cancelled"
    session.flush()
    _record(session, message, "hold_back")


def send_again(session: Session, message: MailMessage, at: datetime) -> None:
    """Send a message anew that was sent, given up or cancelled; for its receiver it is another one, with a Message-ID
    of its own. Raises :class:`MailError`."""
    session.refresh(message, with_for_update=True)
    if message.state == "pending":
        raise MailError("pending_already")
    message.state, message.attempts, message.sent_at = "pending", 0, None
    message.held_until, message.last_error = at, ""
    message.resent += 1
    session.flush()
    _record(session, message, "send_again")


def run_due(engine: Engine, now: datetime, kept_days: int) -> int:
    """Delete the messages that were sent, given up or cancelled more than `kept_days` ago; returns how many. In a
    transaction of its own. What waits stays, however long."""
    old = MailMessage.state.in_(ENDED) & (MailMessage.held_until < now - timedelta(days=kept_days))
    due = select(MailMessage.id).where(old).limit(_BATCH)
    with Session(engine) as session:  # asked first: on SQLite whoever may write holds up the others
        if not session.scalars(due).first():
            return 0
    with Session(engine) as session:
        begin_write(session)
        ids = session.scalars(due).all()
        session.execute(delete(MailMessage).where(MailMessage.id.in_(ids)))
        session.commit()
    return len(ids)


def _record(session: Session, message: MailMessage, verb: str) -> None:
    """Who keeps a notice from being sent, of a late case say, does not do so unseen."""
    audit.record(session, f"mail_message.{verb}", subject=message.subject, unit_path=message.unit.path)
