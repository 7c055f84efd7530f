"""The parts of a draft, each on a small page of its own: settings, sections, questions, scales."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from forms.draft import MOST_QUESTIONS, MOST_SECTIONS, Draft, DraftQuestion, DraftSection
from forms.draft_findings import known_factors
from forms.questionnaire import DraftForm, SectionForm, SettingsForm
from forms.questionnaire_question import QuestionForm, ScaleForm
from survey.accounts.guard import may, staff_blueprint
from survey.draft_pages import (
    back,
    draft_path,
    found_in,
    language,
    load,
    locked_codes,
    page,
    question_or_404,
    section_or_404,
    stored,
)
from survey.models import QuestionnaireDraft

blueprint = staff_blueprint("draft_parts", __name__, url_prefix="/staff/phieu/soan")


def status(form: DraftForm) -> int:
    """200 for a page that is first shown; 422 or 409 for one that comes back."""
    return 200 if not form.is_submitted() else 422 if form.errors else 409


def shown_first(form: DraftForm, draft: QuestionnaireDraft) -> None:
    """Let a form that nobody sent yet name the revision it shows."""
    if not form.is_submitted():
        form.revision.data = str(draft.revision)


@blueprint.route("/<int:draft_id>/chung", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def settings(draft_id: int) -> ResponseReturnValue:
    draft, document = load(draft_id)
    form = SettingsForm.of(document)
    shown_first(form, draft)
    if form.validate_on_submit():
        changed = document.copy()
        form.put_into(changed)
        if stored(draft, changed, form):
            return back(draft)
    found = found_in(draft, document, "settings")
    return page("draft_parts/settings.html", draft, document, form=form, found=found), status(form)


@blueprint.route("/<int:draft_id>/phan/moi", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def new_section(draft_id: int) -> ResponseReturnValue:
    draft, document = load(draft_id)
    if len(document.sections) >= MOST_SECTIONS:
        flash(gettext("A questionnaire has at most %(limit)s sections.", limit=MOST_SECTIONS), "danger")
        return back(draft)
    changed = document.copy()
    added = DraftSection(changed.new_key())
    changed.sections.append(added)
    return section_page(draft, changed, added, new=True)


@blueprint.route("/<int:draft_id>/phan/<element_key>", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def section(draft_id: int, element_key: str) -> ResponseReturnValue:
    draft, document = load(draft_id)
    return section_page(draft, document, section_or_404(document, element_key), new=False)


def section_page(draft: QuestionnaireDraft, document: Draft, edited: DraftSection, *, new: bool) -> ResponseReturnValue:
    form = SectionForm.of(document, edited)
    shown_first(form, draft)
    found = [] if new else found_in(draft, document, edited.key)
    if form.validate_on_submit():
        form.put_into(document, edited)
        if stored(draft, document, form):
            return back(draft, edited.key)
    context = {"form": form, "found": found, "new": new, "factors": known_factors()}
    return page("draft_parts/section.html", draft, document, **context), status(form)


@blueprint.route("/<int:draft_id>/phan/<element_key>/cau-moi", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def new_question(draft_id: int, element_key: str) -> ResponseReturnValue:
    """A question at the end of a section; it begins as a rating on the scale that most ratings use."""
    draft, document = load(draft_id)
    changed = document.copy()
    home = section_or_404(changed, element_key)
    if len(list(document.questions)) >= MOST_QUESTIONS:
        flash(gettext("A questionnaire has at most %(limit)s questions.", limit=MOST_QUESTIONS), "danger")
        return back(draft)
    local = draft.core is not None
    added = DraftQuestion(changed.new_key(), scale=usual_scale(document), in_index=bool(home.factor) and not local)
    home.questions.append(added)
    return question_page(draft, changed, added, home, new=True)


def usual_scale(document: Draft) -> str:
    """The scale that most ratings use; none where there is none."""
    used = [question.scale for question in document.questions if question.kind == "rating" and question.scale]
    return max(used, key=used.count) if used else next(iter(document.scales), "")


@blueprint.route("/<int:draft_id>/cau/<element_key>", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def question(draft_id: int, element_key: str) -> ResponseReturnValue:
    draft, document = load(draft_id)
    edited = question_or_404(document, element_key)
    return question_page(draft, document, edited, document.section_of(element_key), new=False)


def question_page(
    draft: QuestionnaireDraft, document: Draft, edited: DraftQuestion, home: DraftSection, *, new: bool
) -> ResponseReturnValue:
    """The question's page. "Show answers" asks for it again with the answers of the question chosen as condition."""
    form = QuestionForm.of(document, edited, language())
    shown_first(form, draft)
    found = [] if new else found_in(draft, document, edited.key)
    asks_for_answers = request.method == "POST" and "answers" in request.form
    if not asks_for_answers and form.validate_on_submit():
        document.replace_question(edited.key, form.put_into(document, edited, home))
        if stored(draft, document, form):
            if "another" in request.form:
                return redirect(url_for(".new_question", draft_id=draft.id, element_key=home.key), 303)
            return back(draft, edited.key)
    locked = home.code in locked_codes(draft)
    context = {"form": form, "found": found, "new": new, "home": home, "edited": edited, "locked": locked}
    return page("draft_parts/question.html", draft, document, **context), 200 if asks_for_answers else status(form)


@blueprint.route("/<int:draft_id>/thang-do/moi", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def new_scale(draft_id: int) -> ResponseReturnValue:
    draft, document = load(draft_id)
    return scale_page(draft, document, "")


@blueprint.route("/<int:draft_id>/thang-do/<scale_code>", methods=["GET", "POST"])
@may("questionnaires.edit", draft_path)
def scale(draft_id: int, scale_code: str) -> ResponseReturnValue:
    draft, document = load(draft_id)
    return scale_page(draft, document, scale_code) if scale_code in document.scales else abort(404)


def scale_page(draft: QuestionnaireDraft, document: Draft, code: str) -> ResponseReturnValue:
    """A scale that several questions share; an unused one can be taken away."""
    form = ScaleForm.of(code, document.scales.get(code, []))
    shown_first(form, draft)
    used = [question for question in document.questions if code and question.scale == code]
    if form.validate_on_submit():
        changed = document.copy()
        if "remove" in request.form and not used:
            changed.scales.pop(code, None)
        elif not put_scale(changed, code, form):
            context = {"form": form, "code": code, "used": used, "found": []}
            return page("draft_parts/scale.html", draft, document, **context), 422
        if stored(draft, changed, form):
            return back(draft)
    found = found_in(draft, document, f"scale:{code}")
    return page("draft_parts/scale.html", draft, document, form=form, code=code, used=used, found=found), status(form)


def put_scale(document: Draft, code: str, form: ScaleForm) -> bool:
    """Put the scale into the draft under the code that was typed; a code that is missing or another's is an error."""
    typed = form.typed_code
    if not typed or (typed != code and typed in document.scales):
        form.code.errors = [gettext("Give the scale a code that no other scale has.")]
        return False
    document.scales = {typed if name == code else name: choices for name, choices in document.scales.items()}
    document.scales[typed] = form.read()
    for question in document.questions:
        if code and question.scale == code:
            question.scale = typed
    return True
