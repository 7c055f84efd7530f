"""The golden report: the same digits on SQLite and PostgreSQL, today and after every change of the code.

After an intended change, renew the file with SIPAS_RENEW_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from sqlalchemy.orm import Session

from survey.analysis.export import as_json
from survey.analysis.summary import unit_report
from survey.operations.ledger import seal_batch
from tests.sample_waves import load_stratified_wave

GOLDEN = Path(__file__).parents[1] / "data" / "golden_report.json"


def test_the_report_of_the_sample_wave_is_the_golden_one(session: Session) -> None:
    wave = load_stratified_wave(session, headline_weighting="weighted")
    session.commit()
    seal_batch(session, 1200)
    session.commit()
    found = as_json(unit_report(session, wave))
    assert found.pop("compiled_at")
    assert len(found.pop("ledger_head")) == 64
    if os.environ.get("SIPAS_RENEW_GOLDEN"):
        GOLDEN.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8"))
