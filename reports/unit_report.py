"""The official report of one unit's survey result, as PDF: verdict first, then the figures, then the method."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, time

from reportlab.platypus import Flowable, Spacer

from reports.catalogue import gettext, ngettext
from reports.charts import distribution_chart, factor_chart
from reports.choice_table import choice_table
from reports.correction_notes import correction_sentences
from reports.data_table import data_table
from reports.drawing import Chart
from reports.figure_table import figure_table, unit_table
from reports.figures import Figure, Language
from reports.issuer import unit_as_issuer
from reports.names import breakdown_name, subject_of, weighting_name
from reports.notes import figure_in_words, headline_sentence, interim, method_note, self_selected
from reports.page import (
    CONTENT_WIDTH,
    Head,
    Issuer,
    Styles,
    build,
    closing,
    paragraph,
    styles_for,
    title_block,
)
from reports.quality_table import quality_rows
from reports.report_figures import UnitReport
from reports.trend_chart import trend_chart
from reports.verdict_card import verdict_card
from reports.verification_mark import Verification, VerificationMark
from reports.wording import (
    against_word,
    change_sentence,
    count,
    figure_percent,
    period,
    signed_points,
)

CHART_WIDTH = 620  # units of a chart across the text: its 12.5 becomes 9.3 pt
HIGHEST_CHART = 620  # points: a page less heading and caption
EXTREMES = 3  # how many of the strongest and weakest items are named


def unit_report_pdf(
    report: UnitReport,
    language: Language = "vi",
    *,
    issuer: Issuer | None = None,
    public_url: str = "",
    verification: Verification | None = None,
) -> bytes:
    """The signed-to-be document of `report`; without an `issuer` the unit itself issues it, to be signed by hand.

    The same report, issuer and addresses give the same bytes.
    """
    place = report.place
    issuer = issuer or unit_as_issuer(place, language)
    moment = report.compiled_at or datetime.combine(report.wave.end, time(), UTC)
    subject = report_subject(report, language)
    content = [*_Document(report, language, issuer, public_url, verification).content(subject)]
    return build(content, title=subject, language=language, issuer=issuer, moment=moment)


def report_subject(report: UnitReport, language: Language) -> str:
    """What the report is about, as it stands below the type of document."""
    place = report.place.name[language]
    if report.of_citizens:
        return gettext("Satisfaction of citizens and organisations at {place}", language, place=place)
    about = subject_of(report.wave.respondents, language)
    return gettext("{subject} about {place}", language, subject=about, place=place)


class _Document:
    """The parts of the report in reading order; a part without figures leaves itself out."""

    def __init__(
        self,
        report: UnitReport,
        language: Language,
        issuer: Issuer,
        public_url: str,
        verification: Verification | None,
    ) -> None:
        self.report, self.language, self.issuer, self.public_url = report, language, issuer, public_url
        self.style: Styles = styles_for(issuer)
        self.mark = VerificationMark(verification, language, self.style) if verification else None
        self.sections = 0

    def content(self, subject: str) -> Iterator[Flowable]:
        wave, language = self.report.wave, self.language
        yield Head(self.issuer, language)
        when = f"{wave.name[language]}, {period(wave.start, wave.end, language)}"
        yield from title_block(gettext("Report", language), [subject, when], self.style)
        if self.report.index.suppressed:
            yield from self.headline()
            yield from self.method()
            yield closing(self.issuer, language, self.style, mark=self.mark)
            return
        for part in (
            self.headline,
            self.changes,
            self.factors,
            self.extremes,
            self.items,
            self.distribution,
            self.trend,
            self.units,
            self.choices,
            self.breakdowns,
            self.quality,
            self.method,
        ):
            yield from part()
        yield closing(self.issuer, language, self.style, mark=self.mark)

    def heading(self, text: str) -> Flowable:
        """A numbered heading."""
        self.sections += 1
        return paragraph(f"{self.sections}. {text}", self.style.heading)

    def headline(self) -> Iterator[Flowable]:
        report, language, index = self.report, self.language, self.report.index
        yield paragraph(headline_sentence(report, language), self.style.body)
        yield verdict_card(report.index, language, self.style)
        for sentence in correction_sentences(report, language):
            yield paragraph(sentence, self.style.body)
        if report.method.interim:
            yield paragraph(interim(language), self.style.body)
        if report.method.design == "self_selected" and not index.suppressed:
            yield paragraph(self_selected(index.people, language) + ".", self.style.body)
        for figure, label in (
            (report.beside, gettext("Beside it, {weighting}", language, weighting=self.weighting(report.beside))),
            (report.overall, gettext("Overall satisfaction, asked separately and outside the index", language)),
            (report.all_satisfied, gettext("Satisfied throughout (all answers 4 or 5)", language)),
        ):
            if figure is not None:
                yield paragraph(f"{label}: {figure_in_words(figure, language)}.", self.style.body)

    def weighting(self, figure: Figure | None) -> str:
        return weighting_name(figure.weighting, self.language) if figure else ""

    def changes(self) -> Iterator[Flowable]:
        language = self.language
        if not self.report.changes:
            return
        yield self.heading(gettext("Change", language))
        for change in self.report.changes:
            moved = change_sentence(change, language, self.report.index.estimate)
            text = f"{against_word(change, language)} ({change.wave_name[language]}): {moved}"
            if change.common_items:
                text += "; " + gettext("compared on {n} common items", language, n=count(change.common_items, language))
            if change.dropped_items:
                items = self.item_names(change.dropped_items)
                text += "; " + gettext("asked in only one of the two: {items}", language, items=items)
            if change.changed_items:
                items = self.item_names(change.changed_items)
                text += "; " + gettext("changed in meaning or scale, not compared: {items}", language, items=items)
            if change.reworded_items:
                items = self.item_names(change.reworded_items)
                text += "; " + gettext("worded otherwise than then: {items}", language, items=items)
            if change.others_difference is not None:
                others = signed_points(change.others_difference, language)
                text += "; " + gettext("the other units: {difference} percentage points", language, difference=others)
            yield paragraph(f"{text}.", self.style.body)

    def item_names(self, codes: Sequence[str]) -> str:
        """Items by label; those that only the other wave asked are counted: their codes would say nothing."""
        labels = {item.code: item.label[self.language] for item in self.report.items}
        named = [labels[code] for code in codes if code in labels]
        if others := len(codes) - len(named):
            n = count(others, self.language)
            named.append(
                ngettext("{n} item of the other wave", "{n} items of the other wave", others, self.language, n=n)
            )
        return ", ".join(named)

    def factors(self) -> Iterator[Flowable]:
        if not self.report.charted_factors:
            return
        charts = _pages_of(self.report.charted_factors, lambda part: factor_chart(part, self.language, CHART_WIDTH))
        yield from self.with_charts(gettext("Factors", self.language), charts)

    def with_charts(self, heading: str, charts: Sequence[Chart]) -> Iterator[Flowable]:
        """Heading, what the charts show, and the charts."""
        yield self.heading(heading)
        if charts[0].title != heading:
            yield paragraph(charts[0].title, self.style.caption)
        for chart in charts:
            yield chart.flowable(CONTENT_WIDTH)
            yield Spacer(1, 8)

    def extremes(self) -> Iterator[Flowable]:
        ordered = list(self.report.weakest_first())
        if len(ordered) < 2 * EXTREMES:
            return
        yield self.heading(gettext("Strongest and weakest items", self.language))
        for label, figures in (
            (gettext("Strongest", self.language), ordered[: -EXTREMES - 1 : -1]),
            (gettext("Weakest", self.language), ordered[:EXTREMES]),
        ):
            named = "; ".join(f"{f.label[self.language]} ({figure_percent(f, self.language)})" for f in figures)
            yield paragraph(f"{label}: {named}.", self.style.body)

    def items(self) -> Iterator[Flowable]:
        if self.report.items:
            yield self.heading(gettext("Items", self.language))
            yield figure_table(gettext("Item", self.language), self.report.items, self.language, self.style)

    def distribution(self) -> Iterator[Flowable]:
        figures = self.report.distributed
        if figures:
            charts = _pages_of(figures, lambda part: distribution_chart(part, self.language, CHART_WIDTH))
            yield from self.with_charts(gettext("Distribution of answers", self.language), charts)

    def trend(self) -> Iterator[Flowable]:
        if len(self.report.trend) > 1:
            chart = trend_chart(self.report.trend, self.language, CHART_WIDTH)
            yield from self.with_charts(gettext("Trend", self.language), [chart])

    def units(self) -> Iterator[Flowable]:
        if not self.report.children:
            return
        yield self.heading(gettext("Units and counters", self.language))
        yield unit_table(self.report.children, self.language, self.style)

    def choices(self) -> Iterator[Flowable]:
        for question in self.report.choices:
            if question.suppressed or question.people:
                yield self.heading(question.label[self.language])
                yield from choice_table(question, self.language, self.style)

    def breakdowns(self) -> Iterator[Flowable]:
        for code, figures in self.report.breakdowns:
            name = breakdown_name(code, self.language)
            yield self.heading(name)
            yield figure_table(gettext("Group", self.language), figures, self.language, self.style)

    def quality(self) -> Iterator[Flowable]:
        language = self.language
        rows = [(row.label, row.printed) for row in quality_rows(self.report, language)]
        if not rows:
            return
        yield self.heading(gettext("Quality of the data", language))
        yield data_table(
            (gettext("Measure", language), gettext("Value", language)), rows, (120, 42), self.style, numbers={1}
        )

    def method(self) -> Iterator[Flowable]:
        yield self.heading(gettext("Method note", self.language))
        *sentences, last = method_note(self.report, self.language)
        for sentence in sentences:
            yield paragraph(f"- {sentence}", self.style.note)
        if self.report.ledger_head:
            seal = gettext("Head of the sealed ledger: {head}.", self.language, head=self.report.ledger_head)
            yield paragraph(f"- {seal}", self.style.ragged_note)
        if self.public_url:
            address = gettext("Published at {address}.", self.language, address=self.public_url)
            yield paragraph(f"- {address}", self.style.ragged_note)
        yield paragraph(f"- {last.rstrip('.')}./.", self.style.note)


def _pages_of(figures: Sequence[Figure], draw: Callable[[Sequence[Figure]], Chart]) -> list[Chart]:
    """One chart, or as many as it takes for each to fit on a page."""
    chart = draw(figures)
    if chart.flowable(CONTENT_WIDTH).height <= HIGHEST_CHART or len(figures) == 1:
        return [chart]
    half = (len(figures) + 1) // 2
    return [*_pages_of(figures[:half], draw), *_pages_of(figures[half:], draw)]
