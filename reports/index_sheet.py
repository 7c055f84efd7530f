"""The sheet of all indices over the years: for each a chart and the table behind it, with sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from reports.catalogue import gettext
from reports.data_table import data_table
from reports.figures import Language, Place
from reports.index_chart import index_chart
from reports.index_figures import IndexSeries, IndexYear
from reports.index_wording import aim_words, index_value, reached_words
from reports.issuer import committee_of
from reports.page import CONTENT_WIDTH, Head, Issuer, Styles, build, closing, paragraph, styles_for, title_block
from reports.wording import NO_NUMBER, short_date

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
    day = gettext("(as of {day})", language, day=short_date(moment.date(), language))
    content += title_block(gettext("Appendix", language), [title, day], style)
    content.append(Spacer(1, 8))
    for number, series in enumerate(indices, 1):
        content += _index(number, series, language, style)
    if not indices:
        content.append(paragraph(gettext("No index is recorded.", language), style.body))
    content.append(closing(issuer, language, style))
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


def _index(number: int, series: IndexSeries, language: Language, style: Styles) -> Iterator[Flowable]:
    heading = paragraph(f"{number}. {series.name[language]}", style.heading)
    told = gettext("Published by {publisher}.", language, publisher=series.publisher[language])
    opening: list[Flowable] = [heading, paragraph(told, style.body)]
    if not series.years:
        yield KeepTogether([*opening, paragraph(gettext("Nothing is recorded yet.", language), style.body)])
        return
    chart = index_chart(series, language, CHART_WIDTH, f"index-{series.code}").flowable(CONTENT_WIDTH)
    yield KeepTogether([*opening, chart, Spacer(1, 6)])
    yield CondPageBreak(90)
    head = [
        gettext("Year", language),
        gettext("Value", language),
        gettext("Rank", language),
        gettext("Target", language),
        gettext("Source", language),
    ]
    rows = [_row(series, year, language) for year in series.years]
    yield data_table(head, rows, (9, 13, 12, 33, 33), style, numbers={0, 1, 2})
    yield Spacer(1, 10)


def _row(series: IndexSeries, year: IndexYear, language: Language) -> list[str]:
    rank = NO_NUMBER if year.rank is None else f"{year.rank}/{year.ranked}"
    asked = aim_words(year.aim, series.decimals, language)
    if year.aim and year.is_published:
        asked += f". {reached_words(year.reached, language)}"
    source = ". ".join(text.rstrip(".") for text in (year.source, year.note) if text)
    if year.breaks:
        source += f" ({gettext('another method than before', language)})"
    value = index_value(year.value, language, series.decimals)
    return [str(year.year), value, rank, asked, source or NO_NUMBER]
