"""Publishing a wave takes two people: one asks, another confirms, at once or for a set moment. All filings or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, joinedload

from survey.models import Filing, FilingVersion, Unit, Wave, WaveClosing, WavePublication
from survey.operations.audit import SYSTEM, attribute
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.filing_steps import reason_of, take_all
from survey.operations.poll_waves import is_poll
from survey.operations.waves import WaveError, lock_wave, publish_wave
from survey.operations.writing import begin_write

UNDER_WAY = ("asked", "confirmed")
READY = ("approved", "published", "corrected")
BY_OPERATOR = "Công bố bằng lệnh của người vận hành hệ thống."


class PublicationError(OperationError):
    """Why a wave cannot be published, or a request not be decided."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "not_frozen": _n("The figures of the wave %(wave)s are being frozen: try again in a few minutes."),
        "unapproved": _n("%(count)s periodic reports of the wave %(wave)s are not approved yet."),
        "asked_already": _n("The publication was asked for already: another person confirms or refuses it."),
        "same_person": _n("Whoever asked for it cannot confirm it: this takes another person."),
        "changed": _n(
            "What is asked for is no longer what you read: it is shown anew below. Read it again, then decide."
        ),
        "figures_changed": _n("The figures have changed since the publication was asked for: refuse it and ask anew."),
        "decided": _n("This request was decided already."),
        "publish_at_past": _n("The moment of the publication has passed: choose a later one, or none."),
        "nothing_asked": _n("Nobody has asked for the publication yet."),
    }


def under_way(session: Session, wave: Wave) -> WavePublication | None:
    """The request that waits for another person, or for its moment."""
    return session.scalar(
        select(WavePublication).where(WavePublication.wave_id == wave.id, WavePublication.state.in_(UNDER_WAY))
    )


def unapproved(session: Session, wave: Wave) -> Sequence[Filing]:
    """The filings that keep the wave from its publication, in the order of their units' paths."""
    query = select(Filing).join(Filing.unit).where(Filing.wave_id == wave.id, Filing.state.not_in(READY))
    return session.scalars(query.options(joinedload(Filing.unit)).order_by(Unit.path)).all()


def figures_digest(session: Session, wave: Wave) -> str:
    """Names exactly the figures that the wave's publication makes public: those of all its filings."""
    rows = session.execute(
        select(Filing.id, Filing.version, FilingVersion.figures_digest)
        .join(FilingVersion, (FilingVersion.filing_id == Filing.id) & (FilingVersion.number == Filing.version))
        .where(Filing.wave_id == wave.id)
        .order_by(Filing.id)
    )
    return hashlib.sha256("".join(f"{key} {version} {held}\n" for key, version, held in rows).encode()).hexdigest()


def ask(session: Session, wave: Wave, *, account_id: int, at: datetime) -> WavePublication:
    """Ask for the publication of a closed wave whose filings are all approved. Raises :class:`PublicationError` and
    :class:`~survey.operations.waves.WaveError`."""
    lock_wave(session, wave)
    _require_ready(session, wave)
    if under_way(session, wave) is not None:
        raise PublicationError("asked_already")
    request = WavePublication(
        wave_id=wave.id,
        kind="publication",
        proposal_digest=figures_digest(session, wave),
        requested_by_id=account_id,
        requested_at=at,
    )
    session.add(request)
    session.flush()
    return request


def confirm(
    session: Session,
    request: WavePublication,
    *,
    account_id: int,
    at: datetime,
    publish_at: datetime | None = None,
    seen: str | None = None,
) -> None:
    """Another person confirms what was asked for and nothing else: the wave is published, at once or at the moment set.

    `seen` is the :func:`figures_digest` of the page on which he confirms. Raises :class:`PublicationError` and
    :class:`~survey.operations.waves.WaveError`.
    """
    wave = request.wave
    if request.kind != "publication":
        raise PublicationError("nothing_asked")
    begin_deciding(session, request, account_id)
    _require_ready(session, wave)
    stands = figures_digest(session, wave)
    if seen is not None and seen != stands:
        raise PublicationError("changed")
    if stands != request.proposal_digest:
        raise PublicationError("figures_changed")
    if publish_at is not None and publish_at <= at:
        raise PublicationError("publish_at_past")
    request.state, request.confirmed_by_id, request.confirmed_at = "confirmed", account_id, at
    request.publish_at = publish_at
    session.flush()
    if publish_at is None:
        _publish(session, request, at, account_id)


