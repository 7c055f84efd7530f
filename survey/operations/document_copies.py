"""The report on a whole wave to be worked on: as it was made along with a document, or made now where none holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reports.figures import Language
from reports.province_report import province_report_docx
from survey.analysis.document_settings import issuer_of, printed_issuer
from survey.analysis.documents import newest_copy
from survey.analysis.province_report import province_report
from survey.analysis.published_documents import FiledFigures
from survey.models import Unit, Wave
from survey.operations.documents import shows_figures_now


def editable_report(session: Session, wave: Wave, unit: Unit, language: Language, at: datetime) -> bytes:
    """The DOCX of a closed wave under the unit. One that was made along with a document is given out again as long as
    its figures and its issuing body hold: drawing it takes a second for two hundred units."""
    issuer, kept = issuer_of(session, wave, at), newest_copy(session, wave, unit, "docx", language)
    if kept is not None:
        document = kept.document
        same_issuer = issuer_of(session, wave, document.run.requested_at) is issuer
        if same_issuer and shows_figures_now(FiledFigures(session, wave), document):
            return kept.content
    printed = printed_issuer(issuer, language) if issuer else None
    return province_report_docx(province_report(session, wave, unit), language, issuer=printed)
