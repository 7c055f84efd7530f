"""What the pages of a draft share: which draft a request means, how it is stored, and the words for its findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from forms.definition import Language, Questionnaire
from forms.draft import Draft, DraftQuestion, DraftSection
from forms.draft_preview import showable
from forms.finding import FIELDS, STRUCTURE, Finding
from forms.questionnaire import DraftForm
from reports import wording
from survey.accounts.guard import account, commit
from survey.citizen_preview import LIMIT, weights
from survey.database import current_session
from survey.language import chosen_language
from survey.models import QuestionnaireDraft, Unit
from survey.operations.errors import OperationError
from survey.operations.questionnaire_drafts import change_draft, core_document, documents
from survey.operations.questionnaire_publication import check
from survey.operations.writing import begin_write
from survey.staff_pages import say


def draft_path(draft_id: int, **_others: object) -> str:
    """The path of the unit whose draft a request names; 404 where there is none."""
    path = current_session().scalar(
        select(Unit.path)
        .join(QuestionnaireDraft, QuestionnaireDraft.owner_id == Unit.id)
        .where(QuestionnaireDraft.id == draft_id)
    )
    return path if path is not None else abort(404)


def load(draft_id: int) -> tuple[QuestionnaireDraft, Draft]:
    """The draft a request means and what it says; 404 where somebody ended it just now. Whoever changes it is alone
    with it: on PostgreSQL by this lock, on SQLite any writer is."""
    changes = request.method == "POST"
    draft = current_session().get(QuestionnaireDraft, draft_id, with_for_update=changes, populate_existing=changes)
    if draft is None:
        abort(404)
    return draft, documents(draft)


def look(draft_id: int) -> tuple[QuestionnaireDraft, Draft]:
    """As :func:`load`, without keeping others from writing."""
    draft = current_session().get(QuestionnaireDraft, draft_id)
    return (draft, documents(draft)) if draft is not None else abort(404)


def write_now() -> None:
    """Begin to write only after the file was read, which may take long; what was read of the database is forgotten."""
    session = current_session()
    session.rollback()
    begin_write(session)


def section_or_404(document: Draft, key: str) -> DraftSection:
    found = _find(document, key)
    return found if isinstance(found, DraftSection) else abort(404)


def question_or_404(document: Draft, key: str) -> DraftQuestion:
    found = _find(document, key)
    return found if isinstance(found, DraftQuestion) else abort(404)


def _find(document: Draft, key: str) -> DraftSection | DraftQuestion:
    try:
        return document.find(key)
    except KeyError:
        abort(404)


def now() -> datetime:
    return datetime.now(UTC)


def language() -> Language:
    return "en" if chosen_language() == "en" else "vi"


def stored(draft: QuestionnaireDraft, document: Draft, form: DraftForm) -> bool:
    """Keep what the form made of the draft. Where that cannot be, the page may be sent once more: it says why, and its
    form then names the newest revision."""
    revision = form.read_revision
    form.revision.data = str(draft.revision)
    try:
        change_draft(current_session(), draft, document, revision=revision, by=account().name, at=now())
    except OperationError as error:
        flash(say(error), "danger")
        return False
    commit()
    return True


def back(draft: QuestionnaireDraft, element: str = "") -> ResponseReturnValue:
    """To the draft's page, at the part that was changed."""
    anchor = f"p-{element}" if element else None
    return redirect(url_for("drafts.show", draft_id=draft.id, _anchor=anchor), 303)


def act_on(draft_id: int, act: Callable[[QuestionnaireDraft, str], None], done: str) -> ResponseReturnValue:
    """One step of the draft as a whole; what it cannot do it says."""
    draft, _document = load(draft_id)
    try:
        act(draft, account().name)
    except OperationError as error:
        flash(say(error), "danger")
        return back(draft)
    commit()
    flash(done, "success")
    return back(draft)


def page(template: str, draft: QuestionnaireDraft, document: Draft, **context: object) -> str:
    """A page of the draft with the way back to it."""
    title = document.title[language()] or gettext("Untitled draft")
    crumbs = [
        (gettext("Questionnaires"), url_for("questionnaires.index")),
        (title, url_for("drafts.show", draft_id=draft.id)),
    ]
    return render_template(template, draft=draft, document=document, draft_title=title, crumbs=crumbs, **context)


def locked_codes(draft: QuestionnaireDraft) -> frozenset[str]:
    """Codes of the sections that the draft may not change."""
    if draft.core is None:
        return frozenset()
    return frozenset(section.code for section in core_document(current_session(), draft.core))


