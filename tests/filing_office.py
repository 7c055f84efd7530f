"""A province whose wave has closed, with the filings of its units, and the people who decide them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from survey.accounts.models import Account
from survey.models import Filing, Unit, Wave
from survey.operations import closing, filing_figures, filing_files, filings, wave_publication
from survey.operations.transactions import set_transactions
from tests.factories import make_unit, make_wave
from tests.published_waves import answer_alike
from tests.staff import make_account

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
COUNTS = {"A": (0, 0, 2, 30, 18), "B": (10, 10, 10, 10, 10), "C": (0, 1, 9, 30, 10)}


class FilingOffice:
    """The province P with the communes A, B (which misses the target) and C; wave W, weighted by their N."""

    def __init__(self, session: Session, engine: Engine, *, numbers: Iterable[int] = (900, 400, 700)) -> None:
        self.session, self.engine = session, engine
        self.province = make_unit(session, code="P", kind="province", name_vi="Tỉnh Mẫu")
        self.units = {"P": self.province}
        for code in COUNTS:
            self.units[code] = make_unit(session, code=code, parent=self.province, name_vi=f"Xã {code}")
        communes = [self.units[code] for code in COUNTS]
        self.wave: Wave = make_wave(session, code="W", units=communes, headline_weighting="weighted", state="open")
        for unit, counts in zip(communes, COUNTS.values(), strict=True):
            answer_alike(session, self.wave, unit, counts)
        for unit, number in zip(communes, numbers, strict=False):
            set_transactions(session, unit, self.wave.period_start, self.wave.period_end, number)
        self.compiler = make_account(session, "compiler", self.province, name="Trần Thị Hai")
        self.second = make_account(session, "compiler", self.province, name="Lê Văn Ba")
        session.commit()

    def close(self) -> None:
        """As the pages and the command do."""
        wave_id = self.wave.id
        self.session.rollback()
        closing.finish_wave(self.engine, wave_id, NOW)
        self.session.expire_all()

    def filing(self, code: str) -> Filing:
        query = select(Filing).join(Filing.unit).where(Filing.wave_id == self.wave.id, Unit.code == code)
        return self.session.scalars(query).one()

    def manager(self, code: str) -> Account:
        return make_account(self.session, "manager", self.units[code])

    def after_deadline(self, code: str = "A") -> date:
        return self.filing(code).deadline_on + timedelta(days=1)

    def approve_all(self) -> None:
        """Ex officio, as after the deadline."""
        for code in self.units:
            filings.approve_ex_officio(
                self.session, self.filing(code), "Quá hạn", account_id=self.compiler.id, at=NOW,
                today=self.after_deadline(code),
            )  # fmt: skip
        self.session.commit()

    def publish(self) -> None:
        """By two people."""
        self.approve_all()
        request = wave_publication.ask(self.session, self.wave, account_id=self.compiler.id, at=NOW)
        wave_publication.confirm(self.session, request, account_id=self.second.id, at=NOW)
        self.session.commit()


def filing_objects(session: Session, wave: Wave, unit: Unit) -> dict[str, object]:
    """A filing of the unit with a file, for the addresses of the policy matrix."""
    filing_figures.add_filings(session, wave, filing_figures.compute(session, wave, [unit]), at=NOW)
    filing = session.scalars(select(Filing).where(Filing.unit_id == unit.id)).one()
    person = make_account(session, "reviewer", unit)
    file = filing_files.add_file(
        session, filing, name="bien-ban.pdf", content=b"%PDF-1.7\n", kind="pdf", account_id=person.id, at=NOW
    )
    return {"filing_id": filing.id, "evidence_id": file.id, "version_number": 1}
