"""The profile of a unit on one page: verdict, rank, factors beside the province's, weakest items, waves, work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import pairwise

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer, Table

from reports.block_page import flowables
from reports.blocks import Block, Cell, Grid, Headline, Prose, Sign, SmallChart
from reports.catalogue import gettext
from reports.correction_notes import correction_sentences
from reports.figures import Figure, Language, TrendPoint
from reports.issuer import unit_as_issuer
from reports.page import BOTTOM, CONTENT_WIDTH, TOP, Issuer, build, styles_for, title_block
from reports.profile_figures import UnitProfile
from reports.rank_chart import rank_chart, rank_words
from reports.verification_mark import Verification, VerificationMark
from reports.wording import (
    NO_NUMBER,
    against_word,
    change_sentence,
    count,
    figure_percent,
    interval,
    period,
    short_date,
    verdict_word,
)

WEAKEST = 3
WAVES = 4
HEIGHT = A4[1] - TOP - BOTTOM - 1


def unit_profile_pdf(
    profile: UnitProfile,
    language: Language = "vi",
    *,
    issuer: Issuer | None = None,
    verification: Verification | None = None,
) -> bytes:
    """Always one page: what long names make too tall is drawn smaller. The same profile gives the same bytes."""
    report = profile.report
    issuer = issuer or unit_as_issuer(report.place, language)
    style = styles_for(issuer)
    wave = report.wave
    when = f"{wave.name[language]}, {period(wave.start, wave.end, language)}"
    content: list[Flowable] = [
        *title_block(gettext("Profile", language), [report.place.name[language], when], style),
        *flowables(profile_blocks(profile, language), language, issuer, style, None),
    ]
    if verification:
        content += [Spacer(1, 4), VerificationMark(verification, language, style)]
    moment = report.compiled_at or datetime.combine(wave.end, time(), UTC)
    return build(
        [OnePage(content)], title=profile_title(profile, language), language=language, issuer=issuer, moment=moment
    )


class OnePage(Flowable):
    """Its content below each other, at full size where that fits on the page, else smaller as a whole."""

    def __init__(self, content: Sequence[Flowable]) -> None:
        super().__init__()
        self.content = content

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.sizes = [part.wrapOn(self.canv, CONTENT_WIDTH, HEIGHT) for part in self.content]
        gaps = (max(a.getSpaceAfter(), b.getSpaceBefore()) for a, b in pairwise(self.content))
        self.gaps = [*gaps, 0]
        self.whole = sum(height for _, height in self.sizes) + sum(self.gaps)
        self.scale = min(1.0, HEIGHT / self.whole)
        return CONTENT_WIDTH, self.whole * self.scale

    def draw(self) -> None:
        canvas: Canvas = self.canv
        y = self.whole
        canvas.scale(self.scale, self.scale)
        for part, (width, height), gap in zip(self.content, self.sizes, self.gaps, strict=True):
            y -= height
            part.drawOn(canvas, (CONTENT_WIDTH - width) / 2 if isinstance(part, Table) else 0, y)
            y -= gap


def profile_title(profile: UnitProfile, language: Language) -> str:
    place = profile.report.place.name[language]
    return gettext("Profile of {place}, {wave}", language, place=place, wave=profile.report.wave.name[language])


def profile_blocks(profile: UnitProfile, language: Language) -> Iterator[Block]:
    report = profile.report
    yield Headline(report.index)
    for sentence in correction_sentences(report, language):
        yield Prose(sentence, "point")
    yield from _rank(profile, language)
    yield _factors(profile, language)
    weakest = [f"{item.label[language]} ({figure_percent(item, language)})" for item in report.weakest_first()]
    if len(weakest) >= 2 * WEAKEST:
        items = "; ".join(weakest[:WEAKEST])
        yield Prose(gettext("Items that satisfy least: {items}.", language, items=items), "point")
    for change in report.changes[:1]:
        moved = change_sentence(change, language, report.index.estimate)
        yield Prose(f"{against_word(change, language)} ({change.wave_name[language]}): {moved}.", "point")
    if len(report.trend) > 1:
        yield _waves(report.trend[-WAVES:], language)
    yield from _work(profile, language)


def _rank(profile: UnitProfile, language: Language) -> Iterator[Block]:
    line = profile.rank
    if line is None:
        return
    among = profile.ranked_among[language] or gettext("all units", language)
    head = gettext("Rank among: {units}", language, units=among)
    words = rank_words(line.rank, language) if line.rank else gettext("not ranked", language)
    drawn: Cell = SmallChart(rank_chart(line.rank, line.before, language, "rank")) if line.rank else ""
    grid = Grid((head, gettext("Range of ranks", language)), ((words, drawn),), (110, 52), frozenset())
    yield grid


def _factors(profile: UnitProfile, language: Language) -> Grid:
    """The index and each factor, with the percentage of all units together beside it."""
    together = {figure.code: figure for figure in profile.province}

    def row(figure: Figure) -> tuple[Cell, ...]:
        beside = together.get(figure.code)
        return (
            figure.label[language],
            figure_percent(figure, language),
            interval(figure.estimate, language, figure.verdict.target),
            Sign(figure.verdict.state),
            verdict_word(figure.verdict.state, language),
            figure_percent(beside, language) if beside else NO_NUMBER,
        )

    head = (
        gettext("Factor", language),
        gettext("Percent", language),
        gettext("95% interval", language),
        "",
        gettext("Verdict", language),
        gettext("All units", language),
    )
    rows = tuple(map(row, (profile.report.index, *profile.report.factors)))
    return Grid(head, rows, (48, 17, 33, 5, 42, 17), frozenset({1, 2, 5}))


def _waves(points: Sequence[TrendPoint], language: Language) -> Grid:
    head = (
        gettext("Wave", language),
        gettext("People", language),
        gettext("Percent", language),
        gettext("95% interval", language),
        "",
        gettext("Verdict", language),
    )
    rows = tuple(
        (
            point.label[language],
            NO_NUMBER if point.figure.suppressed else count(point.figure.people, language),
            figure_percent(point.figure, language),
            interval(point.figure.estimate, language, point.figure.verdict.target),
            Sign(point.figure.verdict.state),
            verdict_word(point.figure.verdict.state, language),
        )
        for point in points
    )
    return Grid(head, rows, (49, 16, 17, 33, 5, 42), frozenset({1, 2, 3}))


def _work(profile: UnitProfile, language: Language) -> Iterator[Block]:
    """Dialogues and remedies, a sentence each."""
    work = profile.work

    def n(number: int) -> str:
        return count(number, language)

    yield Prose(
        gettext(
            "Dialogues held in the period: {held}; promises made there: {promises}; kept: {kept}.",
            language,
            held=n(work.dialogues),
            promises=n(work.promises),
            kept=n(work.promises_kept),
        ),
        "point",
    )
    yield Prose(
        gettext(
            "Remedies decided after this wave: {remedies}; done: {done}. Dialogues and remedies as they stood on "
            "{day}.",
            language,
            remedies=n(work.remedies),
            done=n(work.remedies_done),
            day=short_date(work.counted_on, language),
        ),
        "point",
    )
