"""The questionnaire on paper: A4, boxes to mark, corner marks, and on every page the batch, the form and the page.

Each box holds the digit that is typed for it, pale enough to be written over. Pages are laid out once; every copy of a
batch draws them again with its own number, so that a thousand copies take no longer to lay out than one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Spacer

from reports.catalogue import gettext
from reports.drawing import BRAND, INK, LINE, MUTED
from reports.figures import Language, Text
from reports.fonts import sans, text_width, wrap
from reports.page import date_from_data, paragraph
from reports.paper_questions import BOX, GROUND, MARGIN, WIDTH, PaperSection, Questions, draw_box, style
from reports.poster import UNDATED, draw_code

TOP, BOTTOM = 15 * mm, 29 * mm
MARK, MARK_PLACE = 5 * mm, 7 * mm  # side of a corner mark, and how far from the paper's edges
CODE_SIDE = 15 * mm
_NOTHING = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """What the form says. `form` names questionnaire and version, `batch_code` the batch its answers are entered in."""

    issuer: Text
    superior: Text = _NOTHING
    title: Text
    one_stop: Text
    place: Text = _NOTHING
    introduction: Text
    legal_reference: Text
    sections: tuple[PaperSection, ...]
    form: str
    batch_code: str


def paper_form_pdf(
    form: PaperForm, language: Language = "vi", *, serials: Sequence[int] = (), moment: datetime = UNDATED
) -> bytes:
    """A copy for each of `serials`, which is printed on it, or one without a number. Same form, same bytes."""
    target = BytesIO()
    frame = Frame(MARGIN, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document = BaseDocTemplate(target, pagesize=A4, lang=f"{language}-VN" if language == "vi" else language)
    document.addPageTemplates(PageTemplate(frames=[frame]))

    def canvas(*arguments: Any, **options: Any) -> Canvas:
        made = _Copies(form, language, serials, *arguments, **{**options, "invariant": 1})
        made.setTitle(f"{form.title[language]} – {form.batch_code}")
        made.setCreator("sipas")
        date_from_data(made, moment)
        return made

    document.build(list(_Story(form, language).flowables()), canvasmaker=canvas)
    return target.getvalue()


class _Copies(Canvas):
    """Keeps the pages as they are laid out, and draws them once for every copy when the document is saved."""

    def __init__(
        self, form: PaperForm, language: Language, serials: Sequence[int], *arguments: Any, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.form, self.language, self.serials = form, language, serials
        self.kept: list[list[Any]] = []

    def showPage(self) -> None:  # noqa: N802 ReportLab's name
        self.kept.append(vars(self)["_code"])
        vars(self)["_code"] = []

    def save(self) -> None:
        for number, content in enumerate(self.kept, 1):
            self.beginForm(f"page{number}", 0, 0, *A4)
            vars(self)["_code"].extend(content)  # there is no public way to what a page has drawn
            self.endForm()
        for serial in self.serials or (None,):
            for number in range(1, len(self.kept) + 1):
                self.doForm(f"page{number}")
                self.furnish(number, serial)
                super().showPage()
        super().save()

    def furnish(self, number: int, serial: int | None) -> None:
        """Corner marks, batch, form, copy and page, in print and as a code."""
        self.setFillColor(black)
        for x in (MARK_PLACE, A4[0] - MARK_PLACE - MARK):
            for y in (MARK_PLACE, A4[1] - MARK_PLACE - MARK):
                self.rect(x, y, MARK, MARK, stroke=0, fill=1)
        form, pages = self.form, len(self.kept)
        copy = "" if serial is None else f"{serial:03}"
        content = " ".join(filter(None, (form.batch_code, form.form.replace(" ", "@"), f"{number}/{pages}", copy)))
        draw_code(self, content, A4[0] - MARGIN - CODE_SIDE - 3 * mm, 9.5 * mm, CODE_SIDE)
        self.setStrokeColor(HexColor(LINE))
        self.setLineWidth(0.5)
        self.line(MARGIN, BOTTOM - 2.5 * mm, A4[0] - MARGIN, BOTTOM - 2.5 * mm)
        left = MARGIN
        named = {
            gettext("Batch", self.language): form.batch_code,
            gettext("Form", self.language): form.form,
            gettext("Copy", self.language): copy,
        }
        for label, value in named.items():
            if value:
                self._label(left, 20 * mm, label)
                size = min(13.0, 13.0 * 42 * mm / text_width(value, sans().bold, 13))
                self.setFillColor(HexColor(INK))
                self.setFont(sans().bold, size)
                self.drawString(left, 14.5 * mm, value)
                left += max(text_width(value, sans().bold, size), 18 * mm) + 8 * mm
        self.setFillColor(HexColor(INK))
        self.setFont(sans().regular, 10)
        page = gettext("Page {n}/{m}", self.language, n=number, m=pages)
        self.drawRightString(A4[0] - MARGIN - CODE_SIDE - 9 * mm, 14.5 * mm, page)

    def _label(self, x: float, y: float, text: str) -> None:
        self.setFillColor(HexColor(MUTED))
        self.setFont(sans().regular, 8)
        self.drawString(x, y, text)


class _Story:
    """The form as flowables, from its head to the thanks."""

    def __init__(self, form: PaperForm, language: Language) -> None:
        self.form, self.language = form, language

    def flowables(self) -> Iterator[Flowable]:
        yield from self._heading()
        yield from Questions(self.form.sections, self.language).flowables()
        thanks = style("thanks", 11, bold=True, alignment=TA_CENTER, textColor=BRAND)
        yield paragraph(gettext("Thank you for your answers!", self.language), thanks)

    def _say(self, text: Text) -> str:
        return text[self.language]

    def _heading(self) -> Iterator[Flowable]:
        form = self.form
        centred: dict[str, Any] = {"alignment": TA_CENTER}
        if superior := self._say(form.superior):
            yield paragraph(superior.upper(), style("superior", 9, **centred))
        yield paragraph(self._say(form.issuer).upper(), style("issuer", 9.5, bold=True, **centred))
        yield Spacer(0, 4 * mm)
        title = style("title", 16, bold=True, textColor=BRAND, **centred)
        yield paragraph(self._say(form.title).upper(), title)
        if reference := self._say(form.legal_reference):
            yield paragraph(f"({reference})", style("reference", 8.8, italic=True, textColor=MUTED, **centred))
        yield Spacer(0, 2.5 * mm)
        yield paragraph(self._say(form.one_stop), style("one-stop", 11.5, bold=True, **centred))
        if place := self._say(form.place):
            yield paragraph(place, style("place", 10, **centred))
        yield Spacer(0, 3 * mm)
        for line in self._say(form.introduction).splitlines():
            yield paragraph(line, style("introduction", 9.6, spaceAfter=2))
        yield _Key(self.language, several=any(q.several for section in form.sections for q in section.questions))
        yield Spacer(0, 3 * mm)


class _Key(Flowable):
    """How to answer, with drawn examples: a marked circle, a corrected one, and squares where there are any."""

    def __init__(self, language: Language, *, several: bool) -> None:
        super().__init__()
        self.items = [
            ("marked", gettext("Please mark one circle for each question.", language)),
            ("corrected", gettext("Wrong circle? Fill it in and mark another one.", language)),
        ]
        if several:
            self.items.append(("square", gettext("Squares: mark as many as apply.", language)))
        self.columns = [wrap(words, sans().regular, 9, WIDTH / len(self.items) - 16 * mm) for _, words in self.items]
        self.width, self.height = WIDTH, max(11 * mm, max(map(len, self.columns)) * 11.5 + 8)

    def draw(self) -> None:
        canvas, each = self.canv, WIDTH / len(self.items)
        canvas.setFillColor(GROUND)
        canvas.roundRect(0, 0, WIDTH, self.height, 4, stroke=0, fill=1)
        for place, ((sign, _), lines) in enumerate(zip(self.items, self.columns, strict=True)):
            x, y = place * each + 4 * mm, (self.height - BOX) / 2
            draw_box(canvas, x, y, "", square=sign == "square")
            canvas.setStrokeColor(HexColor(INK))
            canvas.setFillColor(HexColor(INK))
            if sign == "corrected":
                canvas.circle(x + BOX / 2, y + BOX / 2, BOX / 2, stroke=1, fill=1)
            else:
                canvas.setLineWidth(1.6)
                a, b = 0.24 * BOX, 0.76 * BOX
                canvas.line(x + a, y + a, x + b, y + b)
                canvas.line(x + a, y + b, x + b, y + a)
            canvas.setFont(sans().regular, 9)
            top = self.height / 2 + (len(lines) * 11.5) / 2 - 9
            for number, line in enumerate(lines):
                canvas.drawString(x + 9 * mm, top - number * 11.5, line)
