"""Exports leave a line in the audit log before their first byte leaves the house: who took what, of whom, how much."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from survey.models import Unit, Wave
from survey.operations import audit
from survey.operations.writing import begin_write


def note_export(
    session: Session, wave: Wave | None, unit: Unit | None, *, what: str, form: str, terms: Mapping[str, object]
) -> None:
    """Record an export of a wave's `what` ("rows", "codebook", or a table of figures) as a file of that form.

    `terms` are its filters and the number of its rows. Ends the reading transaction first; does not commit.
    """
    session.commit()  # SQLite refuses a writer whose transaction began by reading
    begin_write(session)
    action = "responses.export" if what == "rows" else "figures.export"
    after = {"what": what, "format": form, "unit": unit.code if unit else None, **terms}
    audit.record(session, action, subject=wave.code if wave else "", unit_path=unit.path if unit else None, after=after)
