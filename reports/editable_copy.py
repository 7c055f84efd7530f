"""The editable copy of a document told in blocks, as DOCX: real styles, repeated heads, page numbers, charts as
pictures. The PDF stays the record, and the first page says so."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

from reports.blocks import Block, Drawn, Grid, Heading, Headline, NewPage, Prose, Signatures
from reports.catalogue import gettext
from reports.figures import Figure, Language
from reports.page import BOTTOM, CONTENT_WIDTH, LANDSCAPE_WIDTH, LEFT, PLACE_TO_FILL, RIGHT, TOP, Issuer, name_lines
from reports.picture import chart_png
from reports.wording import (
    answers,
    figure_percent,
    interval,
    official_date,
    people,
    point_score,
    verdict_sentence,
    verdict_word,
)

FONT = "Times New Roman"
LONGEST_PROPERTY = 255  # letters, of the standard
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file in the archive: the same figures give the same bytes


def editable_docx(
    blocks: Iterable[Block], *, kind: str, subject: Iterable[str], language: Language, issuer: Issuer, moment: datetime
) -> bytes:
    """The document's DOCX; `kind` is its type (báo cáo), `moment` the date in its properties."""
    document = Document()
    _prepare(document)
    subject = [*subject]
    properties = document.core_properties
    properties.title, properties.author = _clean(subject[0])[:LONGEST_PROPERTY], _clean(issuer.name)[:LONGEST_PROPERTY]
    properties.last_modified_by = "sipas"
    properties.created = properties.modified = moment.astimezone(UTC).replace(tzinfo=None)
    properties.comments = ""
    copy = _Copy(document, language, issuer)
    copy.opening(kind, subject)
    for block in blocks:
        copy.add(block)
    target = BytesIO()
    document.save(target)
    return _dated(target.getvalue())


class _Copy:
    def __init__(self, document: DocxDocument, language: Language, issuer: Issuer) -> None:
        self.document, self.issuer = document, issuer
        self.language: Language = language
        self.width = CONTENT_WIDTH
        self.last: Paragraph | None = None  # what was written last, if it was text
        self.breaks = False  # a new page begins with what comes next

    def opening(self, kind: str, subject: list[str]) -> None:
        """That it is a copy, the head of Decree 30/2020, type and subject."""
        language, issuer = self.language, self.issuer
        notice = gettext(
            "Editable copy, to be worked on before issue. The record is the PDF: where the two differ, the PDF holds.",
            language,
        )
        self.paragraph(notice, "Notice")
        day = official_date(issuer.date, language)
        nation = gettext("SOCIALIST REPUBLIC OF VIET NAM", language)
        motto = gettext("Independence – Freedom – Happiness", language)
        number = gettext("No.:            {suffix}", language, suffix=issuer.number_suffix)
        name = "\n".join(name_lines(issuer.name))
        rows = [("\n".join(name_lines(issuer.superior)), nation)] if issuer.superior else []
        rows += [(name, motto if rows else nation)]
        rows += [] if issuer.superior else [("", motto)]
        rows += [(number, f"{issuer.place or PLACE_TO_FILL}, {day}")]
        table = self.bare_table(len(rows))
        for y, pair in enumerate(rows):
            for x, text in enumerate(pair):
                cell = table.cell(y, x).paragraphs[0]
                cell.alignment = WD_ALIGN_PARAGRAPH.CENTER
                run = cell.add_run(_clean(text))
                run.bold = y < len(rows) - 1 and not (issuer.superior and (y, x) == (0, 0))
                run.italic = (y, x) == (len(rows) - 1, 1)
                run.underline = text == motto
                run.font.size = Pt(12) if text == nation or (x == 0 and y < len(rows) - 1) else None
        self.paragraph(kind.upper(), "Title")
        for line in subject:
            self.paragraph(line, "Subtitle")

    def add(self, block: Block) -> None:
        match block:
            case Heading(text, level):
                self.begun(self.document.add_heading(_clean(text), level))
            case Prose(text, kind):
                self.paragraph(text if kind == "body" else f"- {text}", "Note" if kind == "note" else "Body Text")
            case Headline(figure):
                self.headline(figure)
            case Drawn(chart):
                self.keep_last()
                self.document.add_picture(BytesIO(chart_png(chart)), width=Pt(self.width))
                described = self.document.inline_shapes[-1]._inline.docPr  # noqa: SLF001  there is no public way
                described.set("descr", _clean(chart.description))
                self.last = None
            case Grid():
                self.grid(block)
            case NewPage(across):
                self.new_page(across=across)
            case Signatures():
                self.signatures()

    def paragraph(self, text: str, style: str) -> Paragraph:
        return self.begun(self.document.add_paragraph(_clean(text), style))

    def begun(self, paragraph: Paragraph) -> Paragraph:
        """The paragraph as the last one, on a new page if one was asked for."""
        if self.breaks:
            paragraph.paragraph_format.page_break_before = True
        self.breaks, self.last = False, paragraph
        return paragraph

    def keep_last(self) -> None:
        """Let the text written last stand on the page of what follows."""
        if self.last is not None:
            self.last.paragraph_format.keep_with_next = True

    def headline(self, figure: Figure) -> None:
        language, verdict = self.language, figure.verdict
        big = self.document.add_paragraph(style="Headline")
        big.add_run(figure_percent(figure, language)).font.size = Pt(26)
        big.add_run(f"   {verdict_word(verdict.state, language)}")
        if figure.estimate.estimate is not None:
            bounds = interval(figure.estimate, language, verdict.target)
            base = f"{people(figure.people, language)}, {answers(figure.answers, language)}"
            told = gettext("95% confidence interval: {bounds}", language, bounds=bounds)
            self.paragraph(f"{told}; {base}.", "Body Text")
        score = point_score(figure, language)
        sentence = verdict_sentence(verdict, language, figure.people)
        self.paragraph(f"{sentence} {score}." if score else sentence, "Body Text")

    def grid(self, grid: Grid) -> None:
        """Columns of signs and small charts are left out: the words beside them say the same."""
        kept = [x for x in range(len(grid.head)) if all(isinstance(row[x], str) for row in grid.rows if row[x])]
        kept = [x for x in kept if grid.head[x]]
        whole = sum(grid.widths[x] for x in kept)
        table = self.document.add_table(1 + len(grid.rows), len(kept), style="Table Grid")
        table.autofit = False
        cells = table._cells  # noqa: SLF001  one reading: asking cell by cell is quadratic
        for y, row in enumerate((grid.head, *grid.rows)):
            for at, x in enumerate(kept):
                cell = cells[y * len(kept) + at]
                cell.width = Pt(self.width * grid.widths[x] / whole)
                text = cell.paragraphs[0]
                text._p.style = "Cell"  # noqa: SLF001  by its id: looking the style up by name takes most of the time
                run = text.add_run(_clean(str(row[x])))
                run.bold = y == 0 or y - 1 in grid.headings
                if run.bold:
                    text.paragraph_format.keep_with_next = True
                if y == 0:
                    text.alignment = WD_ALIGN_PARAGRAPH.CENTER
                elif x in grid.numbers:
                    text.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for y, line in enumerate(table.rows):
            marks = line._tr.get_or_add_trPr()  # noqa: SLF001  there is no public way
            marks.append(OxmlElement("w:cantSplit"))
            if y == 0:
                marks.append(OxmlElement("w:tblHeader"))
        self.paragraph("", "Cell")

    def new_page(self, *, across: bool) -> None:
        turned = self.width == LANDSCAPE_WIDTH
        if turned == across:
            self.breaks = True
            return
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = section.page_height, section.page_width
        section.different_first_page_header_footer = False
        self.width = LANDSCAPE_WIDTH if across else CONTENT_WIDTH

    def signatures(self) -> None:
        language, issuer = self.language, self.issuer
        self.keep_last()
        table = self.bare_table(1)
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001  there is no public way
        left, right = table.cell(0, 0), table.cell(0, 1)
        head = left.paragraphs[0].add_run(gettext("Recipients:", language))
        head.bold, head.italic, head.font.size = True, True, Pt(12)
        for number, recipient in enumerate(issuer.recipients, 1):
            end = "." if number == len(issuer.recipients) else ";"
            left.add_paragraph(f"- {_clean(recipient)}{end}", "Cell")
        right.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        lines = [line.upper() for line in (issuer.capacity, issuer.office) if line]
        right.paragraphs[0].add_run(_clean("\n".join(lines))).bold = True
        signatory = right.add_paragraph()
        signatory.add_run(f"\n\n\n{_clean(issuer.signatory)}").bold = True
        signatory.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def bare_table(self, rows: int) -> Table:
        table: Table = self.document.add_table(rows, 2)
        table.autofit = False
        for row in table.rows:
            row.cells[0].width, row.cells[1].width = Pt(0.39 * CONTENT_WIDTH), Pt(0.61 * CONTENT_WIDTH)
        return table


