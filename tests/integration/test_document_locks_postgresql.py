"""Sets of documents are asked for and published with the wave held: neither a correction nor a second set slips in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey import database
from survey.models import DocumentRun, Wave
from survey.operations import document_runs, documents
from tests.document_objects import AT
from tests.published_waves import publish_province


def test_steps_of_a_set_wait_for_whoever_holds_the_wave(postgresql_url: str) -> None:
    engine = database.make_engine(postgresql_url)
    with Session(engine, expire_on_commit=False) as session:
        publish_province(session, engine)
        wave = session.scalars(select(Wave).where(Wave.code == "now")).one()
        run = DocumentRun(
            wave=wave,
            kinds="unit_report",
            language="vi",
            state="made",
            total=1,
            done=1,
            requested_at=AT,
            finished_at=AT,
        )
        session.add(run)
        session.commit()
        run_id, wave_id = run.id, wave.id
    steps: tuple[Callable[[Session], object], ...] = (
        lambda other: documents.publish_run(
            other, other.get_one(DocumentRun, run_id), documents.Check(0, (None, 0)), account_id=None, at=AT
        ),
        lambda other: document_runs.request_run(
            other, other.get_one(Wave, wave_id), ["unit_report"], "vi", account_id=None, at=AT
        ),
    )
    with Session(engine) as first:
        document_runs.request_run(
            first, first.get_one(Wave, wave_id), ["unit_report"], "vi", account_id=None, at=AT
        )  # holds the wave as a correction does, and leaves no room for a second set
        for step in steps:
            with Session(engine) as other:
                other.execute(text("SET LOCAL lock_timeout = 300"))
                with pytest.raises(OperationalError, match="lock timeout"):
                    step(other)
    engine.dispose()
