"""The report of a province in reading order, told in blocks: a summary that stands alone, method, factors, groups,
ranks, years, and what the numbers cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from reports.blocks import Block, Drawn, Grid, Heading, Headline, NewPage, Prose, Sign, Signatures, SmallChart
from reports.catalogue import gettext, gettext_noop, ngettext
from reports.charts import distribution_chart, factor_chart, item_chart
from reports.compilation_figures import GroupFigures, RankLine, RankMovement, Standing
from reports.correction_notes import correction_sentences
from reports.figures import Figure, Language
from reports.notes import coverage, figure_in_words, headline_sentence, method_note, rate_name, self_selected
from reports.province_annexes import annexes
from reports.province_figures import GroupRanking, ProvinceReport
from reports.rank_chart import rank_chart, rank_percents, rank_words
from reports.wording import (
    NO_NUMBER,
    against_word,
    change_sentence,
    count,
    figure_percent,
    interval,
    percent,
    verdict_word,
)
from reports.year_chart import year_chart

CHART_WIDTH = 620  # units of a chart across the text: its 12.5 becomes 9.3 pt
EXTREMES = 3
MOST_ROWS = 14  # of a chart of items or factors on one page

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_MOVEMENTS: dict[RankMovement, str] = {
    "up": gettext_noop("Up"),
    "down": gettext_noop("Down"),
    "cannot_tell": gettext_noop("Cannot tell"),
}
_VOLUNTARY = gettext_noop(
    "People answered of their own accord. What those think who did not answer is not known, and no interval tells it."
)
_LIMITS = (
    gettext_noop(
        "“Not enough evidence” means neither met nor not met: the target lies within what chance alone can explain, or "
        "too few people answered."
    ),
    gettext_noop(
        "A difference between two units or two factors whose intervals overlap widely may be chance. Neither the order "
        "nor a rank by itself shows who works better."
    ),
    gettext_noop(
        "The survey shows what people think, not why. That a percentage rose after a measure does not prove that the "
        "measure raised it."
    ),
    gettext_noop(
        "Waves are compared only on items that were asked alike in both. Other surveys (PAPI, the national SIPAS) ask "
        "other people other questions; their percentages stand beside these and are not subtracted from them."
    ),
    gettext_noop(
        "A hidden figure is not a bad one: too few people stand behind it, or it would give away a smaller group."
    ),
)


def province_blocks(report: ProvinceReport, language: Language) -> Iterator[Block]:
    """All parts but the cover; those without figures leave themselves out."""
    parts = _Parts(report, language)
    yield from parts.summary()
    if not report.whole.index.suppressed:
        yield NewPage()
        for part in (parts.method, parts.factors, parts.groups, parts.ranks, parts.years):
            yield from part()
    else:
        yield from parts.method()
    yield from parts.limits()
    yield Signatures()
    if not report.whole.index.suppressed:
        yield from annexes(report, language)


class _Parts:
    def __init__(self, report: ProvinceReport, language: Language) -> None:
        self.report, self.whole, self.compilation = report, report.whole, report.compilation
        self.language: Language = language
        self.chapters = 0

    def chapter(self, text: str) -> Heading:
        self.chapters += 1
        return Heading(f"{_ROMAN[self.chapters - 1]}. {text}")

    def summary(self) -> Iterator[Block]:
        """What a leader reads alone."""
        language, whole = self.language, self.whole
        yield self.chapter(gettext("Summary", language))
        yield Prose(headline_sentence(whole, language))
        yield Headline(whole.index)
        for sentence in correction_sentences(whole, language):
            yield Prose(sentence, "point")
        if whole.index.suppressed:
            return
        yield Prose(standing_sentence(self.compilation.whole.standing, language), "point")
        yield Prose(self.returned(), "point")
        ranked = [figure for figure in whole.factors if figure.estimate.estimate is not None]
        if len(ranked) > 1:
            ranked.sort(key=lambda figure: figure.estimate.estimate or 0.0)
            highest = gettext("Highest factor: {figure}.", language, figure=self.named(ranked[-1]))
            lowest = gettext("Lowest factor: {figure}.", language, figure=self.named(ranked[0]))
            yield Prose(highest, "point")
            yield Prose(lowest, "point")
        weakest = list(whole.weakest_first())
        if len(weakest) >= 2 * EXTREMES:
            named = "; ".join(self.with_percent(figure) for figure in weakest[:EXTREMES])
            yield Prose(gettext("Items that satisfy least: {items}.", language, items=named), "point")
        for change in whole.changes[:1]:
            moved = change_sentence(change, language, whole.index.estimate)
            yield Prose(f"{against_word(change, language)} ({change.wave_name[language]}): {moved}.", "point")
        if whole.method.design == "self_selected":
            yield Prose(self_selected(whole.index.people, language) + ".", "point")

    def returned(self) -> str:
        """Forms that came back, at what rate, and how many dossiers stand behind the weighted figure."""
        language, quality = self.language, self.whole.quality
        text = ngettext(
            "{n} form counted", "{n} forms counted", quality.responses, language, n=self.n(quality.responses)
        )
        if not self.whole.of_citizens:
            return f"{text}."
        if quality.rate is not None:
            text += f"; {rate_name(quality, language).lower()}: {percent(quality.rate, language)}"
        covered = self.whole.coverage
        if covered is not None and covered.total:
            return f"{text}. " + next(coverage(covered, language))
        return f"{text}."

    def n(self, number: int) -> str:
        return count(number, self.language)

    def named(self, figure: Figure) -> str:
        return f"{figure.label[self.language]}: {figure_in_words(figure, self.language)}"

    def with_percent(self, figure: Figure) -> str:
        return f"{figure.label[self.language]} ({figure_percent(figure, self.language)})"

    def method(self) -> Iterator[Block]:
        yield self.chapter(gettext("Method", self.language))
        names = {unit.line.place.code: unit.line.place.name[self.language] for unit in self.compilation.units}
        for sentence in method_note(self.whole, self.language, names):
            yield Prose(sentence, "note")
        if self.whole.ledger_head:
            head = gettext("Head of the sealed ledger: {head}.", self.language, head=self.whole.ledger_head)
            yield Prose(head, "note")

    def factors(self) -> Iterator[Block]:
        """All factors in one chart, then each with its items."""
        language, whole = self.language, self.whole
        if not whole.charted_factors:
            return
        yield self.chapter(gettext("Results by factor", language))
        yield Drawn(factor_chart(whole.charted_factors, language, CHART_WIDTH))
        items = {item.code: item for item in whole.items}
        pooled = {factor.factor: factor.items for factor in self.report.factor_items}
        for number, figure in enumerate(whole.factors, 1):
            yield Heading(f"{number}. {figure.label[language]}", 2)
            yield Prose(self.named(figure) + ".")
            own = [items[code] for code in pooled.get(figure.code, ()) if code in items]
            for start in range(0, len(own), MOST_ROWS):
                yield Drawn(item_chart(own[start : start + MOST_ROWS], language, CHART_WIDTH, f"items-{number}"))
        if whole.distributed:
            chart = distribution_chart(whole.distributed[:MOST_ROWS], language, CHART_WIDTH)
            yield Heading(f"{len(whole.factors) + 1}. {chart.title}", 2)
            yield Drawn(chart)

    def groups(self) -> Iterator[Block]:
        language, groups = self.language, self.compilation.groups
        if not groups:
            return
        yield self.chapter(gettext("Results by group of units", language))
        head = (gettext("Group", language), *_group_head(language))
        rows = tuple(self.group_row(group) for group in (self.compilation.whole, *groups))
        yield Grid(head, rows, (50, 15, 18, 33, 5, 27, 14), frozenset({1, 2, 3, 6}))
        for group in groups:
            if group.publishable:
                yield Prose(f"{group.name[language]}: {standing_sentence(group.standing, language)}", "point")

    def group_row(self, group: GroupFigures) -> tuple[str | Sign, ...]:
        language, figure = self.language, group.index.headline
        state = figure.verdict.state
        return (
            group.name[language],
            NO_NUMBER if figure.suppressed else self.n(figure.people),
            figure_percent(figure, language),
            interval(figure.estimate, language, figure.verdict.target),
            Sign(state),
            verdict_word(state, language),
            self.n(group.standing.units),
        )

    def ranks(self) -> Iterator[Block]:
        """Ranks as intervals: where two overlap, the order of the two units is not known."""
        language = self.language
        shown = [ranking for ranking in self.report.rankings if ranking.table.ranked > 1]
        if not shown:
            return
        yield self.chapter(gettext("How the units rank", language))
        yield Prose(
            gettext(
                "Each unit has a range of ranks; all ranges hold together with 95% confidence. The bar is that range, "
                "the dot the rank of the percentage alone, the thin line above it the range of the wave before. Where "
                "the ranges of two units overlap, the survey does not tell which of them stands higher.",
                language,
            )
        )
        for number, ranking in enumerate(shown, 1):
            if len(shown) > 1:
                yield Heading(f"{number}. {ranking.name[language]}", 2)
            before = ranking.table.before
            if before is not None:
                yield Prose(gettext("Movement against {wave}.", language, wave=before.name[language]), "note")
            yield self.rank_grid(ranking)

    def rank_grid(self, ranking: GroupRanking) -> Grid:
        language = self.language
        head = (
            gettext("Unit", language),
            gettext("Percent", language),
            gettext("Range of ranks", language),
            gettext("Rank", language),
            gettext("Movement", language),
        )
        percents = rank_percents(ranking.table.lines, language)
        rows = tuple(self.rank_row(line, percents[at], at) for at, line in enumerate(ranking.table.lines))
        return Grid(head, rows, (37, 25, 38, 43, 20), frozenset({1}))

    def rank_row(self, line: RankLine, percentage: str, at: int) -> tuple[str | SmallChart, ...]:
        language, rank = self.language, line.rank
        movement = gettext(_MOVEMENTS[line.movement], language) if line.movement else NO_NUMBER
        return (
            line.unit.line.place.name[language],
            percentage,
            SmallChart(rank_chart(rank, line.before, language, f"rank-{at}")) if rank else "",
            rank_words(rank, language) if rank else gettext("not ranked", language),
            movement,
        )

    def years(self) -> Iterator[Block]:
        years, language = self.report.years, self.language
        if years.reference is None and len(years.own) < 2:
            return
        yield self.chapter(gettext("Over the years", language))
        yield Drawn(year_chart(years, language, CHART_WIDTH))
        for change in self.whole.changes:
            moved = change_sentence(change, language, self.whole.index.estimate)
            yield Prose(f"{against_word(change, language)} ({change.wave_name[language]}): {moved}.", "point")

    def limits(self) -> Iterator[Block]:
        """What would be read into the numbers, and is not in them."""
        language = self.language
        yield self.chapter(gettext("What the numbers cannot say", language))
        if self.whole.method.design == "self_selected":
            yield Prose(gettext(_VOLUNTARY, language), "point")
        *sentences, last = _LIMITS
        for sentence in sentences:
            yield Prose(gettext(sentence, language), "point")
        yield Prose(f"{gettext(last, language)}/.", "point")


def standing_sentence(standing: Standing, language: Language) -> str:
    """How many units stand where, by verdict and by the plain point figure."""
    return gettext(
        "{met} of {units} units met the target, {not_met} did not, and for {open} there is not enough evidence; by the "
        "percentage alone {by_point} ({share}) reach it.",
        language,
        units=count(standing.units, language),
        met=count(standing.met, language),
        not_met=count(standing.not_met, language),
        open=count(standing.inconclusive, language),
        by_point=count(standing.reached_by_point, language),
        share=percent(standing.share(standing.reached_by_point), language),
    )


def _group_head(language: Language) -> tuple[str, ...]:
    return (
        gettext("People", language),
        gettext("Percent", language),
        gettext("95% interval", language),
        "",
        gettext("Verdict", language),
        gettext("Units", language),
    )
