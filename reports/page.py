"""The official page of Decree 30/2020/NĐ-CP: head, numbered pages, body styles, signatory and recipients.

The same content gives the same bytes: fonts are a setting, the document's identity is the digest of its content and
its dates come from the data, never from the clock. Text of users is escaped by :func:`markup` on its way into a
paragraph, so that `<` appears as `<`.
"""

from __future__ import annotations

import calendar
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.colors import black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from reports.catalogue import gettext
from reports.figures import Language
from reports.fonts import Family, balanced, serif, text_width
from reports.page_breaks import Signature, bound_together
from reports.wording import official_date

LEFT, RIGHT, TOP, BOTTOM = 30 * mm, 18 * mm, 22 * mm, 20 * mm
CONTENT_WIDTH = A4[0] - LEFT - RIGHT
LANDSCAPE_WIDTH = A4[1] - LEFT - RIGHT  # of the content of a page across, for wide annexes


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues a document and who signs it; what is empty is left blank for the registry or omitted."""

    name: str  # SỞ NỘI VỤ
    superior: str = ""  # ỦY BAN NHÂN DÂN TỈNH …
    number_suffix: str = "/BC"  # behind the blank for the number: /BC-SNV
    place: str = ""
    date: date | None = None
    capacity: str = ""  # TM., KT., TL., TUQ. with the office signed for: KT. GIÁM ĐỐC
    office: str = ""  # PHÓ GIÁM ĐỐC
    authority: str = ""  # who decides: Giám đốc Sở Nội vụ; the office and the body, where it is empty
    signatory: str = ""
    recipients: tuple[str, ...] = ()
    fonts: Family | None = None  # the configured serif; the default order of reports.fonts otherwise


@dataclass(frozen=True, slots=True)
class Styles:
    """Paragraph styles of one document, by what the paragraph is."""

    fonts: Family
    body: ParagraphStyle
    plain: ParagraphStyle
    centred: ParagraphStyle
    heading: ParagraphStyle
    title: ParagraphStyle
    subject: ParagraphStyle
    caption: ParagraphStyle
    cell: ParagraphStyle
    number: ParagraphStyle
    head: ParagraphStyle
    head_number: ParagraphStyle
    note: ParagraphStyle
    ragged_note: ParagraphStyle
    recipients_head: ParagraphStyle
    recipients: ParagraphStyle


@cache
def styles(fonts: Family) -> Styles:
    """Sizes of the decree: body 13 pt justified with a first line of 10 mm, tables 11 pt, recipients 11 pt."""
    base = ParagraphStyle("base", fontName=fonts.regular, fontSize=13, leading=17.5, textColor=black, splitLongWords=1)

    def derived(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=base, **changes)

    cell = derived("cell", fontSize=11, leading=13.5)
    note = derived("note", fontSize=11, leading=14, alignment=TA_JUSTIFY, spaceAfter=3)
    head = ParagraphStyle("head", parent=cell, fontName=fonts.bold, alignment=TA_CENTER)
    return Styles(
        fonts=fonts,
        body=derived("body", alignment=TA_JUSTIFY, firstLineIndent=10 * mm, spaceAfter=6),
        plain=base,
        centred=derived("centred", alignment=TA_CENTER),
        heading=derived("heading", fontName=fonts.bold, spaceBefore=8, spaceAfter=6, firstLineIndent=10 * mm),
        title=derived("title", fontName=fonts.bold, fontSize=14, leading=18, alignment=TA_CENTER),
        subject=derived("subject", fontName=fonts.bold, fontSize=14, leading=18, alignment=TA_CENTER),
        caption=derived("caption", fontName=fonts.italic, fontSize=12, leading=15, spaceBefore=2, spaceAfter=5),
        cell=cell,
        number=ParagraphStyle("number", parent=cell, alignment=TA_RIGHT),
        head=head,
        head_number=ParagraphStyle("head-number", parent=head, alignment=TA_RIGHT),
        note=note,
        ragged_note=ParagraphStyle("ragged-note", parent=note, alignment=TA_LEFT),  # for words too long to justify
        recipients_head=derived("recipients-head", fontName=fonts.bold_italic, fontSize=12, leading=15),
        recipients=derived("recipients", fontSize=11, leading=13.5),
    )


def styles_for(issuer: Issuer) -> Styles:
    return styles(issuer.fonts or serif())


def markup(text: str) -> str:
    """User text for a paragraph: composed (NFC), without control characters, markup characters made literal."""
    composed = unicodedata.normalize("NFC", text)
    return escape("".join(c if c.isprintable() or c == "\u00a0" else " " for c in composed), quote=False)


def paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph of literal text."""
    return Paragraph(markup(text), style)


