"""Publishing a wave and correcting a published one: one person asks, another confirms or refuses with the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.filing import ConfirmationForm, ReasonForm
from survey.accounts import directory
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.scope import wave_path
from survey.blueprints.filings import wording_tools
from survey.blueprints.waves import words_of_waves
from survey.database import current_session
from survey.models import Wave, WavePublication
from survey.operations import closing, filing_corrections, wave_publication
from survey.operations.errors import OperationError
from survey.operations.periods import PROVINCE_TIME
from survey.operations.wave_publication import PublicationError
from survey.operations.waves import WaveError
from survey.staff_pages import say
from survey.staff_waves import explain, now, wave_or_404

blueprint = staff_blueprint("wave_publication", __name__, url_prefix="/staff/dot")
blueprint.context_processor(words_of_waves)
blueprint.context_processor(wording_tools)

SHOWN = 20  # unapproved filings named on the page


@blueprint.errorhandler(OperationError)
def refused(error: OperationError) -> ResponseReturnValue:
    """A step that makes no sense: nothing is stored, and the page says why."""
    current_session().rollback()
    flash(explain(error), "danger")
    code = (request.view_args or {})["wave_code"]
    corrects = str(request.endpoint).endswith("correction") or wave_or_404(code).state == "published"
    if isinstance(error, WaveError):
        return redirect(url_for("waves.wave", wave_code=code), 303)
    return redirect(url_for(".correction" if corrects else ".show", wave_code=code), 303)


@blueprint.route("/<wave_code>/cong-bo", methods=["GET", "POST"])
@may("waves.publish", wave_path)
def show(wave_code: str) -> ResponseReturnValue:
    """What stands in the way, and who has asked; posting asks. A wave nobody answered wants its code typed."""
    session, wave = current_session(), wave_or_404(wave_code)
    if wave.state != "closed":
        raise WaveError("not_closed", wave=wave.code, state=wave.state)
    empty = not closing.tallied_responses(session, wave)
    wrong = empty and request.form.get("code", "").strip().casefold() != wave.code.casefold()
    if request.method == "POST" and not wrong:
        wave_publication.ask(session, wave, account_id=account().id, at=now())
        commit()
        flash(gettext("The publication is asked for. Another person must confirm it."), "success")
        return redirect(url_for(".show", wave_code=wave_code), 303)
    return publication_page(wave, empty=empty, wrong=wrong and request.method == "POST")


def publication_page(wave: Wave, *, form: ConfirmationForm | None = None, **context: Any) -> ResponseReturnValue:
    session = current_session()
    missing = wave_publication.unapproved(session, wave)
    asked = wave_publication.under_way(session, wave)
    earlier = requests_of(wave)
    page = render_template(
        "wave_publication/show.html",
        wave=wave,
        missing=missing[:SHOWN],
        missing_count=len(missing),
        asked=asked,
        earlier=[each for each in earlier if each is not asked],
        people=people_of(earlier),
        own=asked is not None and asked.requested_by_id == account().id,
        digest=wave_publication.figures_digest(session, wave),
        form=form or ConfirmationForm(formdata=None),
        reason=ReasonForm(formdata=None),
        typed=request.form.get("code", ""),
        **{"empty": False, "wrong": False} | context,
    )
    return page, 422 if context.get("wrong") or (form is not None and form.errors) else 200


def requests_of(wave: Wave) -> list[WavePublication]:
    query = select(WavePublication).where(WavePublication.wave_id == wave.id).order_by(WavePublication.id.desc())
    return list(current_session().scalars(query.limit(SHOWN)))


def people_of(asked: list[WavePublication]) -> dict[int, str]:
    ids = [key for each in asked for key in (each.requested_by_id, each.confirmed_by_id, each.refused_by_id)]
    return directory.names(current_session(), ids)


@blueprint.post("/<wave_code>/cong-bo/xac-nhan")
@may("waves.publish", wave_path)
def confirm(wave_code: str) -> ResponseReturnValue:
    """Another person confirms: public at once, or at the moment set."""
    session, wave, form = current_session(), wave_or_404(wave_code), ConfirmationForm()
    if not form.validate_on_submit():
        return publication_page(wave, form=form)
    asked = asked_or_refuse(wave)
    chosen: datetime | None = form.publish_at.data
    publish_at = chosen.replace(tzinfo=PROVINCE_TIME) if chosen else None
    how: dict[str, Any] = {"account_id": account().id, "at": now(), "seen": request.form.get("digest", "")}
    try:
        wave_publication.confirm(session, asked, publish_at=publish_at, **how)
    except PublicationError as error:
        if error.code != "publish_at_past":
            raise
        session.rollback()
        form.publish_at.errors = [*form.publish_at.errors, say(error)]
        return publication_page(wave_or_404(wave_code), form=form)
    commit()
    if publish_at is None:
        flash(gettext("The results of %(wave)s are public.", wave=wave_code), "success")
        return redirect(url_for("waves.wave", wave_code=wave_code), 303)
    flash(gettext("Confirmed. The results become public at the moment set."), "success")
    return redirect(url_for(".show", wave_code=wave_code), 303)


@blueprint.post("/<wave_code>/cong-bo/tu-choi")
@may("waves.publish", wave_path)
def refuse(wave_code: str) -> ResponseReturnValue:
    """Say no to a request, or take back one's own."""
    wave = wave_or_404(wave_code)
    asked, reason = asked_or_refuse(wave), request.form.get("reason", "")
    wave_publication.refuse(current_session(), asked, reason, account_id=account().id)
    corrects = asked.kind == "correction"
    commit()
    flash(gettext("The request is refused; its reason stands below."), "success")
    return redirect(url_for(".correction" if corrects else ".show", wave_code=wave_code), 303)