def _prepare(document: DocxDocument) -> None:
    """Page and styles of the decree; the template's own colours and typefaces are taken away."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = map(
        Pt, (LEFT, RIGHT, TOP, BOTTOM)
    )
    section.different_first_page_header_footer = True
    _page_number(section)
    normal = _style(document, "Normal", 13)
    normal.paragraph_format.space_after = Pt(4)
    body = _style(document, "Body Text", 13).paragraph_format
    body.alignment, body.first_line_indent, body.space_after = WD_ALIGN_PARAGRAPH.JUSTIFY, Mm(10), Pt(6)
    _style(document, "Title", 14, bold=True).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _style(document, "Subtitle", 14, bold=True).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for level, size in ((1, 14), (2, 13)):
        _style(document, f"Heading {level}", size, bold=True).paragraph_format.keep_with_next = True
    for name, size in (("Cell", 11), ("Note", 11), ("Notice", 12), ("Headline", 15)):
        document.styles.add_style(name, 1).base_style = normal
        _style(document, name, size, bold=name == "Headline")
    _style(document, "Cell", 11).paragraph_format.space_after = Pt(1)
    _style(document, "Notice", 12).font.italic = True


def _style(document: DocxDocument, name: str, size: float, *, bold: bool = False) -> ParagraphStyle:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name_of in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name_of), None)
    for name_of in ("w:eastAsia", "w:cs"):
        fonts.set(qn(name_of), FONT)
    borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if borders is not None:  # the template underlines its title
        style.element.pPr.remove(borders)
    return style


def _page_number(section: Section) -> None:
    """The field PAGE in the middle of the head, from the second page."""
    line = section.header.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    line._p.append(field)  # noqa: SLF001  there is no public way


def _clean(text: str) -> str:
    """Composed, and without the control characters that XML refuses."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c.isprintable() or c in "\n\u00a0" else " " for c in composed)


def _dated(archive: bytes) -> bytes:
    """The same archive with the same date in every entry."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as made, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as dated:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            dated.writestr(entry, made.read(name))
    return target.getvalue()
