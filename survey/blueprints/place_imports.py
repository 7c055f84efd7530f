"""The way of a file of places through its two pages: what it would do, and then doing it. No blueprint of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.fault import Fault
from forms.place import UploadForm
from reports.sheets import Rows, sheets_xlsx, table_csv
from survey.accounts.guard import account, commit
from survey.database import current_session
from survey.numbers import a_key
from survey.operations import audit
from survey.operations.bounded import BoundedError, ReadersBusy
from survey.operations.errors import OperationError
from survey.operations.place_tables import Outcome, TableError
from survey.operations.place_uploads import find_upload, fingerprint, finish_upload, keep_upload
from survey.operations.writing import begin_write
from survey.staff_pages import say

BODY_LIMIT = 6 * 1024 * 1024
SHOWN = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(slots=True)
class Preview:
    """What the page shows of a file: its outcome, or its faults."""

    file_name: str
    upload_id: int | None = None
    outcome: Outcome | None = None
    seen: str = ""
    refusal: str = ""
    faults: tuple[Fault, ...] = field(default_factory=tuple)


def import_page(kind: str, run: Callable[[bytes], Outcome], back: str, **shown: Any) -> ResponseReturnValue:
    """Serve both steps of an import of `kind`; `run` imports into the session, `back` is the endpoint of the list.

    `shown` are the template's `columns` (name and what stands in it) and `template`, the endpoint of the export.
    """
    form = UploadForm()
    preview = None
    if request.method == "POST" and (upload_id := request.form.get("upload", type=a_key)) is not None:
        try:
            preview = confirmed(kind, run, upload_id)
        except ReadersBusy:
            raise  # the page of its own keeps what is to be confirmed
        except OperationError as error:
            current_session().rollback()
            flash(say(error), "danger")
        else:
            if preview is None:
                flash(gettext("The file was imported."), "success")
                return redirect(url_for(back))
            flash(gettext("Something changed since you looked. Please look again before you confirm."), "warning")
    elif form.validate_on_submit():
        preview = looked_at(kind, run, form.file.data.filename or "", form.file.data.read())
    return render_template(
        "places/import.html", form=form, preview=preview, back=back, most=SHOWN, fault_words=fault_words, **shown
    )


def looked_at(kind: str, run: Callable[[bytes], Outcome], file_name: str, content: bytes) -> Preview:
    """What the file would do; where it may be done, the file is kept. Nothing else is stored."""
    session, who = current_session(), account().id
    session.commit()  # what was read so far; the import begins as a writer when the file is read
    outcome, preview = tried(run, file_name, content)
    if outcome is not None and not outcome.is_empty:
        begin_write(session)
        now = datetime.now(UTC)
        kept = keep_upload(session, account_id=who, kind=kind, file_name=file_name, content=content, at=now)
        preview.upload_id = kept.id
        commit()
    return preview


def tried(run: Callable[[bytes], Outcome], file_name: str, content: bytes) -> tuple[Outcome | None, Preview]:
    """Import and take it back."""
    try:
        outcome = run(content)
    except TableError as error:
        return None, Preview(file_name, refusal=say(error), faults=error.faults)
    except BoundedError as error:
        return None, Preview(file_name, refusal=say(error))
    finally:
        current_session().rollback()
    return outcome, Preview(file_name, outcome=outcome, seen=fingerprint(outcome))


def confirmed(kind: str, run: Callable[[bytes], Outcome], upload_id: int) -> Preview | None:
    """Do what was looked at. A preview instead, with nothing done, where it would be something else by now."""
    session, now = current_session(), datetime.now(UTC)
    upload = find_upload(session, upload_id, account_id=account().id, kind=kind, at=now)
    content, file_name = upload.content, upload.file_name
    session.commit()
    try:
        outcome = run(content)
    except TableError as error:
        session.rollback()
        return Preview(file_name, refusal=say(error), faults=error.faults)
    if fingerprint(outcome) != request.form.get("seen", ""):
        session.rollback()
        return Preview(file_name, upload_id=upload_id, outcome=outcome, seen=fingerprint(outcome))
    finish_upload(session, upload, outcome)
    commit()
    return None


def fault_words(fault: Fault) -> str:
    """The fault's sentence in the reader's language."""
    return gettext(fault.sentence) % fault.parameters


def table_file(kind: str, name: str, rows: Rows, suffix: str) -> Response:
    """A table as a download, noted in the audit log."""
    content = sheets_xlsx({name: rows}) if suffix == "xlsx" else table_csv(rows)
    current_session().commit()  # SQLite refuses a writer whose transaction began by reading
    begin_write(current_session())
    audit.record(current_session(), f"{kind}.export", subject=f"{name}.{suffix}")
    commit()
    response = Response(content, mimetype=XLSX if suffix == "xlsx" else "text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{suffix}")
    return response
