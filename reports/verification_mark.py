"""The mark by which a reader verifies a document: a QR code that leads to its page, with the address and the code."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph

from reports.catalogue import gettext
from reports.figures import Language
from reports.page import Styles, markup
from reports.poster import QUIET_ZONE, draw_code, modules, printed_address

SIDE = 23 * mm  # with the quiet zone: a module of 0.5 mm for the addresses of an installation
WIDTH = 72 * mm  # of the left column of the closing
GAP = 2 * mm


@dataclass(frozen=True, slots=True)
class Verification:
    """Where a document is verified: the `url` in the QR code ends in the document's code, `code` is it as typed."""

    url: str
    code: str


class VerificationMark(Flowable):
    """The QR code at the left, how to use it at the right."""

    def __init__(self, verification: Verification, language: Language, style: Styles) -> None:
        super().__init__()
        self.verification = verification
        small = ParagraphStyle("verification", parent=style.recipients, fontSize=9, leading=11, splitLongWords=1)
        how = gettext(
            "To verify this document, scan the code or open {address} and type the code {code}",
            language,
            address=printed_address(verification.url.rpartition("/")[0]),
            code=verification.code,
        )
        bold = f"<font name='{style.fonts.bold}'>{markup(verification.code)}</font>"
        self.words = Paragraph(f"{markup(how).replace(markup(verification.code), bold)}.", small)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.text_height = self.words.wrap(WIDTH - SIDE - GAP, available_height)[1]
        self.height = max(SIDE, self.text_height)
        return WIDTH, self.height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        module = SIDE / (len(modules(self.verification.url)) + 2 * QUIET_ZONE)
        quiet = QUIET_ZONE * module
        draw_code(canvas, self.verification.url, quiet, self.height - SIDE + quiet, SIDE - 2 * quiet)
        self.words.drawOn(canvas, SIDE + GAP, self.height - SIDE / 2 - self.text_height / 2)
