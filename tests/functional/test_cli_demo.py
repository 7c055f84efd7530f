"""`sipas demo` prints where to click, in the reader's language, as often as it is asked."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.analysis.quality import ALPHA
from survey.models import Collector, KeptStatistic, ReleasedResponseTally, Response, Seal, Wave
from survey.operations.poll_waves import IS_SURVEY

ARGUMENTS = ["demo", "--today", "2026-11-21", "--responses", "3000"]


def test_the_sample_is_loaded_sealed_and_its_links_are_shown(app: Flask, session: Session) -> None:
    first = app.test_cli_runner().invoke(args=ARGUMENTS)
    assert first.exit_code == 0, first.output
    code = re.search(r"http://127\.0\.0\.1:8000/s/(\w+)", first.output)
    assert code is not None
    collector = session.scalars(select(Collector).where(Collector.code == code[1])).one()
    assert (collector.wave.state, collector.state) == ("open", "active")
    assert "http://127.0.0.1:8000/ket-qua/2026-Q2/BENTRA/bao-cao.pdf" in first.output
    assert "Phiếu khảo sát của người dân" in first.output
    responses = session.scalar(select(func.count()).select_from(Response))
    assert session.scalar(select(func.sum(Seal.leaves))) == responses
    scanned = select(KeptStatistic.wave_id).distinct().where(KeptStatistic.code == ALPHA)
    assert len(session.scalars(scanned).all()) == 5  # the published ones, the quick survey, delegates and officials
    judged = select(KeptStatistic.wave_id).join(Wave, Wave.id == KeptStatistic.wave_id).where(IS_SURVEY).distinct()
    assert len(session.scalars(judged).all()) == 6  # the open one is judged, too
    assert session.scalar(select(func.sum(ReleasedResponseTally.responses))) > 0
    session.rollback()

    again = app.test_cli_runner().invoke(args=[*ARGUMENTS, "--lang", "en"])
    assert again.exit_code == 0, again.output
    assert code[0] in again.output
    assert "The citizen's form" in again.output
    assert session.scalar(select(func.count()).select_from(Response)) == responses
