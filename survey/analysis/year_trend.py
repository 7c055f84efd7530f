"""One's own waves beside the figures that others published of the same years, and the targets then in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from reports.compilation_figures import OwnPoint, ReferencePoint, ReferenceSeries, YearTarget, YearTrend
from reports.figures import Text, TrendPoint
from survey.analysis.estimation import suppressed
from survey.analysis.tally_statement import Source
from survey.analysis.trend import history
from survey.analysis.view_reading import read_view
from survey.models import ReferenceFigure, Target, Unit, Wave

SIPAS, NATIONAL, OVERALL = "SIPAS", "national", "overall"


def year_trend(
    session: Session,
    wave: Wave,
    unit: Unit | None = None,
    *,
    scope: str = NATIONAL,
    content: str = OVERALL,
    source: Source = "exact",
) -> YearTrend:
    """The series of the wave and those before it, with the reference series named; of a wave that asked others than
    citizens, without: published series are about them."""
    own = own_points(session, wave, unit, source=source)
    if wave.respondents != "citizen":
        return beside_targets(session, own, wave.respondents)
    return beside_published(session, own, scope=scope, content=content)


def own_points(
    session: Session, wave: Wave, unit: Unit | None = None, *, source: Source = "exact"
) -> tuple[OwnPoint, ...]:
    """The wave and those before it, as the dashboards have them."""
    view = read_view(session, wave, unit, source=source)
    _, points = history(session, view)
    if wave.code in {point.code for point in points}:
        return tuple(map(_own, points))
    # without an earlier wave the history follows half-months
    index = view.headline.index()
    figure = suppressed(index) if view.concealed else index
    name = Text(wave.name_vi, wave.name_en)
    return (_own(TrendPoint(wave.code, name, wave.period_start, wave.period_end, figure)),)


def beside_published(
    session: Session, own: tuple[OwnPoint, ...], *, scope: str = NATIONAL, content: str = OVERALL
) -> YearTrend:
    """One's own points (one at least) with a reference series, where it is known, and the targets of the years."""
    reference = read_series(session, SIPAS, scope, content)
    years = [point.year for point in own] + [point.year for point in (reference.points if reference else ())]
    return YearTrend(own, reference, tuple(_targets(session, min(years), max(years))))


def beside_targets(session: Session, own: tuple[OwnPoint, ...], respondents: str) -> YearTrend:
    """One's own points (one at least) with nothing but the targets of the years."""
    years = [point.year for point in own]
    return YearTrend(own, None, tuple(_targets(session, min(years), max(years))), respondents)


def _own(point: TrendPoint) -> OwnPoint:
    middle = point.start + (point.end - point.start) / 2
    position = middle.year + (middle.timetuple().tm_yday - 1) / 365
    return OwnPoint(point.code, point.label, middle.year, position, point.figure, point.breaks_before)


def read_series(session: Session, index_code: str, scope: str, content: str) -> ReferenceSeries | None:
    """A published series by year, its breaks where the method changed; None where nothing is known."""
    rows = session.scalars(
        select(ReferenceFigure)
        .where(
            ReferenceFigure.index_code == index_code,
            ReferenceFigure.scope == scope,
            ReferenceFigure.content == content,
        )
        .order_by(ReferenceFigure.year)
    ).all()
    return ReferenceSeries(index_code, scope, content, tuple(_points(rows))) if rows else None


def _points(rows: Sequence[ReferenceFigure]) -> Iterator[ReferencePoint]:
    method = None
    for row in rows:
        lowest, highest = (None if bound is None else Fraction(bound) / 100 for bound in (row.minimum, row.maximum))
        breaks = method is not None and row.method != method
        value = Fraction(row.percent) / 100
        yield ReferencePoint(row.year, value, lowest, highest, row.respondents, row.method, row.source, breaks)
        method = row.method


def known_series(session: Session, index_code: str = SIPAS) -> list[tuple[str, str]]:
    """Scopes and contents of which figures are known."""
    columns = (ReferenceFigure.scope, ReferenceFigure.content)
    rows = session.execute(
        select(*columns).where(ReferenceFigure.index_code == index_code).distinct().order_by(*columns)
    )
    return [(row.scope, row.content) for row in rows]


def _targets(session: Session, first: int, last: int) -> Iterator[YearTarget]:
    """Of each year the target in force at its end, the newest of several."""
    begun = Target.valid_from <= date(last, 12, 31)
    lasting = or_(Target.valid_until.is_(None), Target.valid_until >= date(first, 12, 31))
    rows = session.scalars(select(Target).where(begun, lasting).order_by(Target.valid_from.desc(), Target.code)).all()
    for year in range(first, last + 1):
        day = date(year, 12, 31)
        for row in rows:
            if row.valid_from <= day and (row.valid_until is None or row.valid_until >= day):
                yield YearTarget(year, Fraction(row.value), Text(row.reference_vi, row.reference_en))
                break
