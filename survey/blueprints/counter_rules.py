"""The rules of the one-stop counter's score: those in force, the versions before, and publishing another."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.counter_score import RulesForm
from reports import counter_score_wording as told
from survey.accounts.guard import account, begin_writing, commit, may, staff_blueprint
from survey.accounts.scope import can, root_paths
from survey.analysis.counter_surveys import source_names
from survey.database import current_session
from survey.models import CounterRuleSet
from survey.operations.counter_rules import CounterRulesError, checked_rules, publish_rules, rules_on
from survey.operations.periods import province_today
from survey.staff_pages import say

blueprint = staff_blueprint("counter_rules", __name__, url_prefix="/staff/diem-mot-cua/quy-tac")


@blueprint.get("/")
@may("counter_scores.read")
def index() -> ResponseReturnValue:
    """The rules in force today, in words and as they are written, and the versions a province published."""
    session = current_session()
    version, rules, text = rules_on(session, province_today())
    versions = session.scalars(select(CounterRuleSet).order_by(CounterRuleSet.version.desc())).all()
    may_publish = can("counter_scores.rules", root_paths())
    return render_template(
        "counter_rules/index.html", version=version, rules=rules, text=text, versions=versions, told=told,
        may_publish=may_publish, source_names=source_names(session, rules.surveys),
    )  # fmt: skip


@blueprint.route("/moi", methods=["GET", "POST"])
@may("counter_scores.rules", root_paths, writes=False)
def create() -> ResponseReturnValue:
    """Publish another version, beginning with the text in force; it is read before the transaction that writes."""
    today = province_today()
    form = RulesForm(valid_from=today, definition=rules_on(current_session(), today)[2])
    if form.validate_on_submit():
        try:
            checked_rules(form.definition.data)
            session, at, who = begin_writing(), datetime.now(UTC), account().id
            publish_rules(session, form.definition.data, form.valid_from.data, at=at, account_id=who)
        except CounterRulesError as error:
            current_session().rollback()
            (form.valid_from if error.code in ("earlier", "past") else form.definition).errors.append(say(error))
        else:
            commit()
            flash(gettext("The version was published."), "success")
            return redirect(url_for(".index"))
    return render_template("counter_rules/create.html", form=form)
