"""What a reader needs to judge the figures: forms returned and valid, rate, non-response, alpha, time, mixes, flags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median_low

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures import NO_ESTIMATE, Text
from reports.report_figures import ItemQuality, Mix, Quality
from survey.analysis import disclosure, parts
from survey.analysis.instrument import Instrument, read_instrument
from survey.analysis.item_counts import item_counts, shown
from survey.analysis.reliability import cronbach_alpha
from survey.analysis.scan import Line, scan
from survey.analysis.tally import Cell
from survey.analysis.view import View, headline_trust
from survey.models import KeptStatistic, Unit, Wave

ALPHA, MEDIAN_SECONDS, VALID = "alpha", "median_seconds", "valid"
CLOSED = ("closed", "published")
LINES_BETWEEN_REPORTS = 10_000
PAPER = "paper"


@dataclass(frozen=True, slots=True)
class ValidityRule:
    """When a returned form counts as valid: at least `share` of the index items marked, "no opinion" included."""

    valid_from: date
    share: Fraction
    text: Text

    def accepts(self, choices: tuple[int | None, ...]) -> bool:
        marked = sum(choice is not None for choice in choices)
        return bool(marked) and marked * self.share.denominator >= self.share.numerator * len(choices)


VALIDITY_RULES = (
    ValidityRule(
        date(2017, 1, 1),
        Fraction(1, 2),
        Text(
            "trả lời ít nhất một nửa số tiêu chí của chỉ số (áp dụng từ ngày 01/01/2017)",
            "at least half of the items of the index answered (in force since 1 January 2017)",
        ),
    ),
)


def validity_rule(day: date) -> ValidityRule:
    """The rule in force on `day`; the first one for days before it."""
    return next((rule for rule in reversed(VALIDITY_RULES) if rule.valid_from <= day), VALIDITY_RULES[0])


@dataclass(frozen=True, slots=True)
class Scanned:
    """Numbers from the rows: Cronbach's alpha with its base, median seconds with theirs, and valid forms."""

    alpha: float | None
    alpha_base: int
    median_seconds: int | None
    timed: int
    valid: int


def summarise(lines: Iterable[Line], rule: ValidityRule) -> Scanned:
    rows = list(lines)
    alpha = cronbach_alpha(line.choices for line in rows)
    seconds = [line.seconds for line in rows if line.seconds is not None]
    valid = sum(rule.accepts(line.choices) for line in rows)
    return Scanned(alpha.value, alpha.people, median_low(seconds) if seconds else None, len(seconds), valid)


def index_questions(instrument: Instrument) -> tuple[int, ...]:
    """Question ids of the index; of the overall question where there is no index."""
    if instrument.items or instrument.overall is None:
        return tuple(item.id for item in instrument.items)
    return (instrument.overall.id,)


def scanned_statistics(
    session: Session, wave: Wave, progress: Callable[[int], None] | None = None
) -> list[KeptStatistic]:
    """What one scan of the wave's rows says of every unit of its tree, as rows to keep.

    Takes time in proportion to the responses; `progress` is told now and then how many were read.
    """
    instrument, trust = read_instrument(session, wave.questionnaire), headline_trust(wave)
    rule, questions = validity_rule(wave.period_end), index_questions(instrument)
    lines: dict[int, list[Line]] = defaultdict(list)
    for number, line in enumerate(scan(session, wave, "/", questions, trust), 1):
        lines[line.unit_id].append(line)
        if progress is not None and number % LINES_BETWEEN_REPORTS == 0:
            progress(number)
    paths = {unit.id: unit.path for unit in session.scalars(select(Unit).where(Unit.id.in_(list(lines))))}
    below: dict[int, list[Line]] = defaultdict(list)
    for unit_id, path in sorted(paths.items()):
        for part in path.strip("/").split("/"):
            below[int(part)].extend(lines[unit_id])
    found = []
    for unit_id, of_unit in sorted(below.items()):
        numbers = summarise(of_unit, rule)
        for code, value, base in (
            (ALPHA, numbers.alpha, numbers.alpha_base),
            (MEDIAN_SECONDS, numbers.median_seconds, numbers.timed),
            (VALID, None, numbers.valid),
        ):
            found.append(KeptStatistic(wave_id=wave.id, unit_id=unit_id, code=code, value=value, base=base))
    return found


def _scanned(session: Session, view: View, *, with_scan: bool) -> Scanned | None:
    """What was kept for the unit, else a scan if wanted; None where the rows may not be read (released figures,
    filtered views)."""
    if not view.whole or view.source == "released":
        return None
    if view.unit and view.wave.state in CLOSED and headline_trust(view.wave) == view.trust:
        kept = {
            row.code: row
            for row in session.scalars(
                select(KeptStatistic).where(
                    KeptStatistic.wave_id == view.wave.id,
                    KeptStatistic.unit_id == view.unit.id,
                    KeptStatistic.code.in_((ALPHA, MEDIAN_SECONDS, VALID)),
                )
            )
        }
        if len(kept) == 3:
            alpha, seconds, valid = kept[ALPHA], kept[MEDIAN_SECONDS], kept[VALID]
            median = None if seconds.value is None else int(seconds.value)
            return Scanned(alpha.value, alpha.base, median, seconds.base, valid.base)
    if not with_scan:
        return None
    lines = scan(session, view.wave, view.path, index_questions(view.instrument), view.trust)
    return summarise(lines, validity_rule(view.wave.period_end))


