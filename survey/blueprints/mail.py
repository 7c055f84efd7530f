"""The outbox of mail: what was sent, what waits, what could not go and why; citizens' addresses are never shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import message_path, scope
from survey.database import current_session
from survey.models import MailMessage, Unit
from survey.models.mail import MAIL_STATES
from survey.numbers import a_key
from survey.operations import mail as operations
from survey.operations.mail import MailError
from survey.operations.mail_delivery import (
    ATTEMPTS,
    NO_ADDRESS,
    NO_CONTACT,
    NOT_OPENED,
    SENDER_DIED,
    filled,
)
from survey.staff_pages import here, say

STATES = {
    "pending": lazy_pgettext("mail", "waits to be sent"),
    "sent": lazy_pgettext("mail", "sent"),
    "failed": lazy_pgettext("mail", "could not be sent"),
    "cancelled": lazy_pgettext("mail", "cancelled"),
}
# What else than a mail server's own words stands in `last_error`.
REASONS = {
    NO_CONTACT: _l("The contact has been deleted meanwhile: there is nobody to send it to."),
    NO_ADDRESS: _l("The citizen left a telephone number and no e-mail address."),
    NOT_OPENED: _l("The contact could not be opened: the file of contact keys is missing on this server."),
    SENDER_DIED: _l("The program ended each time before the mail server had answered."),
}
HIDDEN_CODE = "••••-••••-••••"

blueprint = staff_blueprint("mail", __name__, url_prefix="/staff/thu")


@blueprint.context_processor
def wordings() -> dict[str, object]:
    return {"states": STATES, "reasons": REASONS, "server": current_app.config["MAIL"], "most_attempts": ATTEMPTS}


@blueprint.get("/")
@may("mail.read")
def index() -> ResponseReturnValue:
    """The newest first, of one state or of all."""
    state = request.args.get("state", "")
    if state and state not in MAIL_STATES:
        abort(404)
    within = scope("mail.read").covers(Unit.path)
    rows, following = operations.messages(current_session(), within, state, request.args.get("after", type=a_key))
    return render_template(
        "mail/index.html",
        rows=rows,
        state=state,
        next_url=here(after=following) if following else None,
        first_url=here(after=None) if "after" in request.args else None,
    )


@blueprint.get("/<int:message_id>")
@may("mail.read", message_path)
def show(message_id: int) -> ResponseReturnValue:
    """One message as it is sent, but for the code that only its receiver may read."""
    message = message_or_404(message_id)
    body = filled(message.body, current_app.config["BASE_URL"], HIDDEN_CODE)
    return render_template("mail/show.html", message=message, body=body)


@blueprint.post("/<int:message_id>/huy")
@may("mail.manage", message_path)
def cancel(message_id: int) -> ResponseReturnValue:
    return step(message_id, operations.cancel, gettext("The message will not be sent."))


@blueprint.post("/<int:message_id>/gui-lai")
@may("mail.manage", message_path)
def send_again(message_id: int) -> ResponseReturnValue:
    done = gettext("The message waits to be sent again.")
    return step(message_id, lambda session, found: operations.send_again(session, found, datetime.now(UTC)), done)


def message_or_404(message_id: int) -> MailMessage:
    return current_session().get(MailMessage, message_id) or abort(404)


def step(message_id: int, change: Callable[[Session, MailMessage], None], done: str) -> ResponseReturnValue:
    message = message_or_404(message_id)
    try:
        change(current_session(), message)
    except MailError as error:
        flash(say(error), "warning")
    else:
        commit()
        flash(done, "success")
    return redirect(url_for(".show", message_id=message_id))
