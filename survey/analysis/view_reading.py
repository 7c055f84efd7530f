"""Reading a view: which tallies, half-months and hidden figures one look at a unit's result needs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy.orm import Session

from survey.analysis import tree
from survey.analysis.estimation import Terms
from survey.analysis.instrument import Instrument, read_instrument
from survey.analysis.population import read_sites
from survey.analysis.tally import Detail, Selection, Tallies, read
from survey.analysis.tally_statement import Source
from survey.analysis.view import ROOT_PATH, Period, View, headline_trust
from survey.models import Unit, Wave


def read_view(
    session: Session,
    wave: Wave,
    unit: Unit | None,
    *,
    terms: Terms | None = None,
    trust: Collection[str] | None = None,
    channel: str | None = None,
    group: str | None = None,
    period: Period | None = None,
    source: Source = "exact",
    only_headline: bool = False,
    with_factors: bool = False,
    crossed: bool = False,
) -> View:
    """Read a unit's subtree in a wave, with all trust levels, channels, groups, flags and half-months of the index.

    `only_headline` reads no more than the headline and the items need (`with_factors` the factors, too), without
    half-months. With a `period` (its first and last
    half-month) everything is read apart by half-month.

    Raises ValueError for more than one filter unless they may be `crossed`: what is shown of one within another would
    have to be judged with all others like it, which is not done.
    """
    filters = (channel, group, period, None if trust is None or set(trust) == set(headline_trust(wave)) else trust)
    if not crossed and sum(each is not None for each in filters) > 1:
        raise ValueError("filters are not crossed")
    terms = terms or Terms.of_wave(wave)
    instrument = read_instrument(session, wave.questionnaire)
    path = unit.path if unit else ROOT_PATH
    if wave.state != "open" and source == "released":
        source = "exact"  # the copies are refreshed while the wave is open, and only then hold anything back
    selection = Selection((wave.id,), unit.path if unit else None, source=source)
    detail = headline_detail(terms, instrument) if only_headline else half_month_detail(terms, instrument)
    if with_factors:
        detail = replace(detail, scopes=instrument.scope_ids)
    if period is not None:
        detail = replace(detail, scopes=(), half_month_scopes=instrument.scope_ids, half_month_items=True)
    tallies = read(session, selection, detail)
    if period is not None:
        tallies = Tallies(tallies.periods, tallies.periods)
    counted = headline_trust(wave)
    levels = tuple(sorted(trust)) if trust is not None else counted
    whole = tallies if unit is None and not only_headline and period is None else None
    hidden = read_hidden(session, wave, instrument, counted, path, source, whole, with_parts=not only_headline)
    sites = read_sites(session, wave, path)
    return View(wave, unit, terms, instrument, sites, tallies, levels, channel, group, source, hidden, period, crossed)


def read_hidden(
    session: Session,
    wave: Wave,
    instrument: Instrument,
    trust: tuple[str, ...],
    path: str,
    source: Source,
    whole: Tallies | None,
    *,
    with_parts: bool,
) -> tree.Hidden:
    """What disclosure control hides at or under `path`: as kept last, else worked out now, from the tallies of the
    `whole` wave if they have been read already."""
    if tree.was_kept(session, wave):
        kept = tree.kept_hidden(session, (wave.id,), path)
        return {unit_id: codes for (_, unit_id), codes in kept.items()}
    figures = tree.hidden_figures(session, wave, instrument, trust, source, whole)
    if not with_parts:
        return figures
    return tree.both(figures, tree.hidden_parts(session, wave, instrument, trust, figures, source))


def headline_detail(terms: Terms, instrument: Instrument) -> Detail:
    if instrument.index is None or terms.aggregation == "mean_of_items":
        scopes = (instrument.index.id,) if instrument.index else ()
        return Detail(all_choices=instrument.conditional, scopes=scopes)
    factors = instrument.factors if terms.aggregation == "mean_of_factors" else ()
    return Detail(all_choices=False, scopes=(instrument.index.id, *(factor.id for factor in factors)))


def half_month_detail(terms: Terms, instrument: Instrument) -> Detail:
    """What must stay apart by half-month so that the headline can be followed through the wave."""
    choices = instrument.conditional or bool(instrument.choices)
    if instrument.index is None or terms.aggregation == "mean_of_items":
        index = (instrument.index.id,) if instrument.index else ()
        return Detail(all_choices=choices, half_month_scopes=index, half_month_items=True)
    factors = instrument.factors if terms.aggregation == "mean_of_factors" else ()
    scopes = (instrument.index.id, *(factor.id for factor in factors))
    return Detail(all_choices=choices, half_month_scopes=scopes)