class Said(NamedTuple):
    """A finding in the reader's language, with the page on which it can be mended and the part it is about."""

    text: str
    url: str
    part: str
    severity: str


class Verdict(NamedTuple):
    """Everything found in a draft; `by_element` holds it by part. `weight` is what a citizen's page would weigh, in
    bytes; `left_out` counts the questions that are too unfinished to be shown."""

    findings: tuple[Said, ...]
    by_element: dict[str, list[Said]]
    weight: int | None
    left_out: int

    @property
    def errors(self) -> tuple[Said, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Said, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "warning")


def judged(draft: QuestionnaireDraft, document: Draft) -> Verdict:
    """What stands against publishing the draft, with the weight of the form as it would be served now."""
    found = check(current_session(), draft, document)
    shown, left_out = showable(document)
    weight = heaviest(shown)
    if weight is not None and weight > LIMIT:
        about = {"weight": kilobytes(weight), "limit": LIMIT // 1000}
        found.append(Finding("too_heavy", STRUCTURE, parameters=about))
    by_element: dict[str, list[Said]] = defaultdict(list)
    lines = []
    for finding in sorted(found, key=lambda each: each.severity != "error"):
        line = _said(draft, document, finding)
        lines.append(line)
        by_element[finding.element].append(line)
    return Verdict(tuple(lines), by_element, weight, len(left_out))


def found_in(draft: QuestionnaireDraft, document: Draft, element: str) -> list[Said]:
    """What was found in one part, to stand on its page."""
    found = check(current_session(), draft, document)
    return [_said(draft, document, finding) for finding in found if finding.element == element]


def heaviest(shown: Questionnaire | None) -> int | None:
    """Bytes of the form in the heavier language; None while there is nothing to show."""
    return max(weights(shown).values()) if shown is not None else None


def change_words() -> dict[str, str]:
    """What became of a question, as pages say it; "open" where nobody has said yet."""
    return {
        "unchanged": gettext("unchanged"),
        "wording": gettext("wording changed"),
        "scale": gettext("scale changed"),
        "meaning": gettext("meaning changed"),
        "new": gettext("new"),
        "dropped": gettext("dropped"),
        "open": gettext("text changed: still to be said how"),
    }


def kilobytes(size: int) -> str:
    """Thousands of bytes with one decimal, rounded up: what lies above a limit does not read as the limit."""
    text = f"{-(-size // 100) / 10:.1f}"
    return text if language() == "en" else text.replace(".", ",")


def _said(draft: QuestionnaireDraft, document: Draft, finding: Finding) -> Said:
    return Said(_sentence(finding), _address(draft, document, finding), _part(document, finding), finding.severity)


def _sentence(finding: Finding) -> str:
    parameters = dict(finding.parameters)
    for name, value in parameters.items():
        if name == "field":
            parameters[name] = gettext(FIELDS[value])
        elif isinstance(value, date):
            parameters[name] = wording.short_date(value, language())
    return str(gettext(finding.sentence) % parameters)


def _part(document: Draft, finding: Finding) -> str:
    """What the finding is about, as an editor calls it."""
    kind, _, code = finding.element.partition(":")
    if code:
        name = gettext("Scale") if kind == "scale" else gettext("Content")
        return f"{name} {code}"
    try:
        element = document.find(finding.element)
    except KeyError:
        return str(gettext("The whole questionnaire"))
    if isinstance(element, DraftSection):
        return element.title[language()] or element.code or str(gettext("Section without a title"))
    return element.label[language()] or element.name or str(gettext("Question without a name"))


def _address(draft: QuestionnaireDraft, document: Draft, finding: Finding) -> str:
    """Where it can be mended."""
    kind, _, code = finding.element.partition(":")
    if finding.code in ("continuity_open", "meaning_kept_code"):
        return url_for("drafts.continuity", draft_id=draft.id, _anchor=f"c-{finding.element}")
    if kind == "scale":
        return url_for("draft_parts.scale", draft_id=draft.id, scale_code=code)
    if kind == "content" or finding.element == "settings":
        return url_for("draft_parts.settings", draft_id=draft.id)
    if finding.element == STRUCTURE:
        return url_for("drafts.show", draft_id=draft.id, _anchor="structure")
    is_section = any(section.key == finding.element for section in document.sections)
    endpoint = "draft_parts.section" if is_section else "draft_parts.question"
    return url_for(endpoint, draft_id=draft.id, element_key=finding.element)
