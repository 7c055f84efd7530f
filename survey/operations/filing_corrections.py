"""Numbers of transactions that moved after a wave had closed: taken over before its publication, corrected after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis.frozen_figures import unpacked
from survey.analysis.frozen_versions import may_follow
from survey.models import FilingVersion, Wave, WavePublication
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.filing_figures import (
    Moved,
    Renewed,
    moved_transactions,
    proposal_digest,
    renewals,
    store_versions,
)
from survey.operations.filing_steps import reason_of
from survey.operations.wave_publication import PublicationError, begin_deciding, under_way
from survey.operations.waves import WaveError, lock_wave


class CorrectionError(OperationError):
    """Why figures cannot be taken over anew."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "nothing": _n("The numbers of transactions are those that the figures count: there is nothing to change."),
        "not_published": _n("The wave %(wave)s is not published: take the numbers over, nobody has read them yet."),
        "published": _n("The wave %(wave)s is published: its figures change only by a correction of two people."),
        "changed": _n("The numbers have changed since the correction was asked for: refuse it and ask anew."),
        "disclosure": _n(
            "Beside the old figures of %(unit)s, the new ones would give fewer than five people away: they cannot be "
            "replaced."
        ),
        "under_way": _n("A publication or correction of this wave waits for another person: decide it first."),
    }


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would change: numbers of transactions, and the filings whose figures come out otherwise by them."""

    moved: Sequence[Moved]
    renewed: Sequence[Renewed]

    @property
    def digest(self) -> str:
        return proposal_digest(self.renewed)


def propose(session: Session, wave: Wave) -> Proposal:
    """What taking over the numbers recorded now would change. Reads only."""
    moved = moved_transactions(session, wave)
    return Proposal(moved, renewals(session, wave, moved) if moved else ())


def renew(session: Session, wave: Wave, reason: str, *, account_id: int, at: datetime) -> Proposal:
    """Before the publication: new versions of the filings that the numbers change, which go back to their units. Raises
    :class:`CorrectionError`."""
    lock_wave(session, wave)
    if wave.state == "published":
        raise CorrectionError("published", wave=wave.code)
    if under_way(session, wave) is not None:
        raise CorrectionError("under_way")
    said, found = reason_of(reason), _safe(session, propose(session, wave))
    store_versions(session, wave, found.renewed, found.moved, "renewed", reason=said, account_id=account_id, at=at)
    return found


def ask_correction(session: Session, wave: Wave, reason: str, *, account_id: int, at: datetime) -> WavePublication:
    """After the publication: ask another person for exactly these changes. Raises :class:`CorrectionError` and, where a
    request is under way, :class:`~survey.operations.wave_publication.PublicationError`."""
    lock_wave(session, wave)
    if wave.state != "published":
        raise CorrectionError("not_published", wave=wave.code)
    if under_way(session, wave) is not None:
        raise CorrectionError("under_way")
    said, found = reason_of(reason), _safe(session, propose(session, wave))
    request = WavePublication(
        wave_id=wave.id,
        kind="correction",
        reason=said,
        proposal_digest=found.digest,
        requested_by_id=account_id,
        requested_at=at,
    )
    session.add(request)
    session.flush()
    return request


def confirm_correction(
    session: Session, request: WavePublication, *, account_id: int, at: datetime, seen: str | None = None
) -> Proposal:
    """Another person approves and publishes what was asked for, and nothing else. `seen` is the digest of the proposal
    on the page on which he confirms. Raises :class:`CorrectionError` and
    :class:`~survey.operations.wave_publication.PublicationError`."""
    if request.kind != "correction":
        raise PublicationError("nothing_asked")
    begin_deciding(session, request, account_id)
    wave = request.wave
    if wave.state != "published":
        raise WaveError("not_closed", wave=wave.code, state=wave.state)
    found = _safe(session, propose(session, wave))
    if seen is not None and seen != found.digest:
        raise PublicationError("changed")
    if found.digest != request.proposal_digest:
        raise CorrectionError("changed")
    store_versions(
        session,
        wave,
        found.renewed,
        found.moved,
        "corrected",
        reason=request.reason,
        account_id=account_id,
        at=at,
        publication_id=request.id,
    )
    request.state, request.confirmed_by_id, request.confirmed_at, request.done_at = "done", account_id, at, at
    session.flush()
    return found


def _safe(session: Session, found: Proposal) -> Proposal:
    """The proposal, if whoever keeps the old figures learns nothing of few people from the new ones. Versions that were
    never published count too: their units have read them."""
    if not found.renewed:
        raise CorrectionError("nothing")
    ids = [each.filing_id for each in found.renewed]
    query = select(FilingVersion.filing_id, FilingVersion.figures).where(FilingVersion.filing_id.in_(ids))
    earlier: defaultdict[int, list[bytes]] = defaultdict(list)
    for filing_id, figures in session.execute(query):
        earlier[filing_id].append(figures)
    for each in found.renewed:
        if not may_follow(map(unpacked, earlier[each.filing_id]), unpacked(each.figures.figures)):
            raise CorrectionError("disclosure", unit=each.unit.name_vi)
    return found
