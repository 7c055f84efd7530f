"""Opinions and recommendations in the back office: the list, one case on a page, its photos and its contact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from wtforms.fields.choices import SelectChoice

from forms.petitions import (
    AnswerForm,
    ClassifyForm,
    ExtendForm,
    NoteForm,
    PublishForm,
    ReasonForm,
    TakeForm,
    TransferForm,
)
from forms.staff import StaffForm
from survey import petition_wording
from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import Scope, can, petition_path, petition_reading_path, scope
from survey.analysis import petitions as reading
from survey.analysis.petitions import Filters
from survey.analysis.unit_search import Named
from survey.config import contact_key_file
from survey.database import current_session
from survey.models import Counter, Petition, PetitionClass, PetitionPhoto, Unit
from survey.models.petition import OPEN_STATES, PETITION_KINDS
from survey.numbers import a_key
from survey.operations import audit, codes, contacts, petition_settings
from survey.operations.contacts import Contact
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.petition_cases import is_late, possible
from survey.operations.petitions import is_extended
from survey.operations.working_days import WorkingCalendar, calendar
from survey.staff_pages import say
from survey.staff_units import asked_unit
from survey.staff_waves import day, language

blueprint = staff_blueprint("petitions", __name__, url_prefix="/staff/y-kien")

SIZE = 25
EVERYWHERE = Scope(("/",))  # a case is handed to any unit
# A rating reaches the office only as a figure of at least five people.
RATED = "rated"

FORMS: Mapping[str, type[StaffForm]] = {
    "classify": ClassifyForm,
    "take": TakeForm,
    "transfer": TransferForm,
    "extend": ExtendForm,
    "answer": AnswerForm,
    "publish": PublishForm,
    "withdraw": ReasonForm,
    "reject": ReasonForm,
    "restore": ReasonForm,
    "explain": ReasonForm,
    "note": NoteForm,
}


def wordings() -> dict[str, Any]:
    return {"case_words": petition_wording, "unit_name": own_name, "day": day, "left": left}


blueprint.context_processor(wordings)


def own_name(named: Unit | Counter | PetitionClass) -> str:
    return named.name_en or named.name_vi if language() == "en" else named.name_vi


@blueprint.get("/")
@may("petitions.read")
def index() -> ResponseReturnValue:
    """Open cases by deadline, others by the day they came; a code that is typed leads to its case."""
    session, today = current_session(), province_today()
    within = scope("petitions.read").covers(Unit.path)
    if code := codes.normalise(request.args.get("q", "")):
        found = reading.by_any_code(session, code)
        if found is not None and any(
            can("petitions.read", path) for path in reading.reading_paths(session, found.reference)
        ):
            return redirect(url_for(".show", petition_reference=found.reference))
        flash(gettext("No opinion within your reach has this number."), "warning")
    asked = asked_unit("petitions.read")
    filters = filters_or_404(asked)
    try:
        page = reading.page(session, within, filters, today, request.args.get("after", ""), SIZE)
    except ValueError:
        abort(404)
    return render_template(
        "petitions/index.html",
        page=page,
        filters=filters,
        asked=asked,
        arguments={
            name: request.args[name] for name in ("state", "kind", "unit", "who", "late") if request.args.get(name)
        },
        waiting=reading.waiting(session, within, account().id, today),
        people=directory.names(session, (petition.handled_by_id for petition in page.petitions)),
        today=today,
        calendar=calendar(session),
        lists=reading.LISTS,
        kinds=PETITION_KINDS,
        soon_days=reading.SOON_DAYS,
        open_states=OPEN_STATES,
        enters=can("petitions.handle"),
    )


def filters_or_404(asked: Named) -> Filters:
    """What the address asks for; 404 for what does not exist or is out of reach."""
    state, kind = request.args.get("state") or reading.OPEN, request.args.get("kind", "")
    who = request.args.get("who", "")
    if state not in reading.LISTS or kind not in ("", *PETITION_KINDS) or who not in ("", "mine", "nobody"):
        abort(404)
    owner, late = {"mine": account().id, "nobody": reading.NOBODY}.get(who), request.args.get("late")
    soon = reading.soon(current_session(), province_today()) if late == "soon" else None
    return Filters(state, kind, asked.unit, owner, late == "1", soon)


def left(petition: Petition, calendar: WorkingCalendar, today: date) -> str:
    """How a case stands against its deadline, in one plain sentence."""
    deadline = petition.deadline_on
    if petition.state == "rejected":
        return gettext("Not accepted, after the deadline.") if petition.was_late else gettext("Not accepted in time.")
    if petition.answered_on is not None:
        late = calendar.late(deadline, petition.answered_on)
        if late:
            return ngettext("Answered %(num)d working day late.", "Answered %(num)d working days late.", late)
        return gettext("Answered in time.")
    if late := calendar.late(deadline, today):
        return ngettext("%(num)d working day late.", "%(num)d working days late.", late)
    rest = calendar.between(today, deadline)
    if not rest:
        return gettext("Today is the last day.")
    return ngettext("%(num)d working day left.", "%(num)d working days left.", rest)


@blueprint.get("/<petition_reference>")
@may("petitions.read", petition_reading_path)
def show(petition_reference: str) -> ResponseReturnValue:
    """The case on one page; `?mau=` begins the answer from a template."""
    return case_page(case_or_404(petition_reference))


def case_or_404(petition_reference: str) -> Petition:
    return reading.find(current_session(), petition_reference) or abort(404)


def case_page(
    petition: Petition, typed: Mapping[str, StaffForm] | None = None, contact: Contact | None = None
) -> ResponseReturnValue:
    """The page of a case with what was typed into one of its forms, and the contact where it was asked for."""
    session, today = current_session(), province_today()
    handles, days = can("petitions.handle", petition.holder.path), calendar(session)
    exact = can("results.exact", petition.holder.path)
    steps = [step for step in petition.steps if step.step != RATED or exact]
    known = directory.names(session, [petition.handled_by_id, *(step.account_id for step in steps)])
    wrong = any(form.errors for form in (typed or {}).values())
    return render_template(
        "petitions/show.html",
        petition=petition,
        steps=steps,
        people=known,
        today=today,
        calendar=days,
        late=is_late(petition, today),
        handles=handles,
        possible=possible(petition) if handles else frozenset(),
        transferable=today <= petition.transfer_due_on,
        back_to=reading.returns_to(session, petition),
        extendable=today <= petition.deadline_on and not is_extended(session, petition),
        forms=forms_of(petition, typed or {}) if handles else {},
        units=directory.offered_units(session, EVERYWHERE) if handles else (),
        templates=petition_settings.templates_for(session, petition) if handles else (),
        begun=request.args.get("mau", type=a_key),
        contact=contact,
        has_contact=petition.contact is not None,
        owns=petition.handled_by_id == account().id,
        exact=exact,
    ), 422 if wrong else 200


def forms_of(petition: Petition, typed: Mapping[str, StaffForm]) -> dict[str, StaffForm]:
    """A form for each step, filled with what is known; that which was sent as it was typed."""
    session = current_session()
    forms = {name: made(FORMS[name], name, formdata=None) for name in FORMS} | dict(typed)
    choose_class(forms["classify"])
    choose_owner(forms["take"], petition)
    if "classify" not in typed:
        forms["classify"].petition_class.data = petition.petition_class.code if petition.petition_class else None
    if "take" not in typed:
        forms["take"].owner.data = str(account().id)
    if "answer" not in typed:
        begun = request.args.get("mau", type=a_key)
        chosen = next((one for one in petition_settings.templates_for(session, petition) if one.id == begun), None)
        forms["answer"].answer.data = petition_settings.filled(chosen, petition) if chosen else petition.answer
    if "publish" not in typed:
        forms["publish"].public_text.data = petition.public_text or petition.text
        forms["publish"].public_answer.data = petition.public_answer or petition.answer
    if "explain" not in typed:
        forms["explain"].reason.data = petition.late_cause
    return forms


def made(form_class: type[StaffForm], name: str, **arguments: Any) -> Any:
    """A form among others on the page: its fields begin with its name."""
    return form_class(prefix=name, **arguments)


def choose_class(form: Any) -> None:
    classes = petition_settings.classes_in_use(current_session(), province_today())
    form.petition_class.choices = [SelectChoice("", gettext("Choose a class"))]
    form.petition_class.choices += [
        SelectChoice(
            one.code,
            ngettext(
                "%(name)s (%(num)d working day)",
                "%(name)s (%(num)d working days)",
                one.working_days,
                name=own_name(one),
            ),
        )
        for one in classes
    ]


def choose_owner(form: Any, petition: Petition) -> None:
    people = directory.able(current_session(), "petitions.handle", petition.holder.path)
    form.owner.choices = [SelectChoice(str(person.id), person.name) for person in people]


@blueprint.post("/<petition_reference>/lien-he")
@may("petitions.handle", petition_path)
def contact(petition_reference: str) -> ResponseReturnValue:
    """Show the contact to who is in charge of the case; each look is recorded before it is shown."""
    session, petition = current_session(), case_or_404(petition_reference)
    if petition.handled_by_id != account().id:
        flash(gettext("Only the person in charge of an opinion sees the contact."), "warning")
        return redirect(url_for(".show", petition_reference=petition.reference))
    if petition.contact is None:
        flash(gettext("There is no contact with this opinion, or it has been deleted in time."), "warning")
        return redirect(url_for(".show", petition_reference=petition.reference))
    audit.record(session, "petition.contact", subject=petition.reference, unit_path=petition.holder.path)
    commit()
    try:
        opened = contacts.open_sealed(contacts.private_keys(contact_key_file(current_app.config)), petition.contact)
    except OperationError as error:
        flash(say(error), "danger")
        return redirect(url_for(".show", petition_reference=petition.reference))
    return case_page(petition, contact=opened)


@blueprint.get("/<petition_reference>/anh/<int:photo_number>")
@may("petitions.read", petition_reading_path)
def photo(petition_reference: str, photo_number: int) -> ResponseReturnValue:
    """A photo as it was re-encoded."""
    petition = case_or_404(petition_reference)
    found = current_session().get(PetitionPhoto, (petition.id, photo_number)) or abort(404)
    response = Response(found.jpeg, mimetype="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    name = f"{petition.reference}-{photo_number}.jpg"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response
