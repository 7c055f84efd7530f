"""The codebook of a wave: the variables of its rows, told by the questionnaire's definition, counted from tallies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import definition
from reports.codebook import Codebook, Entry
from reports.dataset import Variable
from reports.figures import Text
from survey.analysis.labels import wave_label
from survey.analysis.row_layout import Extract, read_layout
from survey.analysis.rows import selection
from survey.analysis.tally import Detail, Tally, read
from survey.models import Question, Questionnaire


def read_codebook(session: Session, extract: Extract, *, with_counts: bool) -> Codebook:
    """What describes the rows of an extract. `with_counts` counts them: for who may have the rows themselves."""
    stored = extract.wave.questionnaire
    defined = definition.Questionnaire.from_yaml(stored.definition)
    layout = read_layout(session, extract)
    versions = _versions(session, stored)
    tally = _tally(session, extract) if with_counts else None
    entries = [Entry(variable) for variable in layout.variables]
    for question in defined.questions:
        key, places = layout.questions.get(question.code, (0, ()))
        told = _told(question, defined, versions.get(question.code, ()))
        for place, value in zip(places, question.values or (0,), strict=False):
            entry = replace(told, variable=layout.variables[place])
            entries[place] = entry if tally is None else _counted(entry, question, tally, key, value)
    return Codebook(
        wave_label(extract.wave),
        stored.code,
        stored.version,
        stored.digest,
        Text(defined.title.vi, defined.title.en),
        Text(defined.legal_reference.vi, defined.legal_reference.en),
        stored.valid_from,
        stored.valid_until,
        tuple(entries),
        tally.responses if tally else None,
    )


def _told(question: definition.Question, defined: definition.Questionnaire, versions: Sequence[str]) -> Entry:
    """What the definition says of a question; the variable is filled in by the caller."""
    (section,) = (section for section in defined.sections if question in section.questions)
    scopes = tuple(
        (scope.code, Text(scope.title.vi, scope.title.en)) for scope in defined.scopes if question.code in scope.items
    )
    return Entry(
        Variable(question.code, Text("")),
        question.code,
        question.kind,
        Text(question.wording.vi, question.wording.en),
        Text(section.title.vi, section.title.en),
        question.criterion,
        scopes,
        _asked_if(question, defined),
        tuple(versions),
    )


def _asked_if(question: definition.Question, defined: definition.Questionnaire) -> Text:
    if question.condition is None:
        return Text("")
    earlier = defined.question(question.condition.question)
    chosen = [choice.wording for choice in earlier.choices if choice.value in question.condition.values]
    vi, en = ", ".join(wording.vi for wording in chosen), ", ".join(wording.en for wording in chosen)
    return Text(f"{earlier.code}: {vi}", f"{earlier.code}: {en}")


def _versions(session: Session, stored: Questionnaire) -> dict[str, list[str]]:
    """By question code, the published versions of the questionnaire that ask it, the oldest first."""
    statement = (
        select(Question.code, Questionnaire.version)
        .join(Questionnaire, Questionnaire.id == Question.questionnaire_id)
        .where(Questionnaire.code == stored.code, Questionnaire.published_at.is_not(None))
        .order_by(Questionnaire.valid_from, Questionnaire.id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for code, version in session.execute(statement):
        found[code].append(version)
    return found


def _tally(session: Session, extract: Extract) -> Tally:
    return read(session, selection(extract), Detail(scopes=())).total(lambda _cell: True)


def _counted(entry: Entry, question: definition.Question, tally: Tally, key: int, value: int) -> Entry:
    """The entry with its counts; texts are in no tally. `value` is the choice a tick stands for."""
    if question.kind in definition.TEXT_KINDS:
        return entry
    counts, people = tally.counts(key), tally.people(key)
    if question.kind == "several":
        return replace(entry, answered=people, counts={0: people - counts[value], 1: counts[value]})
    by_code = {code: counts[code] for code in question.values}
    return replace(entry, answered=sum(by_code.values()), counts=by_code)
