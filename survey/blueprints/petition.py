"""The citizen's opinions: written at a counter's address, followed by a tracking code, rated, sent back once."""

from __future__ import annotations

import time
from os import SEEK_END

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge

from forms.ballot import clean_text
from forms.petition import PetitionForm, RateForm, ReopenForm
from reports.wording import short_date
from survey.analysis import petition_tracking as tracking
from survey.ballot_pages import HONEYPOT
from survey.blueprints.citizen import BUSY_SECONDS, DATABASE_FAULTS, reception, refusal, signing_keys, unknown
from survey.citizen_places import Place
from survey.database import current_session
from survey.language import written_language
from survey.models import Petition, Unit
from survey.operations import petitions
from survey.operations.bounded import MEGABYTE, ReadersBusy
from survey.operations.codes import normalise, spaced
from survey.operations.collectors import find_collector
from survey.operations.contacts import Contact, current_key
from survey.operations.errors import OperationError
from survey.operations.periods import province_today
from survey.operations.petition_cases import PetitionError
from survey.operations.petition_intake import IntakeError, Photo, read_photos, receive, require_sizes
from survey.operations.submission import BadToken, SubmissionId, read_token
from survey.operations.writing import begin_write
from survey.petition_pages import (
    HANDLING,
    KINDS,
    WRITING,
    case_page,
    code_picture,
    complaint_page,
    form_page,
    new_token,
    page,
    unit_name,
)

BODY_LIMIT = 32 * MEGABYTE  # some more than the photos may have, so that who sends too many keeps his words
MINIMUM_SECONDS = 3  # nobody writes an opinion in less
STATUS = {"photos_large": 413, "full": 429}

blueprint = Blueprint("petition", __name__)


@blueprint.get("/s/<code>/y-kien")
def form(code: str) -> ResponseReturnValue:
    """An empty form at a counter's address; opinions are taken while no survey runs, too."""
    place = reception().place(code)
    if place is None:
        return unknown(code)
    if place.state == "revoked":
        return refusal(place)
    return form_page(place, PetitionForm(offers_contact=offers_contact()), new_token(WRITING, place.code))


@blueprint.post("/s/<code>/y-kien")
def submit(code: str) -> ResponseReturnValue:
    """Take the opinion; whatever stands in the way, what was written comes back on the page."""
    place = reception().place(code)
    if place is None:
        return unknown(code)
    if place.state == "revoked":
        return refusal(place)
    request.max_content_length = BODY_LIMIT
    try:
        form = PetitionForm(request.form, offers_contact=offers_contact())
    except RequestEntityTooLarge:
        form = PetitionForm(offers_contact=offers_contact())
        return form_page(place, form, new_token(WRITING, place.code), 413, too_large(), unread=True)
    if form.is_complaint:
        return complaint_page(place, form.text.data)
    try:
        number = read_token(signing_keys(), f"{WRITING} {place.code}", request.form.get("token", ""))
    except BadToken:
        return form_page(place, form, new_token(WRITING, place.code), 400, send_again())
    if not form.validate():
        return form_page(place, form, request.form["token"], 422)
    if request.form.get(HONEYPOT) or time.time() - number.issued_at < MINIMUM_SECONDS:
        return form_page(place, form, request.form["token"], 422, send_again())
    return stored(place, form, number)


def stored(place: Place, form: PetitionForm, number: SubmissionId) -> Response:
    """The opinion after a durable commit, or the form with what hinders it."""
    trouble, status, headers = "", 503, {"Retry-After": str(BUSY_SECONDS)}
    try:
        petition = store(place, form, number, read_photos(photo_files()))
    except (IntakeError, PetitionError) as error:
        trouble, status, headers = say(error), STATUS.get(error.code, 422), {}
    except ReadersBusy:
        trouble = busy()
    except DATABASE_FAULTS:
        current_app.logger.exception("an opinion could not be stored")
        trouble = busy()
    else:
        address = url_for(".received", petition_code=petition.code, lang=request.args.get("lang"))
        return redirect(address, 303)  # type: ignore[return-value]  # werkzeug's base class of Flask's response
    return form_page(place, form, request.form["token"], status, trouble, headers)


def store(place: Place, form: PetitionForm, number: SubmissionId, photos: list[Photo]) -> Petition:
    session = current_session()
    session.rollback()
    begin_write(session)
    collector = find_collector(session, place.code) or abort(404)
    try:
        petition = receive(
            session,
            unit=collector.unit,
            counter=collector.counter,
            kind=form.kind.data,
            text=form.text.data,
            photos=photos,
            contact=Contact(form.name.data, form.phone.data, form.email.data) if form.leaves_contact else None,
            consents=form.consents if form.leaves_contact else {},
            language=written_language(),
            today=province_today(),
            form_number=number.uuid,
            most_a_day=current_app.config["OPINIONS_A_DAY"],
        )
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return petition


@blueprint.get("/s/<code>/y-kien/khieu-nai-to-cao")
def complaint(code: str) -> ResponseReturnValue:
    """Where complaints and denunciations go."""
    place = reception().place(code)
    return unknown(code) if place is None else complaint_page(place)


