"""Questionnaires as files that a browser downloads or brings."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from forms import draft_notation
from forms.definition import Questionnaire
from forms.draft import Draft
from forms.fault import Fault
from reports.figures import Text
from reports.paper_form import paper_form_pdf
from survey.draft_pages import language
from survey.operations.paper_forms import paper_form
from survey.operations.xlsforms import XLSFormError, read_xlsform, to_xlsform

YAML, XLSX, PDF = (
    "application/yaml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/pdf",
)
# Whose form it is stands on the batch's own forms; this one is a specimen.
SPECIMEN = Text("MẪU PHIẾU", "SPECIMEN")


def file_response(asked: Questionnaire, kind: str) -> Response:
    """The questionnaire as "yaml", "xlsx" (an XLSForm) or "pdf" (the form on paper, in the reader's language)."""
    if kind == "yaml":
        body, media = asked.to_yaml().encode(), YAML
    elif kind == "xlsx":
        body, media = to_xlsform(asked), XLSX
    else:
        form = paper_form(asked, batch_code="", issuer=SPECIMEN, one_stop=Text("", ""))
        body, media = paper_form_pdf(form, language()), PDF
    return attachment(body, media, f"{asked.code}-{asked.version}.{kind}")


def attachment(body: bytes, media: str, name: str) -> Response:
    response = Response(body, mimetype=media)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def fault_words(faults: list[Fault]) -> list[str]:
    """Each fault with its place, in the reader's language."""
    return [f"{_place(fault)}{gettext(fault.sentence) % fault.parameters}" for fault in faults]


def _place(fault: Fault) -> str:
    parts = [gettext("Sheet %(sheet)s", sheet=fault.sheet)] if fault.sheet else []
    parts += [gettext("line %(row)s", row=fault.row)] if fault.row else []
    parts += [fault.column] if fault.column else []
    return f"{', '.join(parts)}: " if parts else ""


def read_upload(file: FileStorage | None) -> tuple[Draft | None, list[Fault]]:
    """The draft in a file that somebody brought, or everything that is wrong with it."""
    if file is None or not file.filename:
        return None, [Fault(0, "", gettext("Choose a file first."))]
    content = file.read()
    try:
        if content[:2] == b"PK" or file.filename.lower().endswith((".xlsx", ".xls")):
            return draft_notation.of(read_xlsform(content)), []
        return draft_notation.read(content.decode("utf-8-sig")), []
    except XLSFormError as error:
        return None, list(error.faults)
    except draft_notation.DraftFaults as error:
        return None, list(error.faults)
    except UnicodeDecodeError:
        return None, [Fault(0, "", gettext("The file is no text in UTF-8."))]
