"""API keys: who lets which program in, until when, and how a program uses its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from wtforms.fields import SelectChoice

from forms.api_key import ApiKeyForm
from survey import staff_wording
from survey.accounts import api_keys as operations
from survey.accounts import directory, policy
from survey.accounts.api_keys import ApiKeyError
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.models import Account
from survey.accounts.scope import key_path, scope
from survey.database import current_session
from survey.models import ApiKey
from survey.numbers import a_key
from survey.operations.periods import province_day
from survey.staff_pages import here, say
from survey.staff_units import typed_unit

FIELDS = {
    "no_name": "name",
    "no_role": "roles",
    "role_from_above": "roles",
    "past": "valid_until",
    "too_long": "valid_until",
}
USUAL_LIFE = timedelta(days=365)

blueprint = staff_blueprint("api_keys", __name__, url_prefix="/staff/api")


@blueprint.get("/")
@may("api.manage")
def index() -> ResponseReturnValue:
    session = current_session()
    rows, following = operations.keys(session, scope("api.manage"), request.args.get("after", type=a_key))
    return render_template(
        "api_keys/index.html",
        keys=rows,
        makers=_makers(rows),
        is_valid=lambda key: operations.is_valid(key, province_day(datetime.now(UTC))),
        base_url=current_app.config["BASE_URL"],
        next_url=here(after=following) if following else None,
        first_url=here(after=None) if "after" in request.args else None,
    )


@blueprint.route("/moi", methods=["GET", "POST"])
@may("api.manage")
def make() -> ResponseReturnValue:
    """A new key, shown on the page that answers and never again."""
    today = province_day(datetime.now(UTC))
    form = ApiKeyForm(valid_until=today + USUAL_LIFE)
    units = directory.offered_units(current_session(), scope("api.manage"))
    given = policy.givable_roles(account().grants, [unit.path for unit in units])
    form.roles.choices = [SelectChoice(role, str(staff_wording.ROLES[role])) for role in given]
    if form.validate_on_submit() and (made := _made(form)) is not None:
        key, text = made
        page = render_template("api_keys/made.html", key=key, text=text, base_url=current_app.config["BASE_URL"])
        commit()
        return page
    return render_template("api_keys/make.html", form=form, units=units)


@blueprint.post("/<int:key_id>/thu-hoi")
@may("api.manage", key_path)
def revoke(key_id: int) -> ResponseReturnValue:
    key = current_session().get(ApiKey, key_id) or abort(404)
    try:
        operations.revoke_key(current_session(), key, datetime.now(UTC))
    except ApiKeyError as error:
        flash(say(error), "warning")
    else:
        commit()
        flash(gettext("The key of %(name)s opens nothing any more.", name=key.name), "success")
    return redirect(url_for(".index"))


def _made(form: ApiKeyForm) -> tuple[ApiKey, str] | None:
    """The key, or None with what is wrong at its field."""
    session = current_session()
    unit = typed_unit(form.unit, scope("api.manage"))
    if unit is None:
        return None
    now = datetime.now(UTC)
    try:
        return operations.make_key(
            session,
            name=form.name.data or "",
            unit=unit,
            roles=form.roles.data or [],
            valid_until=form.valid_until.data,
            reach=account().grants,
            made_by_id=account().id,
            at=now,
            today=province_day(now),
        )
    except ApiKeyError as error:
        session.rollback()
        form[FIELDS.get(error.code, "unit")].errors = [say(error)]
        return None


def _makers(rows: Sequence[ApiKey]) -> dict[int, str]:
    made_by = {key.made_by_id for key in rows}
    found = current_session().execute(select(Account.id, Account.name).where(Account.id.in_(made_by)))
    return {row.id: row.name for row in found}
