""" "You said, we did": a unit's last published result, the remedies it shows, and how published waves judged them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures import Judgement
from reports.report_figures import UnitLine, UnitReport
from survey.analysis.remedies import last_published, public_remedies
from survey.analysis.remedy_judgement import PUBLISHED, judge, next_wave
from survey.analysis.summary import unit_report
from survey.analysis.unit_choice import in_list_order
from survey.models import Remedy, Unit


@dataclass(frozen=True, slots=True)
class Answered:
    """A remedy the public reads of; `judgement` where both its waves are published and nothing is hidden."""

    remedy: Remedy
    judgement: Judgement | None


@dataclass(frozen=True, slots=True)
class RespondedPage:
    """`report` is None before the unit's first published wave."""

    report: UnitReport | None
    answered: tuple[Answered, ...]
    below: tuple[Unit, ...] = ()  # the units below that show any

    def counter_line(self, code: str) -> UnitLine | None:
        """The line of the unit's counter with that code."""
        lines = self.report.children if self.report else ()
        return next(
            (each for each in lines if each.place.kind == "counter" and each.place.code.endswith(f"/{code}")), None
        )

    @property
    def counters(self) -> tuple[UnitLine, ...]:
        lines = self.report.children if self.report else ()
        return tuple(line for line in lines if line.place.kind == "counter")


def responded_page(session: Session, unit: Unit) -> RespondedPage:
    """From published waves alone, and from what the public's role may read."""
    wave = last_published(session, unit)
    report = unit_report(session, wave, unit, source="sealed", with_scan=False) if wave is not None else None
    return RespondedPage(
        report, tuple(answered(session, unit, public_remedies(session, unit))), responding_below(session, unit)
    )


def responding_below(session: Session, unit: Unit) -> tuple[Unit, ...]:
    """The units below that show what they did, departments before communes, then by name."""
    shown = select(Remedy.unit_id).where(Remedy.is_public)
    below = Unit.path.startswith(unit.path, autoescape=True) & (Unit.id != unit.id)
    found = session.scalars(select(Unit).where(below, Unit.id.in_(shown)))
    return tuple(sorted(found, key=lambda each: in_list_order(each.kind, each.name_vi, each.code)))


def answered(session: Session, unit: Unit, remedies: Sequence[Remedy]) -> list[Answered]:
    """Each with its judgement, as far as the public may see one."""
    found = []
    for remedy in remedies:
        judgement = None
        later = next_wave(session, remedy.wave, unit, PUBLISHED) if remedy.wave.state == "published" else None
        if later is not None:
            subject, code = remedy.subject, remedy.subject_code
            judgement = judge(session, unit, remedy.wave, later, subject, code, source="sealed", with_others=False)
            if judgement.hidden or judgement.shift.difference is None:
                judgement = None
        found.append(Answered(remedy, judgement))
    return found
