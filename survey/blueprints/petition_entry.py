"""An opinion that came on paper, by phone or at the counter, entered by an official."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from forms.consents import CONSENTS, current
from forms.petitions import NewPetitionForm
from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import scope
from survey.blueprints.petitions import wordings
from survey.database import current_session
from survey.models import Petition
from survey.models.petition import PETITION_KINDS
from survey.operations.codes import spaced
from survey.operations.contacts import Contact, current_key
from survey.operations.periods import province_today
from survey.operations.petition_cases import PetitionError, open_case
from survey.operations.petition_intake import IntakeError, keep_contact
from survey.petition_wording import KINDS
from survey.staff_pages import say
from survey.staff_units import typed_unit

blueprint = staff_blueprint("petition_entry", __name__, url_prefix="/staff/y-kien")
blueprint.context_processor(wordings)


@blueprint.route("/moi", methods=["GET", "POST"])
@may("petitions.handle")
def new() -> ResponseReturnValue:
    """Enter an opinion about a unit within reach; its tracking code is shown once, to be handed to the citizen."""
    session, form = current_session(), NewPetitionForm()
    units = directory.offered_units(session, scope("petitions.handle"))
    form.kind.choices = [SelectChoice(code, str(KINDS[code])) for code in PETITION_KINDS]
    if not form.is_submitted():
        form.received_on.data = province_today()
        if len(units) == 1:
            form.unit.data = f"{units[0].code} – {units[0].name_vi}"
    if form.validate_on_submit() and (petition := entered(form)) is not None:
        commit()
        flash(
            gettext(
                "Entered. The tracking code for the citizen is %(code)s: write it down for him now, it is not shown "
                "again.",
                code=spaced(petition.code),
            ),
            "success",
        )
        return redirect(url_for("petitions.show", petition_reference=petition.reference))
    page = render_template(
        "petitions/new.html",
        form=form,
        units=units,
        offers_contact=current_key(session) is not None,
        consents={purpose: current(purpose) for purpose in CONSENTS},
    )
    return page, 422 if form.errors else 200


def entered(form: Any) -> Petition | None:
    """The case of what was typed; None, with the form telling why, where it cannot be."""
    session, today = current_session(), province_today()
    unit = typed_unit(form.unit, scope("petitions.handle"))
    if form.received_on.data > today:
        form.received_on.errors = [gettext("This day is still to come.")]
    if unit is None or form.received_on.data > today:
        return None
    try:
        petition = open_case(
            session,
            unit=unit,
            counter=None,
            kind=form.kind.data,
            text=form.text.data,
            wants_answer=form.wants_answer.data or form.leaves_contact,
            language="vi",
            today=form.received_on.data,
            source="staff",
            account_id=account().id,
            now=datetime.now(UTC),
        )
        if form.leaves_contact:
            contact = Contact(form.name.data, form.phone.data, form.email.data)
            keep_contact(session, petition.id, contact, form.consents, today)
    except (PetitionError, IntakeError) as error:
        form.text.errors = [say(error)]
        return None
    return petition
