"""The dictionary of themes: its words, what a change would change, and words taken from what has no theme yet."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.theme import ThemeForm, WordForm
from survey.accounts.guard import commit, may, staff_blueprint
from survey.accounts.scope import root_paths
from survey.analysis import theme_trial
from survey.analysis import themes as reading
from survey.analysis.theme_trial import Trial
from survey.blueprints.themes import tools
from survey.database import current_session
from survey.language import chosen_language
from survey.models import Theme
from survey.operations import themes as operations
from survey.operations.periods import province_today
from survey.operations.themes import ThemeError
from survey.staff_pages import say

blueprint = staff_blueprint("theme_dictionary", __name__, url_prefix="/staff/chu-de/tu-dien")
blueprint.context_processor(tools)


@blueprint.get("/")
@may("themes.read")
def index() -> ResponseReturnValue:
    """Every theme with its words."""
    return render_template("theme_dictionary/index.html", themes=reading.every_theme(current_session()))


@blueprint.route("/moi", methods=["GET", "POST"])
@may("themes.edit", root_paths)
def new() -> ResponseReturnValue:
    return edited(None)


@blueprint.route("/<theme_code>", methods=["GET", "POST"])
@may("themes.edit", root_paths)
def edit(theme_code: str) -> ResponseReturnValue:
    """Names and words; tried first, if asked, then saved."""
    return edited(theme_of(theme_code))


def edited(theme: Theme | None) -> ResponseReturnValue:
    session, trial = current_session(), None
    kept = {name: getattr(theme, name) for name in ("name_vi", "name_en", "unless_negated")} if theme else {}
    words = "\n".join(word.word for word in theme.words) if theme else ""
    form = ThemeForm(data={**kept, "words": words})
    if form.validate_on_submit():
        try:
            if request.form.get("step") != "save":
                trial = tried(theme, form)
            else:
                return saved(theme, form)
        except ThemeError as error:
            session.rollback()
            show_at_field(form, error)
    return render_template(
        "theme_dictionary/edit.html", theme=theme, form=form, trial=trial, names=names_by_id()
    ), 422 if form.errors else 200


def tried(theme: Theme | None, form: ThemeForm) -> Trial:
    words = operations.cleaned_words((form.words.data or "").splitlines())
    return theme_trial.try_words(
        current_session(),
        reading.every_theme(current_session()),
        theme.id if theme else 0,
        words,
        unless_negated=bool(form.unless_negated.data),
    )


def saved(theme: Theme | None, form: ThemeForm) -> ResponseReturnValue:
    session, words = current_session(), (form.words.data or "").splitlines()
    names = {"name_vi": form.name_vi.data or "", "name_en": form.name_en.data or ""}
    denied = bool(form.unless_negated.data)
    if theme is None:
        operations.create_theme(session, **names, words=words, unless_negated=denied)
    else:
        operations.rename_theme(session, theme, **names)
        operations.save_words(session, theme, words, unless_negated=denied)
    commit()
    flash(
        gettext("Saved. Comments are read anew with these words; the counts follow within a minute or so."), "success"
    )
    return redirect(url_for(".index"))


@blueprint.post("/them-tu")
@may("themes.edit", root_paths)
def add_word() -> ResponseReturnValue:
    """A frequent phrase of no theme, put to one."""
    session, form = current_session(), WordForm()
    form.offer({theme.code: theme.name_vi for theme in reading.living_themes(session)})
    if not form.validate_on_submit():
        abort(400)
    theme = theme_of(form.theme.data)
    try:
        operations.add_word(session, theme, form.word.data or "")
    except ThemeError as error:
        session.rollback()
        flash(say(error), "warning")
    else:
        commit()
        text = gettext("“%(word)s” now belongs to “%(theme)s”. The counts follow within a minute or so.")
        flash(text % {"word": form.word.data, "theme": name_of(theme)}, "success")
    return redirect(url_for("themes.index", wave=request.form.get("wave"), unit=request.form.get("unit")))


@blueprint.post("/<theme_code>/ket-thuc")
@may("themes.edit", root_paths)
def end(theme_code: str) -> ResponseReturnValue:
    operations.end_theme(current_session(), theme_of(theme_code), province_today())
    commit()
    flash(gettext("The theme has ended: no comment is put under it any more. You can take it up again."), "success")
    return redirect(url_for(".index"))


@blueprint.post("/<theme_code>/dung-lai")
@may("themes.edit", root_paths)
def resume(theme_code: str) -> ResponseReturnValue:
    operations.resume_theme(current_session(), theme_of(theme_code))
    commit()
    flash(gettext("The theme is used again."), "success")
    return redirect(url_for(".index"))


def theme_of(code: str) -> Theme:
    return reading.find_theme(current_session(), code) or abort(404)


def name_of(theme: Theme) -> str:
    return theme.name_en if chosen_language() == "en" and theme.name_en else theme.name_vi


def names_by_id() -> dict[int, str]:
    return {theme.id: name_of(theme) for theme in reading.every_theme(current_session())}


FIELDS = {"name_missing": "name_vi", "name_taken": "name_vi"}


def show_at_field(form: Any, error: ThemeError) -> None:
    field = form[FIELDS.get(error.code, "words")]
    field.errors = [*field.errors, say(error)]
