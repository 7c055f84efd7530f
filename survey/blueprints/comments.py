"""What people wrote: found, tagged, hidden with a reason, and taken as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from forms.comment import HideForm, TagForm
from reports.comment_files import CommentRow, comments_csv, comments_xlsx
from reports.wording import short_date
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import can, scope
from survey.analysis import comments as reading
from survey.analysis import readable
from survey.analysis.comments import Filters, Reach
from survey.analysis.unit_search import Named
from survey.blueprints.result_filters import language, own_name
from survey.blueprints.unit_results import XLSX
from survey.database import current_session
from survey.models import Comment, Unit
from survey.operations import comments as operations
from survey.operations.comments import CommentError
from survey.operations.exports import note_export
from survey.operations.periods import province_day
from survey.operations.submission import PROVINCE_OFFSET
from survey.staff_pages import say
from survey.staff_units import asked_unit

blueprint = staff_blueprint("comments", __name__, url_prefix="/staff/nhan-xet")

SIZE = 25
MOST_IN_A_FILE = 50_000
SUGGESTIONS = (
    _l("attitude of officials"),
    _l("waiting time"),
    _l("papers asked for"),
    _l("late result"),
    _l("premises"),
    _l("online filing"),
    _l("fees"),
    _l("praise"),
)


def reach() -> Reach:
    """What the signed-in person may see of comments."""
    released, exact = scope("comments.read"), scope("responses.read")
    return Reach(
        released.covers(Unit.path),
        scope("comments.moderate").covers(Unit.path),
        exact.covers(Unit.path),
        all(exact.holds(path) for path in released.paths),
    )


def comment_path(comment_id: int, **_others: object) -> str:
    """The path of the unit a comment is about; 404 for one the person may not see yet."""
    session = current_session()
    comment = reading.find(session, reach(), comment_id, today()) or abort(404)
    return comment.unit.path


def today() -> Any:
    return province_day(datetime.now(UTC))


@blueprint.context_processor
def tools() -> dict[str, Any]:
    return {"own_name": own_name, "month_of": lambda comment: reading.month_label(comment)[language()]}


@blueprint.get("/")
@may("comments.read")
def index() -> ResponseReturnValue:
    """Searched without diacritics; by wave, unit and tag, and for the compiler by satisfaction."""
    session, own = current_session(), reach()
    asked = asked_unit("comments.read")
    filters = filters_or_404(asked)
    try:
        found = reading.page(session, own, filters, today(), request.args.get("after", ""), SIZE)
    except ValueError:
        abort(404)
    within = scope("comments.read").covers(Unit.path)
    return render_template(
        "comments/index.html",
        page=found,
        filters=filters,
        asked=asked,
        days=days_of(found.comments, own),
        total=reading.count(session, own, filters, today()),
        most=reading.COUNTED_UP_TO,
        hidden=reading.count_hidden(session, own, filters, today()) if not filters.hidden else 0,
        waves=readable.begun_waves(session, within),
        tags=reading.tags_in_use(session, own, today()),
        exact=own.in_order,
        arguments=arguments(),
        delay=operations.DELAY.days,
        company=operations.COMPANY,
    )


def filters_or_404(asked: Named) -> Filters:
    """What the address asks for; 404 for what does not exist or is not for this reader."""
    session, own = current_session(), reach()
    wave = None
    if code := request.args.get("wave"):
        wave = readable.begun_wave(session, code, with_polls=True) or abort(404)
    level = request.args.get("satisfaction") or None
    if level is not None and (level not in reading.LEVELS or not own.in_order):
        abort(404)
    state = request.args.get("state", "")
    if state not in ("", "hidden", "all") or (state and not can("comments.moderate")):
        abort(404)
    return Filters(
        wave,
        asked.unit,
        operations.clean_tag(request.args.get("tag", "")),
        request.args.get("q", "")[:200],
        {"": False, "hidden": True}.get(state),
        level,
    )


def arguments() -> dict[str, Any]:
    names = ("wave", "unit", "tag", "q", "satisfaction", "state")
    return {name: request.args[name] for name in names if request.args.get(name)}


def days_of(comments: Sequence[Comment], own: Reach) -> dict[int, str]:
    """The day of each, where the person reads single responses."""
    known = reading.days(current_session(), comments, own)
    moments = {key: datetime.fromtimestamp(at + PROVINCE_OFFSET, UTC) for key, at in known.items()}
    return {key: short_date(moment.date(), language()) for key, moment in moments.items()}


@blueprint.get("/nhan-xet.<any(csv, xlsx):form>")
@may("comments.read")
def download(form: str) -> ResponseReturnValue:
    """What the filters choose, as a file; for rated units without day and in no order of time."""
    asked = asked_unit("comments.read")
    if asked.unclear:
        abort(404)
    session, own, filters = current_session(), reach(), filters_or_404(asked)
    comments = list(reading.every(session, own, filters, today(), MOST_IN_A_FILE))
    known = days_of(comments, own)
    rows = [
        CommentRow(
            own_name(comment.wave),
            comment.unit.code,
            own_name(comment.unit),
            known.get(comment.id) or reading.month_label(comment)[language()],
            comment.written.text,
            ", ".join(mark.tag for mark in comment.marks),
            comment.satisfaction if comment.id in known else None,
            comment.hidden_reason,
        )
        for comment in comments
    ]
    document = comments_csv(rows, language()) if form == "csv" else comments_xlsx(rows, language())
    terms = {"rows": len(rows), **arguments()}
    note_export(session, filters.wave, filters.unit, what="comments", form=form, terms=terms)
    commit()
    response = Response(document, mimetype="text/csv" if form == "csv" else XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"nhan-xet-{len(rows)}-dong.{form}")
    return response


@blueprint.get("/<int:comment_id>")
@may("comments.read", comment_path)
def show(comment_id: int) -> ResponseReturnValue:
    return comment_page(comment_of(comment_id), TagForm(formdata=None), HideForm(formdata=None))


@blueprint.post("/<int:comment_id>/the")
@may("comments.tag", comment_path)
def tag(comment_id: int) -> ResponseReturnValue:
    """Put tags on a comment."""
    comment, form = comment_of(comment_id), TagForm()
    if form.validate_on_submit():
        try:
            operations.tag_comment(current_session(), comment, (form.tags.data or "").split(","))
        except CommentError as error:
            form.tags.errors = [*form.tags.errors, say(error)]
        else:
            commit()
            return back(comment)
    return comment_page(comment, form, HideForm(formdata=None))


@blueprint.post("/<int:comment_id>/bo-the")
@may("comments.tag", comment_path)
def untag(comment_id: int) -> ResponseReturnValue:
    comment = comment_of(comment_id)
    operations.untag_comment(current_session(), comment, request.form.get("tag", ""))
    commit()
    return back(comment)


@blueprint.post("/<int:comment_id>/an")
@may("comments.moderate", comment_path)
def hide(comment_id: int) -> ResponseReturnValue:
    """Hide a comment, with the reason."""
    comment, form = comment_of(comment_id), HideForm()
    if form.validate_on_submit():
        try:
            operations.hide_comment(current_session(), comment, form.reason.data or "", datetime.now(UTC))
        except CommentError as error:
            form.reason.errors = [*form.reason.errors, say(error)]
        else:
            commit()
            flash(gettext("The comment is hidden. It stays counted, and you can show it again."), "success")
            return back(comment)
    return comment_page(comment, TagForm(formdata=None), form)


@blueprint.post("/<int:comment_id>/hien")
@may("comments.moderate", comment_path)
def unhide(comment_id: int) -> ResponseReturnValue:
    comment = comment_of(comment_id)
    try:
        operations.show_comment(current_session(), comment)
    except CommentError as error:
        flash(say(error), "warning")
    else:
        commit()
        flash(gettext("The comment is shown again."), "success")
    return back(comment)


def comment_of(comment_id: int) -> Comment:
    return reading.find(current_session(), reach(), comment_id, today()) or abort(404)


def comment_page(comment: Comment, tags: TagForm, reason: HideForm) -> ResponseReturnValue:
    known = days_of([comment], reach())
    status = 422 if tags.errors or reason.errors else 200
    return render_template(
        "comments/show.html",
        comment=comment,
        day=known.get(comment.id),
        tags=tags,
        reason=reason,
        suggestions=list(
            dict.fromkeys([*reading.tags_in_use(current_session(), reach(), today()), *map(str, SUGGESTIONS)])
        ),
        moderates=can("comments.moderate", comment.unit.path),
    ), status


def back(comment: Comment) -> ResponseReturnValue:
    return redirect(url_for(".show", comment_id=comment.id))