def begin_deciding(session: Session, request: WavePublication, account_id: int) -> None:
    """Lock the request's wave and read the request anew; raises :class:`PublicationError` for the one who asked and for
    a request that was decided."""
    lock_wave(session, request.wave)
    session.refresh(request)
    if request.state != "asked":
        raise PublicationError("decided")
    if request.requested_by_id == account_id:
        raise PublicationError("same_person")


def refuse(session: Session, request: WavePublication, reason: str, *, account_id: int) -> None:
    """Say no with the reason: to another's request or, taking it back, to one's own; also before a set moment. Raises
    :class:`PublicationError`, and :class:`~survey.operations.filing_steps.FilingError` without a reason."""
    lock_wave(session, request.wave)
    session.refresh(request)
    if request.state not in UNDER_WAY:
        raise PublicationError("decided")
    said = reason_of(reason)
    request.state, request.refused_by_id, request.refused_reason = "refused", account_id, said
    request.confirmed_by_id, request.confirmed_at, request.publish_at = None, None, None
    session.flush()


def publish_due(engine: Engine, now: datetime) -> int:
    """Publish the waves whose moment has come; how many. Each in a transaction of its own."""
    with Session(engine) as session:
        ids = session.scalars(
            select(WavePublication.id)
            .where(WavePublication.state == "confirmed", WavePublication.publish_at <= now)
            .order_by(WavePublication.publish_at)
        ).all()
    published = 0
    for request_id in ids:
        with Session(engine) as session:
            begin_write(session)
            attribute(session, SYSTEM)
            request = session.get_one(WavePublication, request_id)
            lock_wave(session, request.wave)
            session.refresh(request)
            if request.state == "confirmed":
                _publish(session, request, now, request.confirmed_by_id)
                published += 1
            session.commit()
    return published


def publish_by_operator(session: Session, wave: Wave, at: datetime) -> None:
    """Publish by a command on the server, which stands in the audit log: what no unit handed in is approved ex officio.

    Raises :class:`PublicationError` and :class:`~survey.operations.waves.WaveError`.
    """
    lock_wave(session, wave)
    _require_closed(session, wave)
    take_all(session, wave, "approved", account_id=None, at=at)
    take_all(session, wave, "approved_ex_officio", account_id=None, at=at, reason=BY_OPERATOR)
    take_all(session, wave, "published", account_id=None, at=at)
    request = under_way(session, wave)
    if request is not None:
        request.state, request.refused_by_id, request.refused_reason = "refused", request.requested_by_id, BY_OPERATOR
        request.confirmed_by_id, request.confirmed_at, request.publish_at = None, None, None
    publish_wave(session, wave, at)


def _publish(session: Session, request: WavePublication, at: datetime, account_id: int | None) -> None:
    wave = request.wave
    _require_ready(session, wave)
    take_all(session, wave, "published", account_id=account_id, at=at)
    publish_wave(session, wave, at)
    request.state, request.done_at = "done", at
    session.flush()


def _require_ready(session: Session, wave: Wave) -> None:
    _require_closed(session, wave)
    missing = unapproved(session, wave)
    if missing:
        raise PublicationError("unapproved", wave=wave.code, count=len(missing))


def _require_closed(session: Session, wave: Wave) -> None:
    if wave.state != "closed":
        raise WaveError("not_closed", wave=wave.code, state=wave.state)
    if is_poll(session, wave):
        raise WaveError("poll")
    closing = session.get(WaveClosing, wave.id)
    if closing is not None and closing.finished_at is None:
        raise WaveError("closing", wave=wave.code)
    if session.scalar(select(Filing.id).where(Filing.wave_id == wave.id).limit(1)) is None:
        raise PublicationError("not_frozen", wave=wave.code)