@blueprint.get("/y-kien/")
def find() -> ResponseReturnValue:
    """Where a tracking code is typed by hand."""
    code = normalise(request.args.get("ma", ""))[:40]
    if code:
        return redirect(url_for(".show", petition_code=code, lang=request.args.get("lang")), 303)
    return page("petition/find.html")


@blueprint.get("/y-kien/<petition_code>")
def show(petition_code: str) -> ResponseReturnValue:
    """How far an opinion is, for whoever knows its code."""
    canonical = normalise(petition_code)
    if canonical != petition_code and tracking.is_tracking_code(canonical):
        return redirect(url_for(".show", petition_code=canonical, lang=request.args.get("lang")), 308)
    petition = tracking.find_by_code(current_session(), petition_code)
    if petition is None:
        return page("petition/unknown.html", 404, code=clean_text(petition_code, lines=False))
    return case_page(petition, RateForm(), ReopenForm())


@blueprint.get("/y-kien/<petition_code>/ma")
def received(petition_code: str) -> ResponseReturnValue:
    """The tracking code to keep: shown after sending, and whenever it is asked for."""
    petition = tracking.find_by_code(current_session(), petition_code) or abort(404)
    address = f"{current_app.config['BASE_URL']}{url_for('.show', petition_code=petition.code)}"
    picture = code_picture(address)
    due = short_date(petition.transfer_due_on, written_language())
    return page("petition/received.html", petition=petition, spaced=spaced, address=address, picture=picture, due=due)


@blueprint.post("/y-kien/<petition_code>/danh-gia")
def rate(petition_code: str) -> ResponseReturnValue:
    """The citizen's rating of the handling, once."""
    form, petition = RateForm(request.form), case_to_change(petition_code)
    if not is_signed(petition):
        return case_page(petition, form, ReopenForm(), 400, send_again())
    if not form.validate():
        return case_page(petition, form, ReopenForm(), 422)
    try:
        petitions.rate(current_session(), petition, int(form.rating.data), form.remark.data, today=province_today())
    except PetitionError as error:
        return case_page(petition, form, ReopenForm(), 409, say(error))
    return done(petition)


@blueprint.post("/y-kien/<petition_code>/gui-lai")
def reopen(petition_code: str) -> ResponseReturnValue:
    """The citizen sends his case back, once, with the reason."""
    form, petition = ReopenForm(request.form), case_to_change(petition_code)
    if not is_signed(petition):
        return case_page(petition, RateForm(), form, 400, send_again())
    if not form.validate():
        return case_page(petition, RateForm(), form, 422)
    try:
        petitions.reopen(current_session(), petition, form.reason.data, today=province_today())
    except PetitionError as error:
        return case_page(petition, RateForm(), form, 409, say(error))
    return done(petition)


@blueprint.get("/y-kien/cong-khai")
def published() -> ResponseReturnValue:
    """Published opinions with their answers, of one unit or of all."""
    session = current_session()
    code = request.args.get("don-vi", "")
    unit = session.scalar(select(Unit).where(Unit.code == code)) if code else None
    if code and unit is None:
        abort(404)
    try:
        found = tracking.published(session, unit, request.args.get("sau", ""))
    except ValueError:
        abort(404)
    language = written_language()
    units = [(each.code, unit_name(each, language), count) for each, count in tracking.units_with_published(session)]
    return page(
        "petition/published.html",
        petitions=found.petitions,
        after=found.after,
        unit=unit,
        units=units,
        kinds=KINDS,
        unit_name=unit_name,
        short_date=short_date,
    )


def case_to_change(code: str) -> Petition:
    """The case in a transaction that may write; 404 where no opinion has that code.

    The form is read before: a body that comes slowly would hold up every other write.
    """
    session = current_session()
    session.rollback()
    begin_write(session)
    return tracking.find_by_code(session, code) or abort(404)


def done(petition: Petition) -> ResponseReturnValue:
    current_session().commit()
    return redirect(url_for(".show", petition_code=petition.code, lang=request.args.get("lang")), 303)


def is_signed(petition: Petition) -> bool:
    """Whether the form that was sent is one of ours for this case."""
    try:
        read_token(signing_keys(), f"{HANDLING} {petition.code}", request.form.get("token", ""))
    except BadToken:
        return False
    return True


def offers_contact() -> bool:
    return current_key(current_session()) is not None


def photo_files() -> list[bytes]:
    """The files that were chosen, as they came; what is too much is refused while it still lies on the disk."""
    files = [file.stream for file in request.files.getlist("photos")]
    sizes = [file.seek(0, SEEK_END) for file in files]
    require_sizes([size for size in sizes if size])
    for file in files:
        file.seek(0)
    return [content for file in files if (content := file.read())]


def say(error: OperationError) -> str:
    """The error's sentence in the reader's language."""
    sentence: str = gettext(error.sentence)
    return sentence % error.parameters


def send_again() -> str:
    return gettext("Your opinion has not been sent yet. Please look it over and press send once more.")


def too_large() -> str:
    return gettext(
        "The photos are too large, and nothing was stored. Go back one page: what you wrote is still there. "
        "Then choose fewer or smaller photos."
    )


def busy() -> str:
    return gettext("Your opinion has not been sent yet: the system is busy. Please press send again in a minute.")
