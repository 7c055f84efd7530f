"""The report on an agency's one-stop counter score: total and grade, indicators, periods, dossiers on time, method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer

from reports.catalogue import gettext
from reports.counter_score_chart import indicator_chart, score_trend_chart
from reports.counter_score_figures import Indicator, SatisfactionFigures, UnitScore
from reports.counter_score_wording import (
    fixed_sentence,
    grade_name,
    group_gap_sentence,
    group_part_name,
    indicator_name,
    left_out_sentence,
    on_time_sentence,
    on_time_target,
    period_name,
    points,
    survey_origin,
    survey_sentence,
    total,
)
from reports.data_table import data_table
from reports.figures import Language
from reports.issuer import unit_as_issuer
from reports.page import CONTENT_WIDTH, Head, Issuer, Styles, build, closing, markup, paragraph, styles_for, title_block
from reports.wording import NO_NUMBER, count, percent, verdict_word

CHART_WIDTH = 560  # units across the page


def counter_score_pdf(
    score: UnitScore,
    trend: Sequence[UnitScore],
    group: SatisfactionFigures,
    language: Language = "vi",
    *,
    moment: datetime,
    issuer: Issuer | None = None,
) -> bytes:
    """The signed-to-be report of the unit on a period; the same figures, issuer and moment give the same bytes."""
    issuer = issuer or unit_as_issuer(score.place, language)
    title = gettext("One-stop counter score", language)
    content = [*_Document(score, trend, group, language, issuer).content()]
    return build(content, title=title, language=language, issuer=issuer, moment=moment)


class _Document:
    """The parts of the report in reading order."""

    def __init__(
        self,
        score: UnitScore,
        trend: Sequence[UnitScore],
        group: SatisfactionFigures,
        language: Language,
        issuer: Issuer,
    ) -> None:
        self.score, self.trend, self.group, self.language, self.issuer = score, trend, group, language, issuer
        self.style = styles_for(issuer)

    def content(self) -> Iterator[Flowable]:
        language, score = self.language, self.score
        yield Head(self.issuer, language)
        subject = gettext("Result of scoring the handling of administrative procedures", language)
        when = period_name(score.period, language)
        yield from title_block(
            gettext("Report", language), [subject, f"{score.place.name[language]} – {when}"], self.style
        )
        ground = gettext("On the grounds of {reference};", language, reference=score.rules.reference)
        yield Paragraph(f"<i>{markup(ground)}</i>", self.style.body)
        yield from self.result()
        yield from self.indicators()
        yield from self.periods()
        yield from self.dossiers()
        yield from self.satisfaction()
        last = gettext("Reported for consideration and directions./.", language)
        yield closing(self.issuer, language, self.style, last)

    def heading(self, text: str) -> Flowable:
        return paragraph(text, self.style.heading)

    def result(self) -> Iterator[Flowable]:
        language, score = self.language, self.score.score
        yield self.heading(gettext("1. Result", language))
        sentence = gettext(
            "Total: {total} points. Grade: {grade}.",
            language,
            total=total(score, language),
            grade=grade_name(score, language),
        )
        yield paragraph(sentence, self.style.body)
        if fixed := fixed_sentence(self.score, language):
            yield paragraph(fixed, self.style.body)
        if left_out := left_out_sentence(score, self.score.rules.left_out, language):
            yield paragraph(left_out, self.style.body)
        rounding = gettext(
            "The score of an indicator is the mean over the dossiers that tell of it, rounded half up to one decimal.",
            language,
        )
        yield paragraph(rounding, self.style.body)

    def indicators(self) -> Iterator[Flowable]:
        language = self.language
        chart = indicator_chart(self.score.score, language, CHART_WIDTH).flowable(CONTENT_WIDTH)
        yield KeepTogether([self.heading(gettext("2. Points by indicator", language)), chart, Spacer(1, 6)])
        head = [
            gettext("Serial no.", language),
            gettext("Indicator", language),
            gettext("Computed from", language),
            gettext("Points", language),
        ]
        rows = [self._indicator(each) for each in self.score.score.indicators]
        yield data_table(head, rows, (7, 48, 33, 12), self.style, numbers={3})
        for each in self.score.score.indicators:
            if said := survey_sentence(each, language):
                yield paragraph(said, self.style.body)

    def _indicator(self, each: Indicator) -> list[str]:
        language = self.language
        base = gettext("the agency as a whole", language)
        if origin := survey_origin(each, language):
            base = origin
        elif each.dossiers:
            base = gettext("{number} dossiers", language, number=count(each.dossiers, language))
        elif each.points is None:
            base = gettext("no sufficient data: left out", language)
        return [str(each.number), indicator_name(each.number, language), base, points(each.points, language)]

    def periods(self) -> Iterator[Flowable]:
        language = self.language
        if len(self.trend) < 2:
            return
        chart = score_trend_chart(self.trend, language, CHART_WIDTH).flowable(CONTENT_WIDTH)
        yield KeepTogether([self.heading(gettext("3. Over the periods", language)), chart, Spacer(1, 4)])
        head = [
            gettext("Period", language),
            gettext("Grade", language),
            gettext("Total", language),
            gettext("Dossiers", language),
            gettext("Returned on time", language),
        ]
        rows = [
            [
                period_name(each.period, language),
                grade_name(each.score, language),
                total(each.score, language),
                count(each.on_time.dossiers, language),
                percent(each.on_time.estimate.value, language),
            ]
            for each in self.trend
        ]
        yield data_table(head, rows, (24, 30, 16, 13, 17), self.style, numbers={2, 3, 4})

    def dossiers(self) -> Iterator[Flowable]:
        language, on_time = self.language, self.score.on_time
        yield CondPageBreak(90)
        number = 4 if len(self.trend) > 1 else 3
        yield self.heading(gettext("{number}. Dossiers returned on time", language, number=number))
        yield paragraph(on_time_sentence(on_time, language), self.style.body)
        if on_time.dossiers:
            said = gettext(
                "Target {target}: {verdict} ({reference}).",
                language,
                target=on_time_target(self.score, language),
                verdict=verdict_word(on_time.verdict.state, language),
                reference=self.score.rules.on_time_reference,
            )
            yield paragraph(said, self.style.body)

    def satisfaction(self) -> Iterator[Flowable]:
        language, group = self.language, self.group
        number = 5 if len(self.trend) > 1 else 4
        yield CondPageBreak(140)
        yield self.heading(gettext("{number}. Satisfaction group", language, number=number))
        yield paragraph(group_sentence(group, language), self.style.body)
        yield group_table(group, language, self.style)
        for part in group.parts:
            if why := group_gap_sentence(part, language):
                yield paragraph(f"{group_part_name(part.code, language)}: {why}", self.style.note)


def group_sentence(group: SatisfactionFigures, language: Language) -> str:
    """The points of the satisfaction group, out of those of its parts with data, and where it comes from."""
    if group.points is None:
        return gettext("No part has sufficient data for this period.", language)
    said = gettext(
        "{points} of {maximum} points ({reference}); a part without sufficient data is left out.",
        language,
        points=points(group.points, language, 2),
        maximum=points(group.maximum, language, 0),
        reference=group.reference,
    )
    if group.wave is None:
        return said
    survey = gettext("Satisfaction with dossiers: {wave}.", language, wave=group.wave[language].rstrip("."))
    return f"{said} {survey}"


def group_table(group: SatisfactionFigures, language: Language, style: Styles) -> Flowable:
    """Its parts with share, base and points."""
    head = [
        gettext("Part", language),
        gettext("Share", language),
        gettext("Base", language),
        gettext("Points", language),
        gettext("Points possible", language),
    ]
    rows = [
        [
            group_part_name(part.code, language),
            percent(part.share, language),
            count(part.base, language) if part.share is not None else NO_NUMBER,
            points(part.points, language, 2),
            points(part.maximum, language, 0),
        ]
        for part in group.parts
    ]
    return data_table(head, rows, (48, 14, 12, 13, 13), style, numbers={1, 2, 3, 4})