PLACE_TO_FILL = "…………"  # by hand, as on printed forms


class Head(Flowable):
    """Issuing body with number at the left, national name and motto with place and date at the right."""

    GAP = 6 * mm

    def __init__(self, issuer: Issuer, language: Language) -> None:
        super().__init__()
        self.issuer, self.fonts = issuer, issuer.fonts or serif()
        self.left_width, self.right_width = 0.40 * CONTENT_WIDTH, 0.60 * CONTENT_WIDTH - self.GAP
        self.superior = self._lines(issuer.superior, self.fonts.regular)
        self.name = self._lines(issuer.name, self.fonts.bold)
        self.nation = gettext("SOCIALIST REPUBLIC OF VIET NAM", language)
        self.motto = gettext("Independence – Freedom – Happiness", language)
        self.number = gettext("No.:            {suffix}", language, suffix=issuer.number_suffix)
        day = official_date(issuer.date, language)
        self.place_and_date = f"{issuer.place or PLACE_TO_FILL}, {day}"
        self.lines = max(3, len(self.superior) + len(self.name) + 1)

    def _lines(self, name: str, font: str) -> list[str]:
        return [line for part in name_lines(name) for line in balanced(part, font, 12, self.left_width)]

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return CONTENT_WIDTH, self.lines * 15 + 20

    def draw(self) -> None:
        canvas: Canvas = self.canv
        top = self.lines * 15 + 20
        left, right = self.left_width / 2, CONTENT_WIDTH - self.right_width / 2
        canvas.setLineWidth(0.7)
        y = top - 12
        for line in self.superior:
            self._centred(line, left, y, self.fonts.regular, 12)
            y -= 15
        for line in self.name:
            self._centred(line, left, y, self.fonts.bold, 12)
            y -= 15
        rule = 0.4 * max((text_width(line, self.fonts.bold, 12) for line in self.name), default=0)
        canvas.line(left - rule / 2, y + 10, left + rule / 2, y + 10)
        row = min(y - 6, top - 50)  # number at the left, place and date at the right, clear of both rules
        size = min(13, 13 * self.left_width / text_width(self.number, self.fonts.regular, 13))
        self._centred(self.number, left, row, self.fonts.regular, size)
        size = min(12.5, 12.5 * self.right_width / text_width(self.nation, self.fonts.bold, 12.5))
        self._centred(self.nation, right, top - 12, self.fonts.bold, size)
        self._centred(self.motto, right, top - 28, self.fonts.bold, 13)
        half = text_width(self.motto, self.fonts.bold, 13) / 2
        canvas.line(right - half, top - 32.5, right + half, top - 32.5)
        size = min(13, 13 * self.right_width / text_width(self.place_and_date, self.fonts.italic, 13))
        self._centred(self.place_and_date, right, row, self.fonts.italic, size)

    def _centred(self, text: str, x: float, y: float, font: str, size: float) -> None:
        self.canv.setFont(font, size)
        self.canv.drawCentredString(x, y, text)


def name_lines(name: str) -> list[str]:
    """An issuing body's name in capitals; a people's committee and its place stand on lines of their own."""
    committee = "ỦY BAN NHÂN DÂN"
    capitals = name.upper()
    place = capitals.removeprefix(committee).strip()
    return [committee, place] if capitals.startswith(committee) and place else [capitals]


def title_block(kind: str, subject: Sequence[str], style: Styles) -> list[Flowable]:
    """Type of document in capitals, subject below with the short rule."""
    rule = Table([[""]], colWidths=[40 * mm], rowHeights=[5], style=[("LINEABOVE", (0, 0), (-1, 0), 0.7, black)])
    return [
        Spacer(1, 14),
        paragraph(kind.upper(), style.title),
        *(paragraph(line, style.subject) for text in subject for line in _subject_lines(text, style)),
        Spacer(1, 6),
        rule,
        Spacer(1, 8),
    ]


