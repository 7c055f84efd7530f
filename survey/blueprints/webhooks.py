"""Webhooks: which programs are told of what, and the log of what was sent to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectChoice

from forms.webhook import WebhookChangeForm, WebhookForm
from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import hook_path, scope
from survey.database import current_session
from survey.models import WEBHOOK_EVENTS, Unit, Webhook, WebhookDelivery
from survey.models.webhook import DELIVERY_STATES, TEST_EVENT
from survey.numbers import a_key
from survey.operations import webhooks as operations
from survey.operations.errors import OperationError
from survey.operations.webhook_delivery import ATTEMPTS, installation_keys
from survey.operations.webhook_target import TargetError
from survey.operations.webhooks import WebhookError
from survey.staff_pages import here, say
from survey.staff_units import typed_unit

EVENTS = {
    "wave.opened": _l("A wave was opened"),
    "wave.closed": _l("A wave was closed"),
    "wave.published": _l("A wave's results were published"),
    "results.released": _l("Figures of an open wave were released anew"),
    "batch.accepted": _l("A batch of paper forms was accepted"),
    "import.finished": _l("An import of answers was finished"),
    TEST_EVENT: _l("Test message"),
}
STATES = {"active": _l("running"), "paused": _l("paused"), "ended": _l("ended")}
DELIVERIES = {"pending": _l("waiting to be sent"), "delivered": _l("delivered"), "dead": _l("given up")}
FAULTS = {
    "form": _l("the address is none"),
    "not_https": _l("the address does not begin with https://"),
    "not_public": _l("the address leads into this network"),
    "unknown_host": _l("there is no such host"),
    "timeout": _l("no answer in time"),
    "tls": _l("no secure connection, such as an expired certificate"),
    "connection": _l("no connection"),
    "redirect": _l("the answer points elsewhere, where nothing is sent"),
}
FIELDS = {"no_name": "name", "no_event": "events"}

blueprint = staff_blueprint("webhooks", __name__, url_prefix="/staff/webhook")


@blueprint.context_processor
def wordings() -> dict[str, object]:
    return {"events": EVENTS, "states": STATES, "deliveries": DELIVERIES, "faults": FAULTS, "most_attempts": ATTEMPTS}


@blueprint.get("/")
@may("webhooks.manage")
def index() -> ResponseReturnValue:
    session = current_session()
    within = scope("webhooks.manage").covers(Unit.path)
    rows, following = operations.webhooks(session, within, request.args.get("after", type=a_key))
    return render_template(
        "webhooks/index.html",
        hooks=rows,
        last=operations.last_deliveries(session, rows),
        next_url=here(after=following) if following else None,
        first_url=here(after=None) if "after" in request.args else None,
    )


@blueprint.route("/moi", methods=["GET", "POST"])
@may("webhooks.manage")
def make() -> ResponseReturnValue:
    """A new webhook, and its secret, shown on the page that answers and never again."""
    form = WebhookForm()
    form.events.choices = _choices()
    if form.validate_on_submit() and (hook := _made(form)) is not None:
        return _with_secret(hook)
    units = directory.offered_units(current_session(), scope("webhooks.manage"))
    return render_template("webhooks/make.html", form=form, units=units)


@blueprint.get("/<int:hook_id>")
@may("webhooks.manage", hook_path)
def show(hook_id: int) -> ResponseReturnValue:
    hook = _found(hook_id)
    state = request.args.get("state", "")
    state = state if state in DELIVERY_STATES else ""
    rows, following = operations.deliveries(current_session(), hook, state, request.args.get("after", type=a_key))
    return render_template(
        "webhooks/show.html",
        hook=hook,
        state=state,
        rows=rows,
        next_url=here(after=following) if following else None,
        first_url=here(after=None) if "after" in request.args else None,
    )


@blueprint.route("/<int:hook_id>/sua", methods=["GET", "POST"])
@may("webhooks.manage", hook_path)
def edit(hook_id: int) -> ResponseReturnValue:
    hook = _found(hook_id)
    form = WebhookChangeForm(name=hook.name, url=hook.url, events=[row.event for row in hook.events])
    form.events.choices = _choices()
    if form.validate_on_submit():
        try:
            operations.change_webhook(
                current_session(),
                hook,
                name=form.name.data or "",
                url=(form.url.data or "").strip(),
                events=form.events.data or [],
                hosts=_hosts(),
            )
        except (WebhookError, TargetError) as error:
            current_session().rollback()
            _complain(form, error)
        else:
            return _done(hook, gettext("The webhook is changed."))
    return render_template("webhooks/edit.html", form=form, hook=hook)


@blueprint.post("/<int:hook_id>/tam-dung")
@may("webhooks.manage", hook_path)
def pause(hook_id: int) -> ResponseReturnValue:
    return _step(
        hook_id, operations.pause_webhook, gettext("Nothing is sent for now; what happens waits, 30 days at most.")
    )


@blueprint.post("/<int:hook_id>/tiep-tuc")
@may("webhooks.manage", hook_path)
def resume(hook_id: int) -> ResponseReturnValue:
    return _step(hook_id, operations.resume_webhook, gettext("What waited is sent now."))


@blueprint.post("/<int:hook_id>/ket-thuc")
@may("webhooks.manage", hook_path)
def end(hook_id: int) -> ResponseReturnValue:
    return _step(hook_id, operations.end_webhook, gettext("The webhook has ended; its log stays for 90 days."))


@blueprint.post("/<int:hook_id>/gui-thu")
@may("webhooks.manage", hook_path)
def test(hook_id: int) -> ResponseReturnValue:
    done = gettext("A test is on its way: reload this page in a few seconds.")
    return _step(hook_id, lambda session, hook: operations.send_test(session, hook, datetime.now(UTC)), done)


@blueprint.post("/<int:hook_id>/khoa-bi-mat")
@may("webhooks.manage", hook_path)
def renew_secret(hook_id: int) -> ResponseReturnValue:
    hook = _found(hook_id)
    try:
        operations.renew_secret(current_session(), hook)
    except WebhookError as error:
        flash(say(error), "danger")
        return redirect(url_for(".show", hook_id=hook.id))
    return _with_secret(hook)


@blueprint.get("/<int:hook_id>/lan-gui/<int:delivery_id>")
@may("webhooks.manage", hook_path)
def delivery(hook_id: int, delivery_id: int) -> ResponseReturnValue:
    hook = _found(hook_id)
    sent = _delivery_of(hook, delivery_id)
    body = json.dumps(json.loads(sent.body), ensure_ascii=False, indent=2)
    return render_template("webhooks/delivery.html", hook=hook, delivery=sent, body=body)


@blueprint.post("/<int:hook_id>/lan-gui/<int:delivery_id>/gui-lai")
@may("webhooks.manage", hook_path)
def redeliver(hook_id: int, delivery_id: int) -> ResponseReturnValue:
    hook = _found(hook_id)
    sent = _delivery_of(hook, delivery_id)
    try:
        operations.redeliver(current_session(), sent, datetime.now(UTC))
    except WebhookError as error:
        flash(say(error), "warning")
    else:
        commit()
        flash(gettext("It is sent once more: reload this page in a few seconds."), "success")
    return redirect(url_for(".delivery", hook_id=hook.id, delivery_id=sent.id))


def _found(hook_id: int) -> Webhook:
    return current_session().get(Webhook, hook_id) or abort(404)


def _delivery_of(hook: Webhook, delivery_id: int) -> WebhookDelivery:
    found = current_session().get(WebhookDelivery, delivery_id)
    return found if found is not None and found.webhook_id == hook.id else abort(404)


def _choices() -> list[SelectChoice]:
    return [SelectChoice(event, str(EVENTS[event])) for event in WEBHOOK_EVENTS]


def _hosts() -> tuple[str, ...]:
    hosts: tuple[str, ...] = current_app.config["WEBHOOK_HOSTS"]
    return hosts


def _made(form: WebhookForm) -> Webhook | None:
    """The webhook, or None with what is wrong at its field."""
    session = current_session()
    unit = typed_unit(form.unit, scope("webhooks.manage"))
    if unit is None:
        return None
    try:
        return operations.make_webhook(
            session,
            name=form.name.data or "",
            unit=unit,
            url=(form.url.data or "").strip(),
            events=form.events.data or [],
            hosts=_hosts(),
            made_by_id=account().id,
            at=datetime.now(UTC),
        )
    except (WebhookError, TargetError) as error:
        session.rollback()
        _complain(form, error)
        return None


def _complain(form: WebhookChangeForm, error: OperationError) -> None:
    field = "url" if isinstance(error, TargetError) else FIELDS.get(error.code, "name")
    form[field].errors = [say(error)]


def _step(hook_id: int, step: Callable[..., None], done: str) -> ResponseReturnValue:
    hook = _found(hook_id)
    try:
        step(current_session(), hook)
    except WebhookError as error:
        flash(say(error), "warning")
        return redirect(url_for(".show", hook_id=hook.id))
    return _done(hook, done)


def _done(hook: Webhook, words: str) -> ResponseReturnValue:
    commit()
    flash(words, "success")
    return redirect(url_for(".show", hook_id=hook.id))


def _with_secret(hook: Webhook) -> ResponseReturnValue:
    key = installation_keys(current_app.config["SECRET_KEY"], None)[0]
    page = render_template("webhooks/secret.html", hook=hook, secret=operations.secret_of(hook, key))
    commit()
    return page
