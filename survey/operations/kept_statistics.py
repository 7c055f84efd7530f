"""What readers need beside the tallies is kept: hidden figures, each unit's last response, numbers from the rows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.analysis import tree
from survey.analysis.instrument import read_instrument
from survey.analysis.last_seal import LAST_RESPONSE, last_responses
from survey.analysis.quality import ALPHA, MEDIAN_SECONDS, VALID, scanned_statistics
from survey.analysis.view import headline_trust
from survey.models import KeptStatistic, Wave


def keep_disclosure(session: Session, wave: Wave) -> None:
    """Judge the whole wave once and keep what is hidden in it, so that a unit's page need not read all others; and the
    last response of every unit, which names the seal over its report.

    Called with each daily release of an open wave, when it closes, and by :func:`keep_statistics`. Replaces what was
    kept; never commits. What is small today is hidden today, whatever was kept.
    """
    mine = KeptStatistic.wave_id == wave.id
    session.execute(delete(KeptStatistic).where(mine, KeptStatistic.code.startswith("hidden")))
    session.execute(delete(KeptStatistic).where(mine, KeptStatistic.code.in_((tree.JUDGED, LAST_RESPONSE))))
    instrument = read_instrument(session, wave.questionnaire)
    session.add_all(tree.kept(session, wave, instrument, headline_trust(wave)))
    session.add_all(last_responses(session, wave))
    session.flush()


def replace_statistics(session: Session, wave: Wave, statistics: Iterable[KeptStatistic]) -> None:
    """Keep what :func:`~survey.analysis.quality.scanned_statistics` found instead of what was kept of that kind.

    Never commits.
    """
    kinds = (ALPHA, MEDIAN_SECONDS, VALID)
    session.execute(delete(KeptStatistic).where(KeptStatistic.wave_id == wave.id, KeptStatistic.code.in_(kinds)))
    session.add_all(statistics)
    session.flush()


def keep_statistics(session: Session, wave: Wave) -> None:
    """Scan the wave once and keep, for every unit of its tree, what needs the rows, and what disclosure control hides.

    Called again if a response is flagged after closing, and where a wave is closed in one step. Replaces what was kept;
    never commits.
    """
    replace_statistics(session, wave, scanned_statistics(session, wave))
    keep_disclosure(session, wave)