def read_quality(session: Session, view: View, *, with_scan: bool = True) -> Quality:
    """The quality numbers of a view; where the headline is hidden, hardly more than the number of responses."""
    estimator, hidden = view.headline, view.concealed
    responses = estimator.total.responses
    flagged = view.parts.total(lambda cell: _flagged(view, cell))
    scanned = None if hidden else _scanned(session, view, with_scan=with_scan)
    with_flagged = NO_ESTIMATE
    flagged_hidden = (
        hidden
        or not view.subdivides
        or parts.FLAGGED in view.hidden_by_tree
        or disclosure.is_small(flagged.responses)
        or disclosure.is_small(view.people(flagged))
    )
    if flagged.responses and not flagged_hidden:
        every = view.estimator(lambda cell: view.counted(cell) or _flagged(view, cell))
        with_flagged = every.index().estimate
    issued = [site.forms_issued for site in view.sites if site.forms_issued is not None] if view.whole else []
    rate = _response_rate(view)
    forms_per_dossier = Fraction(responses, estimator.population) if estimator.population else None
    alpha_shown = scanned is not None and not disclosure.is_small(scanned.alpha_base)
    return Quality(
        responses,
        None if flagged_hidden else flagged.responses,
        scanned.valid if scanned else None,
        validity_rule(view.wave.period_end).text,
        sum(issued) if issued else None,
        estimator.population,
        "response_rate" if rate is not None else "forms_per_dossier",
        forms_per_dossier if rate is None else rate,
        tuple(_item_qualities(view)),
        scanned.alpha if scanned and alpha_shown else None,
        scanned.alpha_base if scanned and alpha_shown else 0,
        None if scanned is None or disclosure.is_small(scanned.timed) else scanned.median_seconds,
        _mix(view, parts.CHANNEL, lambda cell: cell.origin.channel, view.counted),
        _mix(view, parts.TRUST, lambda cell: cell.origin.trust, lambda cell: not cell.flagged and view.filtered(cell)),
        _mix(view, parts.GROUP, lambda cell: cell.origin.group, view.counted),
        with_flagged,
    )


def _response_rate(view: View) -> Fraction | None:
    """Paper forms returned over paper forms issued: only where people were chosen, every unit that answered says how
    many it issued, and none got back more than that. Other channels have no known number of people asked."""
    if not view.whole or not view.terms.fpc:
        return None
    answered = view.tallies.by(lambda cell: cell.origin.unit_id if view.counted(cell) else None)
    returned = view.tallies.by(
        lambda cell: cell.origin.unit_id if view.counted(cell) and cell.origin.channel == PAPER else None
    )
    paper = [
        (site.forms_issued, returned[site.unit_id].responses if site.unit_id in returned else 0)
        for site in view.sites
        if site.forms_issued is not None or site.unit_id in answered
    ]
    if not any(back for _, back in paper) or any(issued is None or back > issued for issued, back in paper):
        return None
    return Fraction(sum(back for _, back in paper), sum(issued or 0 for issued, _ in paper))


def _flagged(view: View, cell: Cell) -> bool:
    return cell.flagged and cell.origin.trust in view.trust and view.filtered(cell)


def _item_qualities(view: View) -> Iterable[ItemQuality]:
    total = view.headline.total
    for item in view.instrument.items:
        if view.concealed or item.key in view.hidden_here:
            yield ItemQuality(item.code, 0, 0, 0, suppressed=True)
        else:
            counts = item_counts(total, item)
            yield ItemQuality(item.code, shown(total, item), counts.base, counts.no_opinion)


def _mix(view: View, dimension: str, key: Callable[[Cell], str], keep: Callable[[Cell], bool]) -> tuple[Mix, ...]:
    """Responses by channel, trust level or group; those hidden as a part of the answers are hidden here, too."""
    if not view.subdivides:
        return ()
    groups = view.parts.by(lambda cell: key(cell) if keep(cell) else None)
    responses = {code: tally.responses for code, tally in sorted(groups.items()) if tally.responses}
    adding_up = {code: n for code, n in responses.items() if dimension != parts.TRUST or code in view.trust}
    unseen = disclosure.hidden_siblings(adding_up, sum(adding_up.values()))
    return tuple(
        Mix(code, 0, suppressed=True)
        if view.concealed
        or code in unseen
        or disclosure.is_small(number)
        or parts.key(dimension, code) in view.hidden_by_tree
        else Mix(code, number)
        for code, number in responses.items()
    )
