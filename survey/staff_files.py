"""Files that leave the back office, each noted in the audit log before it does."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

from survey.accounts.guard import begin_writing, commit
from survey.operations import audit


def handed_out(
    content: bytes,
    media_type: str,
    name: str,
    *,
    action: str,
    subject: str,
    unit_path: str,
    terms: Mapping[str, str] | None = None,
    disposition: str = "attachment",
) -> Response:
    """The file called `name`; `action` and `subject`, with its `terms`, are what the log says of the unit. What was
    read before is read again."""
    audit.record(begin_writing(), action, subject=subject, unit_path=unit_path, after=terms)
    commit()
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", disposition, filename=name)
    return response
