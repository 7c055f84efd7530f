"""Wordings with an example's figures: looked at before they are used, and tried on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from reportlab.platypus.doctemplate import LayoutError

from reports.decision import decision_specimen_pdf
from reports.figures import Language
from reports.letters import letter_specimen_pdf
from reports.official_texts import OfficialText, Part, standard_text
from reports.page import Issuer
from reports.verification_mark import Verification

_RENDERERS = {"letter": letter_specimen_pdf, "decision": decision_specimen_pdf}
_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_MARK = Verification("https://example.vn/xac-thuc/000000000000", "0000 0000 0000")


def specimen_pdf(document: str, issuer: Issuer, text: OfficialText, language: Language, *, moment: datetime) -> bytes:
    """A document of that kind in these words."""
    return _RENDERERS[document](issuer, text, language, moment=moment)


def part_without_room(document: str, issuer: Issuer, parts: Mapping[str, Part], language: Language) -> str | None:
    """The part of a wording that no page has room for; empty where none is to blame alone, None where all fits. Beside
    the mark by which an issued document is verified."""
    if _fits(document, issuer, parts, language):
        return None
    standard = standard_text(document, language).parts
    tried = (name for name in parts if not _fits(document, issuer, {**standard, name: parts[name]}, language))
    return next(tried, "")


def _fits(document: str, issuer: Issuer, parts: Mapping[str, Part], language: Language) -> bool:
    try:
        _RENDERERS[document](issuer, OfficialText(parts), language, moment=_DAY, verification=_MARK)
    except LayoutError:
        return False
    return True
