"""The questions of a paper form: tables of boxes under the words of a scale, lists of boxes, and lines to write on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table

from reports.catalogue import gettext
from reports.drawing import BRAND, INK, LINE, MUTED
from reports.figures import Language, Text
from reports.fonts import sans, text_width
from reports.handwriting import RuledLines
from reports.page import markup, paragraph

MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN
BOX = 5.4 * mm
WIDEST_CHOICE = 34  # characters of a choice that still stands above a column
MOST_COLUMNS = 6
GROUND = HexColor("#eef2f6")


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """One box; `value` is the digit that is typed for it, 0 for "no opinion"."""

    value: int
    words: Text


@dataclass(frozen=True, slots=True)
class PaperCondition:
    """Asked of those who chose one of `choices` at the question of that number."""

    number: int
    choices: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperQuestion:
    """A question by its number on the form; `lines` are ruled for a text, and then there are no choices.

    A `rating` always stands in a table under the words of its scale.
    """

    number: int
    wording: Text
    choices: tuple[PaperChoice, ...] = ()
    several: bool = False
    rating: bool = False
    lines: int = 0
    help: Text | None = None
    condition: PaperCondition | None = None


@dataclass(frozen=True, slots=True)
class PaperSection:
    title: Text
    questions: tuple[PaperQuestion, ...]


def style(name: str, size: float, *, bold: bool = False, italic: bool = False, **more: Any) -> ParagraphStyle:
    face = sans().bold if bold else sans().italic if italic else sans().regular
    return ParagraphStyle(name, **{"fontName": face, "fontSize": size, "leading": 1.3 * size, "textColor": INK, **more})


class Questions:
    """The questions of the sections as flowables."""

    def __init__(self, sections: Sequence[PaperSection], language: Language) -> None:
        self.sections, self.language = sections, language
        self.body = style("body", 10)
        self.head = style("head", 7.6, bold=True, alignment=TA_CENTER, leading=9.2)
        self.band = style("band", 10.5, bold=True, textColor=BRAND)
        self.small = style("small", 8.6, textColor=MUTED)
        self.condition = style("condition", 8.8, italic=True, textColor=MUTED)

    def flowables(self) -> Iterator[Flowable]:
        for run in self._runs():
            if _in_columns(run):
                yield self._matrix(run[0][1].choices, run)
                yield Spacer(0, 3 * mm)
            else:
                yield from self._singly(run)

    def _say(self, text: Text) -> str:
        return text[self.language]

    def _runs(self) -> Iterator[list[tuple[PaperSection, PaperQuestion]]]:
        """Questions one behind the other that offer the same, across sections; a text stands for itself."""
        run: list[tuple[PaperSection, PaperQuestion]] = []
        for section in self.sections:
            for question in section.questions:
                if run and (not question.choices or question.several or question.choices != run[-1][1].choices):
                    yield run
                    run = []
                run.append((section, question))
        if run:
            yield run

    def _matrix(self, choices: tuple[PaperChoice, ...], run: list[tuple[PaperSection, PaperQuestion]]) -> Table:
        column = 15.5 * mm if len(choices) > 4 else 19 * mm
        rows: list[list[Any]] = [["", *(paragraph(self._say(choice.words), self.head) for choice in choices)]]
        look: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("ALIGN", (1, 0), (-1, -1), "CENTER"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE)),
            ("LINEABOVE", (0, 0), (-1, 0), 0.8, HexColor(BRAND)),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(BRAND)),
            ("TOPPADDING", (0, 0), (-1, -1), 3.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.2),
            ("LEFTPADDING", (0, 0), (0, -1), 2),
            ("LEFTPADDING", (1, 0), (-1, -1), 1),
            ("RIGHTPADDING", (1, 0), (-1, -1), 1),
        ]
        if choices[-1].value == 0:
            look.append(("LINEBEFORE", (-1, 0), (-1, -1), 0.4, HexColor(LINE)))
        before: PaperSection | None = None
        for section, question in run:
            if section is not before and question is section.questions[0]:
                at = len(rows)
                rows.append([paragraph(self._say(section.title), self.band), *[""] * len(choices)])
                look += [
                    ("SPAN", (0, at), (-1, at)),
                    ("BACKGROUND", (0, at), (-1, at), GROUND),
                    ("NOSPLIT", (0, at), (-1, at + 1)),
                ]
            before = section
            rows.append([self._words(question), *(_Box(choice.value) for choice in choices)])
        widths = [WIDTH - column * len(choices), *[column] * len(choices)]
        return Table(rows, widths, repeatRows=1, style=look)

    def _words(self, question: PaperQuestion) -> list[Flowable]:
        return [*self._condition(question), self._numbered(question, self.body), *self._help(question)]

    def _numbered(self, question: PaperQuestion, style: ParagraphStyle) -> Paragraph:
        hanging = ParagraphStyle(
            f"{style.name}-numbered", parent=style, leftIndent=7 * mm, bulletFontName=style.fontName, bulletFontSize=10
        )
        return Paragraph(markup(self._say(question.wording)), hanging, bulletText=f"{question.number}.")

    def _condition(self, question: PaperQuestion) -> list[Flowable]:
        if question.condition is None:
            return []
        chosen = [f"“{self._say(words)}”" for words in question.condition.choices]
        either = gettext("or", self.language)
        offered = f" {either} ".join(filter(None, (", ".join(chosen[:-1]), chosen[-1])))
        said = gettext(
            "If you chose {choices} at question {n}, please answer question {own}:",
            self.language,
            choices=offered,
            n=question.condition.number,
            own=question.number,
        )
        return [paragraph(said, self.condition)]

    def _help(self, question: PaperQuestion) -> list[Flowable]:
        if question.help is None:
            return []
        indented = ParagraphStyle("help", parent=self.small, leftIndent=7 * mm)
        return [paragraph(line, indented) for line in self._say(question.help).splitlines()]

    def _singly(self, run: list[tuple[PaperSection, PaperQuestion]]) -> Iterator[Flowable]:
        for section, question in run:
            parts: list[Flowable] = []
            if question is section.questions[0]:
                band = Table([[paragraph(self._say(section.title), self.band)]], [WIDTH])
                band.setStyle([("BACKGROUND", (0, 0), (-1, -1), GROUND), ("LEFTPADDING", (0, 0), (-1, -1), 2)])
                parts += [band, Spacer(0, 1.5 * mm)]
            parts += [*self._condition(question), self._numbered(question, style("asked", 10, bold=True))]
            parts += [*self._help(question), Spacer(0, 1.2 * mm)]
            parts.append(RuledLines(question.lines, WIDTH, 7 * mm) if question.lines else self._boxes(question))
            parts.append(Spacer(0, 3 * mm))
            yield KeepTogether(parts)

    def _boxes(self, question: PaperQuestion) -> Table:
        words = [self._say(choice.words) for choice in question.choices]
        widest = max(text_width(text, sans().regular, 10) for text in words)
        columns = 3 if widest < 46 * mm and len(words) > 2 else 2 if widest < 76 * mm else 1
        cells = [
            [_Box(choice.value, square=question.several), paragraph(text, self.body)]
            for choice, text in zip(question.choices, words, strict=True)
        ]
        down = -(-len(cells) // columns)
        rows = [[part for at in range(row, len(cells), down) for part in cells[at]] for row in range(down)]
        width = (WIDTH - 7 * mm) / columns
        full = [row + [""] * (2 * columns - len(row)) for row in rows]
        table = Table(full, [9 * mm, width - 9 * mm] * columns, hAlign="RIGHT")
        table.setStyle(
            [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
            + [(side, (0, 0), (-1, -1), 1.6) for side in ("TOPPADDING", "BOTTOMPADDING")]
            + [(side, (0, 0), (-1, -1), 1) for side in ("LEFTPADDING", "RIGHTPADDING")]
        )
        return table


def _in_columns(run: list[tuple[PaperSection, PaperQuestion]]) -> bool:
    """Whether the questions stand in a table: their choices are one, and short enough for the heads of columns."""
    first = run[0][1]
    fits = 0 < len(first.choices) <= MOST_COLUMNS and not first.several
    short = all(len(words) <= WIDEST_CHOICE for choice in first.choices for words in (choice.words.vi, choice.words.en))
    return fits and short and (len(run) > 1 or first.rating)


class _Box(Flowable):
    """A circle (choose one) or a square (choose any) with its digit inside."""

    def __init__(self, value: int, *, square: bool = False) -> None:
        super().__init__()
        self.value, self.square = value, square
        self.width = self.height = BOX
        self.hAlign = "CENTER"

    def draw(self) -> None:
        draw_box(self.canv, 0, 0, str(self.value), square=self.square)


def draw_box(canvas: Canvas, x: float, y: float, digit: str, *, square: bool = False) -> None:
    """An empty box with its lower left corner at (x, y)."""
    canvas.setStrokeColor(HexColor("#33414f"))
    canvas.setFillColor(white)
    canvas.setLineWidth(0.9)
    if square:
        canvas.roundRect(x, y, BOX, BOX, 1, stroke=1, fill=1)
    else:
        canvas.circle(x + BOX / 2, y + BOX / 2, BOX / 2, stroke=1, fill=1)
    canvas.setFillColor(HexColor("#8d98a3"))
    canvas.setFont(sans().regular, 7.5)
    canvas.drawCentredString(x + BOX / 2, y + BOX / 2 - 2.6, digit)
