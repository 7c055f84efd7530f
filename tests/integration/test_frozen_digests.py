"""What a small province freezes is the same bytes, whatever computes it; each version names the seal it was made of."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.analysis import frozen_figures
from survey.analysis.last_seal import UNDATED, KeptSeals, last_seal
from survey.operations.ledger import seal_batch
from tests.factories import make_unit
from tests.filing_office import FilingOffice

# SHA-256 of the canonical figures without time and head of the seal, which are random. Another digest is another
# document than the one that units have signed.
DIGESTS = {
    "P": "4cba89454322a7b0fbd9320d7aab68880e7947a8b3d5031722646fc4076d08dd",
    "A": "84664fb3f696a168ec412da495779ec956501c18f9a8ce3456df04e72e813aa0",
    "B": "6e477b29f1be8abb140ec293afde67cc72e738bfde4afc27f0bf9e83158f9d05",
    "C": "ab429144202c2cf1bbdea124d5c0169c932900cbf787d9fdac85b83e5b87fda6",
}


def test_the_figures_of_a_province_freeze_to_the_same_bytes(session: Session, engine: Engine) -> None:
    office = FilingOffice(session, engine)
    for _ in range(2):
        seal_batch(session, 60)  # A and some of B, then the rest of B and some of C
        session.commit()
    office.close()
    reports = list(frozen_figures.frozen_reports(session, office.wave, office.units.values()))
    undated = {unit.code: replace(report, compiled_at=None, ledger_head="") for unit, report in reports}
    found = {code: frozen_figures.digest(frozen_figures.canonical(report)) for code, report in undated.items()}
    assert found == DIGESTS

    silent = make_unit(session, code="D", parent=office.province)
    seals = KeptSeals.of(session, office.wave)
    for unit in (*office.units.values(), silent):
        assert seals.at(unit) == last_seal(session, office.wave, unit.path, sealed=True) != UNDATED
    heads = {unit.code: report.ledger_head for unit, report in reports}
    assert heads == {unit.code: seals.at(unit)[1] for unit, _report in reports}
    assert heads["A"] != heads["B"] != heads["C"] == heads["P"] == seals.at(silent)[1]
