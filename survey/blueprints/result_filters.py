"""What a dashboard's address asks for: wave, unit and filters, read from it, offered in a form and said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from flask import abort, request
from flask_babel import gettext

from forms.unit_result import ViewForm
from reports.figures import Language
from reports.wording import short_date
from survey.accounts.scope import can, scope
from survey.analysis import half_month, readable
from survey.analysis.earlier_waves import earlier_waves
from survey.analysis.published import unit_of_wave
from survey.database import current_session
from survey.language import chosen_language
from survey.models import Unit, Wave
from survey.operations.periods import PROVINCE_TIME
from survey.staff_wording import CHANNELS, RESPONDENT_GROUPS, TRUST_LEVELS

FILTERS = ("trust", "channel", "group", "period", "compare")
NARROWING = FILTERS[:-1]
EVERY_LEVEL = "all"


def language() -> Language:
    return cast("Language", chosen_language())


def clock(moment: datetime) -> str:
    """Time and day in the province, as in "14:05, 21/11/2026"."""
    there = moment.astimezone(PROVINCE_TIME)
    return f"{there:%H:%M}, {short_date(there.date(), language())}"


def own_name(named: Unit | Wave) -> str:
    return named.name_en if language() == "en" and named.name_en else named.name_vi


@dataclass(frozen=True, slots=True)
class Asked:
    """A dashboard's wave, unit and filters, as its address says them.

    Who may not read exact figures narrows by one filter at a time, the first: a few people could be told from what two
    of them show together and apart. `left_out` are the others that were asked for.
    """

    wave: Wave
    unit: Unit
    trust: tuple[str, ...] | None
    channel: str | None
    group: str | None
    period: tuple[int, int] | None
    compare: Wave | None
    crossed: bool = False
    left_out: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        compared = self.compare.id if self.compare else None
        return (self.unit.id, self.trust, self.channel, self.group, self.period, compared, self.crossed)

    @property
    def narrowed_by(self) -> str | None:
        """The first of the filters that are set."""
        return next((name for name in NARROWING if getattr(self, name)), None)


def wave_and_unit(wave_code: str, unit_code: str) -> tuple[Wave, Unit]:
    """404 where the wave is unknown or still a draft, or the unit takes no part in it."""
    wave = readable.begun_wave(current_session(), wave_code) or abort(404)
    return wave, unit_of_wave(current_session(), wave, unit_code) or abort(404)


def without_filters(wave_code: str, unit_code: str) -> Asked:
    return Asked(*wave_and_unit(wave_code, unit_code), None, None, None, None, None)


def asked_or_404(wave_code: str, unit_code: str) -> Asked:
    """What the address asks for; 404 for a filter that does not exist."""
    session = current_session()
    wave, place = wave_and_unit(wave_code, unit_code)
    trust, channel, group, period, compare = (request.args.get(name) or None for name in FILTERS)
    known, grid = readable.origins(session, wave), readable.periods(wave)
    if channel not in (None, *known.channels) or group not in (None, *known.groups):
        abort(404)
    if trust not in (None, EVERY_LEVEL, *known.trust) or period not in (None, *grid):
        abort(404)
    earlier = {each.code: each for each in earlier_waves(session, wave)}
    if compare not in (None, *earlier):
        abort(404)
    levels = None if trust is None else known.trust if trust == EVERY_LEVEL else (trust,)
    compared = earlier[compare] if compare else None
    asked = Asked(wave, place, levels, channel, group, grid[period] if period else None, compared)
    if can("results.exact", place.path):
        return replace(asked, crossed=True)
    first = asked.narrowed_by
    others = {name: None for name in NARROWING if name != first and getattr(asked, name)}
    return replace(asked, left_out=bool(others), **others)  # type: ignore[arg-type]  # each of them may be None


def filter_words(asked: Asked) -> list[str]:
    """What the figures were narrowed to, in words."""
    words = []
    if asked.trust is not None:
        words.append(", ".join(str(TRUST_LEVELS[level]) for level in asked.trust))
    if asked.channel:
        words.append(str(CHANNELS[asked.channel]))
    if asked.group:
        words.append(str(RESPONDENT_GROUPS[asked.group]))
    if asked.period:
        words.append(dict(period_labels(asked.wave))[request.args["period"]].strip())
    return words


def view_form(asked: Asked) -> ViewForm:
    """The row of filters with what there is to choose from in this wave."""
    session, within = current_session(), scope("results.read").covers(Unit.path)
    known = readable.origins(session, asked.wave)
    form = ViewForm(request.args)
    waves = [wave for wave in readable.begun_waves(session, within) if unit_of_wave(session, wave, asked.unit.code)]
    units = readable.units_around(session, asked.wave, asked.unit, within)
    levels = {level: TRUST_LEVELS[level] for level in known.trust}
    form.offer(
        wave={wave.code: own_name(wave) for wave in waves},
        unit={each.code: own_name(each) for each in units},
        trust={"": gettext("Those the wave counts"), **levels, EVERY_LEVEL: gettext("All levels together")},
        channel={"": gettext("All channels"), **{code: CHANNELS[code] for code in known.channels}},
        group={"": gettext("All respondents"), **{code: RESPONDENT_GROUPS[code] for code in known.groups}},
        period={"": gettext("The whole wave"), **dict(period_labels(asked.wave))},
        compare={
            "": gettext("The wave before"),
            **{wave.code: own_name(wave) for wave in reversed(earlier_waves(session, asked.wave))},
        },
    )
    form.wave.data, form.unit.data = asked.wave.code, asked.unit.code
    if asked.narrowed_by is not None and not asked.crossed:
        form.leave_alone(set(NARROWING) - {asked.narrowed_by})
    return form


def period_labels(wave: Wave) -> Iterator[tuple[str, str]]:
    for code, (first, last) in readable.periods(wave).items():
        label = half_month.label(first) if first == last else half_month.month_label(first // 2)
        yield code, label[language()] if first != last else "\u00a0\u00a0" + label[language()]