def _subject_lines(text: str, style: Styles) -> list[str]:
    return balanced(text, style.subject.fontName, style.subject.fontSize, CONTENT_WIDTH)


def closing(
    issuer: Issuer, language: Language, style: Styles, last: str = "", mark: Flowable | None = None
) -> Flowable:
    """Recipients at the left, the signatory's capacity, office and name at the right, kept on one page.

    The `last` sentence of the text stands above them; :func:`build` adds paragraphs before it, where it is short. The
    `mark` by which the document is verified stands below the recipients.
    """
    centred_bold = ParagraphStyle("sign", parent=style.centred, fontName=style.fonts.bold)
    left: list[Flowable] = []
    if issuer.recipients:
        left.append(paragraph(gettext("Recipients:", language), style.recipients_head))
        left += [
            paragraph(f"- {name}{'.' if k == len(issuer.recipients) else ';'}", style.recipients)
            for k, name in enumerate(issuer.recipients, 1)
        ]
    left += [Spacer(1, 6), mark] if mark is not None else []
    right: list[Flowable] = [paragraph(line.upper(), centred_bold) for line in (issuer.capacity, issuer.office) if line]
    right += [Spacer(1, 62), paragraph(issuer.signatory, centred_bold)]
    block = Table([[left, right]], colWidths=[0.45 * CONTENT_WIDTH, 0.55 * CONTENT_WIDTH], style=_BARE)
    text = [paragraph(last, style.body)] if last else []
    return Signature(text, [Spacer(1, 10), block])


_BARE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ]
)


def on_pages_across() -> list[Flowable]:
    """What follows begins a new page and stands on pages across, for tables of :data:`LANDSCAPE_WIDTH`."""
    return [NextPageTemplate("landscape"), PageBreak()]


class _OfficialDocument(BaseDocTemplate):
    """A4 with the decree's margins and the page number centred in the top margin from page 2."""

    def __init__(self, target: BytesIO, font: str, stamp: datetime, **info: Any) -> None:
        super().__init__(
            target,
            pagesize=A4,
            invariant=1,
            leftMargin=LEFT,
            rightMargin=RIGHT,
            topMargin=TOP,
            bottomMargin=BOTTOM,
            **info,
        )
        frame = Frame(LEFT, BOTTOM, CONTENT_WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0, id="body")
        self.number_font, self.stamp = font, stamp
        across = Frame(LEFT, BOTTOM, LANDSCAPE_WIDTH, A4[0] - TOP - BOTTOM, 0, 0, 0, 0, id="across")
        self.addPageTemplates(
            [
                PageTemplate(id="official", frames=[frame], onPage=self._number, pagesize=A4),
                PageTemplate(id="landscape", frames=[across], onPage=self._number, pagesize=landscape(A4)),
            ]
        )

    def _number(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        if document.page == 1:
            date_from_data(canvas, self.stamp)
            return
        canvas.setFont(self.number_font, 13)
        width, height = document.pageTemplate.pagesize
        canvas.drawCentredString(width / 2, height - 13 * mm, str(document.page))


def date_from_data(canvas: Canvas, moment: datetime) -> None:
    """Date the PDF's metadata by its data: ReportLab knows only the clock or a fixed day."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    stamp = TimeStamp(1)
    stamp.t, stamp.lt, stamp.YMDhms = calendar.timegm(utc.timetuple()), utc.timetuple(), tuple(utc.timetuple()[:6])
    vars(canvas)["_doc"]._timeStamp = stamp  # noqa: SLF001  there is no public way


def build(content: Sequence[Flowable], *, title: str, language: Language, issuer: Issuer, moment: datetime) -> bytes:
    """The document's bytes, dated `moment` in its metadata."""
    target = BytesIO()
    document = _OfficialDocument(
        target,
        styles_for(issuer).fonts.regular,
        moment,
        title=unicodedata.normalize("NFC", title),
        author=unicodedata.normalize("NFC", issuer.name),
        subject=gettext("Satisfaction with administrative services", language),
        creator="sipas",
        lang="vi-VN" if language == "vi" else "en-GB",
        displayDocTitle=1,
    )
    document.build(list(bound_together(content, CONTENT_WIDTH)))
    return target.getvalue()
