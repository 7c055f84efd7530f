"""Field work of a wave: how many people each unit is asked to reach, and how many paper forms it gave out."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Wave, WaveUnit
from survey.operations.waves import WaveError


def set_quotas(session: Session, wave: Wave, quotas: Mapping[int, int | None]) -> int:
    """Record quotas by unit id (None: no quota), while the wave is a draft or open: how many changed.

    Units that do not take part are left alone. Raises :class:`WaveError`.
    """
    if wave.state not in ("draft", "open"):
        raise WaveError("finished", wave=wave.code, state=wave.state)
    return _set(session, wave, "quota", quotas)


def set_forms_issued(session: Session, wave: Wave, numbers: Mapping[int, int | None]) -> int:
    """Record paper forms given out by unit id (None: not known), until the wave is published: how many changed.

    Units that do not take part are left alone. Raises :class:`WaveError`.
    """
    if wave.state == "published":
        raise WaveError("published", wave=wave.code)
    return _set(session, wave, "forms_issued", numbers)


def _set(session: Session, wave: Wave, column: str, numbers: Mapping[int, int | None]) -> int:
    rows = session.scalars(select(WaveUnit).where(WaveUnit.wave_id == wave.id, WaveUnit.unit_id.in_(list(numbers))))
    changed = 0
    for row in rows.all():
        if getattr(row, column) != numbers[row.unit_id]:
            setattr(row, column, numbers[row.unit_id])
            changed += 1
    session.flush()
    return changed
