"""The sheet of all indices over the years: for each a chart and the table behind it, with sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from reportlab.platypus import Flowable, KeepTogether, Spacer

from reports.catalogue import gettext
from reports.data_table import data_table
from reports.figures import Language, Place
from reports.index_chart import index_chart
from reports.index_figures import IndexSeries, IndexYear
from reports.index_wording import aim_words, index_value, reached_words
from reports.issuer import committee_of
from reports.page import CONTENT_WIDTH, Head, Issuer, Styles, build, closing, paragraph, styles_for, title_block
from reports.wording import NO_NUMBER, capitalised, short_date

OTHER_METHOD = "*"
CHART_WIDTH = 560  # units across the page: labels of 11 units print at 9.6 pt


def index_sheet_pdf(
    indices: Sequence[IndexSeries], language: Language = "vi", *, place: Place, moment: datetime
) -> bytes:
    """The document the Interior Department attaches to its report; the same indices and moment give the same bytes."""
    issuer = Issuer(
        gettext("Interior Department", language),
        committee_of(place.name[language], language),
        number_suffix="/SNV",
        office=gettext("Director", language),
        recipients=(
            gettext("Chairman of the {committee}", language, committee=committee_of(place.name[language], language)),
            gettext("File: registry", language),
        ),
    )
    style = styles_for(issuer)
    title = gettext("Indices of the province over the years", language)
    content: list[Flowable] = [Head(issuer, language)]
    day = gettext("(as of {day})", language, day=short_date(moment, language))
    content += title_block(gettext("Appendix", language), [title, day], style)
    content.append(Spacer(1, 8))
    for number, series in enumerate(indices, 1):
        content += _index(number, series, language, style)
    if not indices:
        content.append(paragraph(gettext("No index is recorded.", language), style.body))
    last = gettext(
        "The figures are those that the bodies named with each index published; the Interior Department has compiled "
        "them unchanged./.",
        language,
    )
    content.append(closing(issuer, language, style, last))
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


def _index(number: int, series: IndexSeries, language: Language, style: Styles) -> Iterator[Flowable]:
    heading = paragraph(f"{number}. {series.name[language]}", style.heading)
    told = gettext("Published by {publisher}.", language, publisher=series.publisher[language])
    opening: list[Flowable] = [heading, paragraph(told, style.body)]
    if not series.years:
        yield KeepTogether([*opening, paragraph(gettext("Nothing is recorded yet.", language), style.body)])
        return
    chart = index_chart(series, language, CHART_WIDTH, f"index-{series.code}").flowable(CONTENT_WIDTH)
    picture, table = [*opening, chart, Spacer(1, 6)], _table(series, language, style)
    if number == 1:  # below the head of the document, where the whole of it may have no room
        yield KeepTogether(picture)
        yield from table
    else:
        yield KeepTogether([*picture, *table])
    yield Spacer(1, 10)


def _table(series: IndexSeries, language: Language, style: Styles) -> Iterator[Flowable]:
    """The years; a source that all of them share stands below the table."""
    sources = {_source(year) for year in series.years} - {""}
    shared = sources.pop() if len(sources) == 1 else ""
    head = [
        gettext("Year", language),
        gettext("Value", language),
        gettext("Rank", language),
        gettext("Target", language),
    ]
    rows = [_row(series, year, language) for year in series.years]
    if shared:
        yield data_table(head, rows, (10, 15, 14, 61), style, numbers={1, 2})
        yield paragraph(gettext("Source: {source}.", language, source=shared), style.note)
    else:
        head.append(gettext("Source", language))
        rows = [[*row, _source(year) or NO_NUMBER] for row, year in zip(rows, series.years, strict=True)]
        yield data_table(head, rows, (9, 11, 11, 35, 34), style, numbers={1, 2})
    if any(year.breaks for year in series.years):
        other = gettext("another method than before", language)
        yield paragraph(f"{OTHER_METHOD} {capitalised(other)}.", style.note)


def _row(series: IndexSeries, year: IndexYear, language: Language) -> list[str]:
    rank = NO_NUMBER if year.rank is None else f"{year.rank}/{year.ranked}"
    asked = aim_words(year.aim, series.decimals, language)
    if year.aim and year.is_published:
        asked += f". {reached_words(year.reached, language)}"
    value = index_value(year.value, language, series.decimals)
    return [f"{year.year}{OTHER_METHOD if year.breaks else ''}", value, rank, capitalised(asked)]


def _source(year: IndexYear) -> str:
    return ". ".join(text.rstrip(".") for text in (year.source, year.note) if text)
