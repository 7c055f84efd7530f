"""People: who has an account within reach, with which roles; inviting, granting, revoking, disabling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from wtforms.fields import SelectChoice

from forms.people import InvitationForm, LinkForm, PeopleFilter, RoleForm
from survey import staff_wording
from survey.accounts import directory, invitations, policy, sessions
from survey.accounts import people as operations
from survey.accounts.guard import account, commit, may, staff_blueprint
from survey.accounts.invitations import InvitationError
from survey.accounts.models import Account
from survey.accounts.people import AccountError
from survey.accounts.scope import Scope, account_path, can, scope
from survey.database import current_session
from survey.models import Unit
from survey.numbers import a_key
from survey.operations import audit
from survey.operations.errors import OperationError
from survey.staff_pages import here, say
from survey.staff_units import typed_unit

blueprint = staff_blueprint("people", __name__, url_prefix="/staff/nguoi-dung")


@blueprint.get("/")
@may("people.read")
def index() -> ResponseReturnValue:
    form = PeopleFilter(request.args)
    form.role.choices = [SelectChoice("", gettext("All roles")), *_roles()]
    form.validate()
    reach = scope("people.read")
    unit = _unit_of(form, reach) if form.unit.data else None
    rows, next_key = directory.people(
        current_session(),
        reach,
        words=(form.q.data or "").strip(),
        role=form.role.data or "",
        unit=unit,
        after=request.args.get("after", type=a_key),
    )
    if form.unit.data and unit is None:
        rows, next_key = [], None
    return render_template(
        "people/index.html",
        form=form,
        people=rows,
        reach=reach,
        units=directory.offered_units(current_session(), reach),
        next_url=here(after=next_key) if next_key else None,
        first_url=here(after=None) if "after" in request.args else None,
    )


@blueprint.route("/moi", methods=["GET", "POST"])
@may("people.manage")
def invite() -> ResponseReturnValue:
    """A new account with one role, and the link that lets its owner in."""
    form = InvitationForm()
    form.role.choices = _roles_to_choose()
    reach = scope("people.manage")
    if form.validate_on_submit() and (unit := _unit_of(form, reach)) is not None:
        invited = _invited(form, unit)
        if invited is not None:
            return render_template("people/link.html", **invited)
    return render_template("people/invite.html", form=form, units=directory.offered_units(current_session(), reach))


def _invited(form: InvitationForm, unit: Unit) -> dict[str, object] | None:
    session = current_session()
    now = datetime.now(UTC)
    try:
        person = operations.create_account(
            session,
            name=form.name.data or "",
            email=form.email.data or "",
            role=form.role.data,
            unit=unit,
            at=now,
            language=form.language.data,
            by=account(),
        )
        token = invitations.invite(session, person, now)
        commit()
    except AccountError as error:
        session.rollback()
        fields = {"name_missing": form.name, "role_from_above": form.role}
        fields.get(error.code, form.email).errors = [say(error)]
        return None
    except IntegrityError:  # two at the same time
        session.rollback()
        form.email.errors = [say(AccountError("email_taken", email=form.email.data))]
        return None
    return {"invited": person, "link": link_of(token), "until": now + invitations.VALID_FOR}


def link_of(token: str) -> str:
    """The address to hand over; it begins as the operator said, whatever address this request came by."""
    return current_app.config["BASE_URL"] + url_for("security.invitation", token=token)


@blueprint.get("/<int:account_id>")
@may("people.read", account_path)
def show(account_id: int) -> ResponseReturnValue:
    return _page(_found(account_id), _role_form())


def _page(person: Account, form: RoleForm) -> str:
    session = current_session()
    return render_template(
        "people/show.html",
        shown=person,
        form=form,
        link_form=LinkForm(),
        manages=_may_manage(person),
        invitation=invitations.open_invitation(session, person, datetime.now(UTC)),
        sessions=sessions.open_sessions(session, person),
        units=directory.offered_units(session, scope("people.manage")),
    )


def _may_manage(person: Account) -> bool:
    within = can("people.manage", account_path(person.id))
    return within and person.id != account().id and operations.manages(account(), person)


@blueprint.post("/<int:account_id>/vai-tro")
@may("people.manage", account_path)
def grant(account_id: int) -> ResponseReturnValue:
    person, form = _found(account_id), _role_form()
    if form.validate_on_submit() and (unit := _unit_of(form, scope("people.manage"))) is not None:
        try:
            operations.grant(current_session(), person, form.role.data, unit, by=account())
        except AccountError as error:
            form.role.errors = [say(error)]
        else:
            return _done(person, gettext("The role is granted; every session of this account has ended."))
    return _page(person, form)


@blueprint.post("/<int:account_id>/vai-tro/<int:grant_id>/thu-hoi")
@may("people.manage", account_path)
def revoke(account_id: int, grant_id: int) -> ResponseReturnValue:
    person = _found(account_id)
    held = next((held for held in person.role_grants if held.id == grant_id), None)
    if held is None:
        abort(404)
    return _try(
        person,
        lambda: operations.revoke(current_session(), held, by=account()),
        gettext("The role is revoked; every session of this account has ended."),
    )


@blueprint.post("/<int:account_id>/khoa")
@may("people.manage", account_path)
def disable(account_id: int) -> ResponseReturnValue:
    person = _found(account_id)
    done = gettext("The account is disabled; every session of it has ended.")
    return _try(person, lambda: operations.disable(current_session(), person, by=account()), done)


@blueprint.post("/<int:account_id>/mo-khoa")
@may("people.manage", account_path)
def enable(account_id: int) -> ResponseReturnValue:
    person = _found(account_id)
    done = gettext("The account is enabled.")
    return _try(person, lambda: operations.enable(current_session(), person, by=account()), done)


@blueprint.post("/<int:account_id>/lien-ket")
@may("people.manage", account_path)
def make_link(account_id: int) -> ResponseReturnValue:
    """A link to set a password: for an invitation renewed, or a password forgotten."""
    person, form = _found_to_manage(account_id), LinkForm()
    now = datetime.now(UTC)
    try:
        if person.id == account().id:
            raise AccountError("oneself")
        token = invitations.invite(current_session(), person, now, resets_second_factor=form.resets_second_factor.data)
    except (InvitationError, AccountError) as error:
        flash(say(error), "danger")
        return redirect(url_for("people.show", account_id=person.id))
    commit()
    return render_template("people/link.html", invited=person, link=link_of(token), until=now + invitations.VALID_FOR)


@blueprint.post("/<int:account_id>/lien-ket/thu-hoi")
@may("people.manage", account_path)
def withdraw_link(account_id: int) -> ResponseReturnValue:
    person = _found_to_manage(account_id)
    invitations.withdraw(current_session(), person, datetime.now(UTC))
    return _done(person, gettext("The link opens nothing any more."))


@blueprint.post("/<int:account_id>/xac-thuc-hai-lop/dat-lai")
@may("people.manage", account_path)
def reset_second_factor(account_id: int) -> ResponseReturnValue:
    person = _found_to_manage(account_id)
    done = gettext("The second factor is taken away; its owner sets up another one at the next sign-in.")

    def reset() -> None:
        if person.id == account().id:
            raise AccountError("oneself")
        operations.reset_second_factor(current_session(), person)

    return _try(person, reset, done)


@blueprint.post("/<int:account_id>/dang-xuat")
@may("people.manage", account_path)
def sign_out(account_id: int) -> ResponseReturnValue:
    person = _found_to_manage(account_id)
    sessions.end_all(current_session(), person)
    audit.record(current_session(), "account.sign_out_everywhere", subject=person.email, unit_path=person.place)
    return _done(person, gettext("Every session of this account has ended."))


def _try(person: Account, change: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        change()
    except OperationError as error:
        current_session().rollback()
        flash(say(error), "danger")
        return redirect(url_for("people.show", account_id=person.id))
    return _done(person, done)


def _done(person: Account, what: str) -> ResponseReturnValue:
    commit()
    flash(what, "success")
    return redirect(url_for("people.show", account_id=person.id))


def _found(account_id: int) -> Account:
    return current_session().get(Account, account_id) or abort(404)


def _found_to_manage(account_id: int) -> Account:
    """The account, for whoever may give each of its roles: a link or a factor less is a way to act as that person."""
    person = _found(account_id)
    return person if operations.manages(account(), person) else abort(403)


def _role_form() -> RoleForm:
    form = RoleForm()
    form.role.choices = _roles_to_choose()
    return form


def _roles() -> list[SelectChoice]:
    return [SelectChoice(code, str(name)) for code, name in staff_wording.ROLES.items()]


def _roles_to_choose() -> list[SelectChoice]:
    """Those that may be given; none of them chosen beforehand: the first one is the strongest."""
    units = directory.offered_units(current_session(), scope("people.manage"))
    given = policy.givable_roles(account().grants, [unit.path for unit in units])
    return [SelectChoice("", gettext("– choose –")), *(choice for choice in _roles() if choice.value in given)]


def _unit_of(form: RoleForm | PeopleFilter, reach: Scope) -> Unit | None:
    """The unit somebody typed; where there is none within reach, the form says so."""
    return typed_unit(form.unit, reach)