def asked_or_refuse(wave: Wave) -> WavePublication:
    """The request under way, which is the one the page showed; PublicationError where there is none (any more), or
    another."""
    asked = wave_publication.under_way(current_session(), wave)
    if asked is None:
        raise PublicationError("nothing_asked")
    if request.form.get("request", "") != str(asked.id):
        raise PublicationError("changed")
    return asked


@blueprint.route("/<wave_code>/dinh-chinh", methods=["GET", "POST"])
@may("waves.publish", wave_path)
def correction(wave_code: str) -> ResponseReturnValue:
    """Numbers of transactions that moved since the wave closed, and what they would change. Posting takes them over
    before the publication, and asks another person after it."""
    session, wave, form = current_session(), wave_or_404(wave_code), ReasonForm()
    if wave.state not in ("closed", "published"):
        abort(404)
    if form.validate_on_submit():
        how: dict[str, Any] = {"account_id": account().id, "at": now()}
        if wave.state == "closed":
            filing_corrections.renew(session, wave, form.reason.data or "", **how)
            told = gettext("The numbers are taken over; the reports they change are back with their units.")
        else:
            filing_corrections.ask_correction(session, wave, form.reason.data or "", **how)
            told = gettext("The correction is asked for. Another person must confirm it.")
        commit()
        flash(told, "success")
        return redirect(url_for(".correction", wave_code=wave_code), 303)
    asked, earlier = wave_publication.under_way(session, wave), requests_of(wave)
    page = render_template(
        "wave_publication/correction.html",
        wave=wave,
        proposal=filing_corrections.propose(session, wave),
        asked=asked,
        earlier=[each for each in earlier if each.kind == "correction" and each is not asked],
        people=people_of(earlier),
        own=asked is not None and asked.requested_by_id == account().id,
        form=form,
    )
    return page, 422 if form.errors else 200


@blueprint.post("/<wave_code>/dinh-chinh/xac-nhan")
@may("waves.publish", wave_path)
def confirm_correction(wave_code: str) -> ResponseReturnValue:
    """Another person approves and publishes the correction that was asked for."""
    asked, seen = asked_or_refuse(wave_or_404(wave_code)), request.form.get("digest", "")
    filing_corrections.confirm_correction(current_session(), asked, account_id=account().id, at=now(), seen=seen)
    commit()
    flash(gettext("The correction is public; the earlier figures stay readable beside it."), "success")
    return redirect(url_for(".correction", wave_code=wave_code), 303)
