"""The kinds of document that are made in sets: for which units, of which figures, by which renderer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.compilation_workbook import compilation_xlsx
from reports.decision import decision_pdf, decision_title
from reports.emulation_proposal import proposal_pdf, proposal_title
from reports.figures import Language
from reports.letters import letter_title, unit_letter_pdf
from reports.page import Issuer
from reports.province_figures import ProvinceReport
from reports.province_report import province_report_docx, province_report_pdf, report_title
from reports.report_figures import UnitReport
from reports.unit_profile import profile_title, unit_profile_pdf
from reports.unit_report import report_subject, unit_report_pdf
from reports.verification_mark import Verification
from survey.analysis import document_settings, frozen_figures
from survey.analysis.emulation import FrozenList, frozen_list
from survey.analysis.labels import place
from survey.analysis.province_report import compiled_with_previous, province_report, reporting_units
from survey.analysis.published_documents import FiledFigures
from survey.analysis.rank_table import rank_table
from survey.analysis.summary import unit_report
from survey.analysis.unit_profile import Standings, read_standings, unit_profile
from survey.models import EmulationCampaign, Unit, Wave
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day


class FiguresDiffer(OperationError):
    """A document would show other figures than those that were frozen."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "not_fixed": _n("No proposal list of an emulation that rests on the wave %(wave)s is fixed."),
        "differ": _n("The figures of %(unit)s come out otherwise than they were frozen: no document is made of them."),
    }


class Order(NamedTuple):
    """How a document is to be made: in which language, verified where, and in whose name and words: those that held
    at the moment it was asked for."""

    language: Language
    verification: Verification
    asked_at: datetime


class Made(NamedTuple):
    """A finished document: its title, its bytes, the SHA-256 of the figures it shows, and by form the files to work
    with that tell the same."""

    title: str
    content: bytes
    figures_digest: str
    copies: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Maker:
    """A kind of document: the units of a wave it is made for; the digest of the figures it would show now (raises
    :class:`FiguresDiffer` where it cannot be made); how one is made (in a process of its own), with that digest.

    `is_filed` figures are those of filings, which corrections change and everybody may hear of; others were fixed by
    two people for good.
    """

    units: Callable[[Session, Wave], Sequence[Unit]]
    digest: Callable[[FiledFigures, Unit], str]
    make: Callable[[Session, Wave, Unit, Order], Made]
    is_filed: bool = True


def _unit_figures(filed: FiledFigures, unit: Unit) -> str:
    frozen = filed.of(unit)
    return frozen if frozen is not None else _digest(_report(filed.session, filed.wave, unit))


def _unit_report(session: Session, wave: Wave, unit: Unit, order: Order) -> Made:
    report, language = _report(session, wave, unit), order.language
    issuer = _issuer(session, wave, order) if unit == document_settings.issuing_unit(session, wave) else None
    content = unit_report_pdf(report, language, issuer=issuer, verification=order.verification)
    return Made(report_subject(report, language), content, _digest(report))


def _province_figures(filed: FiledFigures, unit: Unit) -> str:
    frozen = filed.below(unit)
    return frozen if frozen is not None else _digest(_report(filed.session, filed.wave, unit))


def _province_report(session: Session, wave: Wave, unit: Unit, order: Order) -> Made:
    """With the annex tables as a workbook, and the report to be worked on."""
    report, language, issuer = _whole_province(session, wave, unit), order.language, _issuer(session, wave, order)
    content = province_report_pdf(report, language, issuer=issuer, verification=order.verification)
    _, previous = compiled_with_previous(session, wave, unit)
    copies = {
        "docx": province_report_docx(report, language, issuer=issuer),
        "xlsx": compilation_xlsx(report.compilation, rank_table(report.compilation, "", previous), language),
    }
    return Made(report_title(report, language), content, _province_figures(FiledFigures(session, wave), unit), copies)


def _issuer(session: Session, wave: Wave, order: Order) -> Issuer | None:
    """The body that issues reports and letters; None for the unit at the top."""
    setting = document_settings.issuer_of(session, wave, order.asked_at)
    return document_settings.printed_issuer(setting, order.language) if setting else None


def _decider(session: Session, wave: Wave, order: Order) -> Issuer | None:
    """The body that issues decisions: the unit at the top (None), unless they are left to whoever issues reports."""
    setting = document_settings.issuer_of(session, wave, order.asked_at)
    return document_settings.printed_issuer(setting, order.language) if setting and setting.decides else None


def _whole_province(session: Session, wave: Wave, unit: Unit) -> ProvinceReport:
    report = province_report(session, wave, unit)
    _refuse_others(session, wave, unit, report.whole)
    return report


def _units_below(session: Session, wave: Wave) -> list[Unit]:
    return frozen_figures.filing_units(session, wave)[1:]


def _profile_figures(filed: FiledFigures, unit: Unit) -> str:
    """Of the unit's figures and of all among which it is ranked."""
    if filed.top is None:  # it is not ranked among others any more
        raise FiguresDiffer("differ", unit=unit.code)
    both = f"{_unit_figures(filed, unit)}\n{_province_figures(filed, filed.top)}"
    return frozen_figures.digest(both.encode())


