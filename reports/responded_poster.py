"""The poster "You said, we did" of a counter: its last published result and up to three things that were done.

A4, to hang where people wait. Texts of the office shrink together until all of them fit; none is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from itertools import count as counting

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from reports.catalogue import gettext
from reports.drawing import BRAND, INK, LINE, MET, MUTED, NOT_MET
from reports.figures import Figure, Language, Text, VerdictState
from reports.fonts import sans, text_width, wrap
from reports.page import date_from_data
from reports.poster import UNDATED, draw_code, printed_address
from reports.verdict_card import mark
from reports.wording import (
    figure_percent,
    interval,
    people,
    short_date,
    target_percent,
    verdict_word,
)

_GROUNDS: dict[VerdictState, str] = {"met": "#e2f2e8", "not_met": "#f9e7e3", "inconclusive": "#eceff2"}
_INKS: dict[VerdictState, str] = {"met": MET, "not_met": NOT_MET, "inconclusive": MUTED}
WIDTH, HEIGHT = A4
MARGIN, BAND = 18 * mm, 50 * mm
INNER = WIDTH - 2 * MARGIN
CODE = 30 * mm
LARGEST, SMALLEST = 20.0, 7.0  # sizes of the sentences


@dataclass(frozen=True, slots=True)
class Responded:
    """What people said and what was done about it, in a sentence each."""

    said: str
    did: str


@dataclass(frozen=True, slots=True)
class RespondedPoster:
    """`figure` is the counter's own headline where `of_counter`, else the unit's; None before the first publication."""

    unit: Text
    one_stop: Text
    counter: Text  # empty: for the whole unit
    wave: Text
    start: date | None
    end: date | None
    figure: Figure | None
    of_counter: bool
    pairs: tuple[Responded, ...]
    url: str  # of the page with the whole result


def responded_posters_pdf(
    posters: tuple[RespondedPoster, ...], language: Language, *, moment: datetime = UNDATED
) -> bytes:
    """A page a poster; the same posters give the same bytes. Raises `ValueError` without any."""
    if not posters:
        raise ValueError("no posters to print")
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, lang="vi-VN" if language == "vi" else "en-GB")
    canvas.setTitle(f"{gettext('You said – we did', language)}: {posters[0].unit[language]}")
    canvas.setCreator("sipas")
    date_from_data(canvas, moment)
    for poster in posters:
        _Sheet(canvas, poster, language).draw()
        canvas.showPage()
    canvas.save()
    return target.getvalue()


class _Sheet:
    def __init__(self, canvas: Canvas, poster: RespondedPoster, language: Language) -> None:
        self.canvas, self.poster, self.language = canvas, poster, language

    def draw(self) -> None:
        self._band()
        y = HEIGHT - BAND - 15 * mm
        title = gettext("You said – we did", self.language)
        size = min(32.0, 32.0 * INNER / text_width(title, sans().bold, 32))
        self._text(title, WIDTH / 2, y, sans().bold, size, BRAND, "middle")
        y -= 9 * mm
        if self.poster.figure is not None:
            y = self._result(self.poster.figure, y)
        self._pairs(y - 5 * mm, self._foot() + 6 * mm)

    def _band(self) -> None:
        poster, language = self.poster, self.language
        self.canvas.setFillColor(HexColor(BRAND))
        self.canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
        lines: list[tuple[str, str, float, str]] = []
        named = poster.one_stop[language] or poster.unit[language]
        above = poster.unit[language] if poster.one_stop[language] else ""
        for text, font, size, colour in (
            (above, sans().regular, 14.0, "#d7e3ef"),
            (named, sans().bold, 23.0, "#ffffff"),
            (poster.counter[language], sans().bold, 16.0, "#ffffff"),
        ):
            lines += [(line, font, size, colour) for line in wrap(text, font, size, INNER, most_lines=2)]
        height = sum(1.32 * size for _, _, size, _ in lines)
        scale = min(1.0, 0.84 * BAND / height)
        y = HEIGHT - BAND / 2 + scale * height / 2
        for text, font, size, colour in lines:
            y -= 1.05 * scale * size
            self._text(text, WIDTH / 2, y, font, scale * size, colour, "middle")
            y -= 0.27 * scale * size

    def _result(self, figure: Figure, top: float) -> float:
        """The last published result on the tint of its verdict; returns its lower edge."""
        language, state = self.language, figure.verdict.state
        height = 42 * mm
        self.canvas.setFillColor(HexColor(_GROUNDS[state]))
        self.canvas.roundRect(MARGIN, top - height, INNER, height, 9, stroke=0, fill=1)
        left, right = MARGIN + 7 * mm, MARGIN + 0.44 * INNER
        self._text(figure_percent(figure, language).capitalize(), left, top - 16 * mm, sans().bold, 40, INK)
        y = top - 24.5 * mm
        for line in self._base(figure):
            self._text(line, left, y, sans().regular, 11.5, INK)
            y -= 5.4 * mm
        sign = mark(state, 20)
        sign.drawOn(self.canvas, right, top - 13.2 * mm)
        room = MARGIN + INNER - right - 6 * mm
        verdict = verdict_word(state, language)
        size = min(19.0, 19.0 * (room - 26) / text_width(verdict, sans().bold, 19))
        self._text(verdict, right + 26, top - 12 * mm, sans().bold, size, _INKS[state])
        y = top - 19 * mm
        for text in self._about(figure):
            for line in wrap(text, sans().regular, 11.5, room, most_lines=2):
                self._text(line, right, y, sans().regular, 11.5, INK)
                y -= 5.2 * mm
        return top - height

    def _base(self, figure: Figure) -> tuple[str, ...]:
        if figure.suppressed or figure.estimate.estimate is None:
            return ()
        bounds = interval(figure.estimate, self.language, figure.verdict.target)
        answered = people(figure.people, self.language)
        return (
            gettext("{people} answered", self.language, people=answered),
            gettext("95% confidence interval", self.language),
            bounds,
        )

    def _about(self, figure: Figure) -> tuple[str, ...]:
        poster, language = self.poster, self.language
        target = target_percent(figure.verdict.target, language)
        about = [gettext("Target {target} satisfied", language, target=target)]
        about.append(poster.wave[language])
        if poster.start is not None and poster.end is not None:
            about.append(f"{short_date(poster.start, language)} – {short_date(poster.end, language)}")
        if poster.counter.vi and not poster.of_counter:
            about.append(gettext("Result of the whole unit", language))
        return tuple(about)

    def _pairs(self, top: float, bottom: float) -> None:
        """What was said and done, in the largest size in which everything fits, spread over the room there is."""
        pairs, room = self.poster.pairs, top - bottom
        if not pairs:
            return
        steps = (LARGEST - 0.5 * step for step in counting())
        size = next(size for size in steps if size <= SMALLEST or self._height(size) <= room)
        spare = max(0.0, room - self._height(size))
        gap = min(7 * mm, spare / len(pairs))
        y = top - gap / 2
        for number, pair in enumerate(pairs):
            if number:
                self.canvas.setStrokeColor(HexColor(LINE))
                self.canvas.setLineWidth(0.8)
                self.canvas.line(MARGIN, y, MARGIN + INNER, y)
            y = self._pair(pair, y - 0.6 * size, size) - 0.6 * size - gap

    def _height(self, size: float) -> float:
        return sum(self._lines(pair, size) for pair in self.poster.pairs) + 1.2 * size * len(self.poster.pairs)

    def _lines(self, pair: Responded, size: float) -> float:
        """The height of a pair: a label and its sentence, twice."""
        said = len(wrap(pair.said, sans().regular, size, INNER - 8 * mm))
        did = len(wrap(pair.did, sans().bold, size, INNER - 8 * mm))
        return 1.32 * size * (said + did) + 2 * 1.35 * 0.72 * size + 0.5 * size

    def _pair(self, pair: Responded, top: float, size: float) -> float:
        """Draws one pair down from `top`; returns its lower edge."""
        small, y = 0.72 * size, top
        for label, text, font, colour, bar in (
            (gettext("You said", self.language), pair.said, sans().regular, MUTED, LINE),
            (gettext("We have done", self.language), pair.did, sans().bold, MET, MET),
        ):
            start = y
            self._text(label, MARGIN + 8 * mm, y - small, sans().bold, small, colour)
            y -= 1.35 * small
            for line in wrap(text, font, size, INNER - 8 * mm):
                self._text(line, MARGIN + 8 * mm, y - size, font, size, INK)
                y -= 1.32 * size
            self.canvas.setFillColor(HexColor(bar))
            self.canvas.rect(MARGIN, y + 0.1 * size, 1.3 * mm, start - y - 0.1 * size, stroke=0, fill=1)
            y -= 0.25 * size
        return y

    def _foot(self) -> float:
        """The code with its address; returns the upper edge."""
        bottom = 12 * mm
        framed = CODE + 7 * mm
        self.canvas.setFillColor(HexColor("#f4f6f8"))
        self.canvas.rect(0, 0, WIDTH, bottom + framed + 3 * mm, stroke=0, fill=1)
        self.canvas.setFillColor(white)
        self.canvas.roundRect(MARGIN, bottom, framed, framed, 6, stroke=0, fill=1)
        draw_code(self.canvas, self.poster.url, MARGIN + 3.5 * mm, bottom + 3.5 * mm, CODE)
        left = MARGIN + framed + 7 * mm
        room = WIDTH - MARGIN - left
        y = bottom + framed - 9 * mm
        call = gettext("Scan for the whole result and what was done", self.language)
        for line in wrap(call, sans().bold, 14, room, most_lines=2):
            self._text(line, left, y, sans().bold, 14, INK)
            y -= 18
        address = printed_address(self.poster.url)
        size = min(12.0, 12.0 * room / text_width(address, sans().bold, 12))
        self._text(address, left, y - 2, sans().bold, size, BRAND)
        y -= 20
        note = gettext("Answers are voluntary and anonymous. Every opinion is read.", self.language)
        for line in wrap(note, sans().regular, 10.5, room, most_lines=2):
            self._text(line, left, y, sans().regular, 10.5, MUTED)
            y -= 14
        return bottom + framed + 3 * mm

    def _text(self, text: str, x: float, y: float, font: str, size: float, colour: str, anchor: str = "start") -> None:
        self.canvas.setFillColor(HexColor(colour))
        self.canvas.setFont(font, size)
        draw = self.canvas.drawCentredString if anchor == "middle" else self.canvas.drawString
        draw(x, y, text)