def _unit_profile(session: Session, wave: Wave, unit: Unit, order: Order) -> Made:
    report = _report(session, wave, unit)
    profile = unit_profile(session, wave, unit, report, _standings(session, wave), province_day(datetime.now(UTC)))
    content = unit_profile_pdf(profile, order.language, verification=order.verification)
    return Made(profile_title(profile, order.language), content, _profile_figures(FiledFigures(session, wave), unit))


def _unit_letter(session: Session, wave: Wave, unit: Unit, order: Order) -> Made:
    report = _report(session, wave, unit)
    (top,) = reporting_units(session, wave)
    sender, language, issuer = place(top), order.language, _issuer(session, wave, order)
    text = document_settings.text_of(session, wave, "letter", language, order.asked_at)
    title = letter_title(report, sender, language, issuer=issuer, text=text)
    content = unit_letter_pdf(report, sender, language, issuer=issuer, text=text, verification=order.verification)
    return Made(title, content, _digest(report))


def _decision(session: Session, wave: Wave, unit: Unit, order: Order) -> Made:
    report, language, issuer = _whole_province(session, wave, unit), order.language, _decider(session, wave, order)
    text = document_settings.text_of(session, wave, "decision", language, order.asked_at)
    content = decision_pdf(report, language, issuer=issuer, text=text, verification=order.verification)
    title = decision_title(report, language, issuer=issuer, text=text)
    return Made(title, content, _province_figures(FiledFigures(session, wave), unit))


def _campaign(session: Session, wave: Wave, unit_kind: str) -> EmulationCampaign | None:
    """The newest fixed campaign among units of that kind that takes its surveyed parts from the wave, run by whom the
    wave is run."""
    runs = document_settings.issuing_unit(session, wave)
    query = select(EmulationCampaign).where(
        EmulationCampaign.wave_id == wave.id,
        EmulationCampaign.owner_id == (runs.id if runs else None),
        EmulationCampaign.unit_kind == unit_kind,
        EmulationCampaign.state == "fixed",
    )
    return session.scalar(query.order_by(EmulationCampaign.year.desc()).limit(1))


def _fixed_list(session: Session, wave: Wave, unit_kind: str) -> FrozenList:
    """Raises :class:`FiguresDiffer` where no list is fixed any more."""
    campaign = _campaign(session, wave, unit_kind)
    fixed = frozen_list(session, campaign) if campaign else None
    if fixed is None:
        raise FiguresDiffer("not_fixed", wave=wave.code)
    return fixed


def _emulation(unit_kind: str) -> Maker:
    """The submission with the fixed proposal list of an emulation."""

    def units(session: Session, wave: Wave) -> Sequence[Unit]:
        campaign = _campaign(session, wave, unit_kind)
        return [campaign.owner] if campaign else []

    def digest_now(filed: FiledFigures, _unit: Unit) -> str:
        return _fixed_list(filed.session, filed.wave, unit_kind).stored.digest

    def make(session: Session, wave: Wave, _unit: Unit, order: Order) -> Made:
        fixed = _fixed_list(session, wave, unit_kind)
        figures, digest = fixed.figures, fixed.stored.digest
        content = proposal_pdf(
            figures,
            order.language,
            digest=digest,
            issuer=_issuer(session, wave, order),
            verification=order.verification,
        )
        return Made(proposal_title(figures, order.language), content, digest)

    return Maker(units, digest_now, make, is_filed=False)


def _standings(session: Session, wave: Wave) -> Standings:
    """Compiled once for all profiles of a set: frozen figures, and those compared with them, stay while their digest
    does."""
    (top,) = reporting_units(session, wave)
    filed = FiledFigures(session, wave)
    frozen = filed.below(top)
    if frozen is None:
        return read_standings(session, wave, top)
    key = (wave.id, filed.with_compared(top, frozen, datetime.now(UTC)))
    if key not in _remembered:
        _remembered.clear()
        _remembered[key] = read_standings(session, wave, top)
    return _remembered[key]


_remembered: dict[tuple[int, str], Standings] = {}


def _report(session: Session, wave: Wave, unit: Unit) -> UnitReport:
    """As the public page shows it. Raises :class:`FiguresDiffer`."""
    report = unit_report(session, wave, unit, source="sealed", with_scan=False)
    _refuse_others(session, wave, unit, report)
    return report


def _refuse_others(session: Session, wave: Wave, unit: Unit, report: UnitReport) -> None:
    """Let no figures pass but those that were frozen, where some were."""
    if FiledFigures(session, wave).of(unit) not in (None, _digest(report)):
        raise FiguresDiffer("differ", unit=unit.code)


def _digest(report: UnitReport) -> str:
    """As a filing freezes it: without what compares it with other waves."""
    return frozen_figures.digest(frozen_figures.canonical(replace(report, changes=(), trend=())))


# One line a kind; its name on the screen stands in survey.document_wording.
KINDS: dict[str, Maker] = {
    "province_report": Maker(reporting_units, _province_figures, _province_report),
    "unit_report": Maker(frozen_figures.filing_units, _unit_figures, _unit_report),
    "unit_profile": Maker(_units_below, _profile_figures, _unit_profile),
    "publication_decision": Maker(reporting_units, _province_figures, _decision),
    "unit_letter": Maker(_units_below, _unit_figures, _unit_letter),
    "emulation_communes": _emulation("commune"),
    "emulation_departments": _emulation("department"),
}
