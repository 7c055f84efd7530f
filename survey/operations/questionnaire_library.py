"""What the library shows of each questionnaire: the standard ones, those published here, and the drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from forms import library
from forms.definition import Questionnaire as Definition
from survey.models import CoreSection, Questionnaire, QuestionnaireDraft, QuestionnaireOrigin, Unit, Wave
from survey.operations.folding import folded
from survey.operations.poll_waves import IS_SURVEY
from survey.operations.questionnaires import definition_of

PAGE_SIZE = 25
# About how long a person takes over a question of each kind, and over the first lines.
SECONDS: Mapping[str, int] = {"rating": 7, "yes_no": 6, "levels": 7, "single": 9, "several": 15, "short_text": 20}
LONG_TEXT_SECONDS, FIRST_LINES_SECONDS = 40, 20


@dataclass(frozen=True, slots=True)
class Version:
    """One published version; `waves` counts those that ask it, `core` says that units may add to it."""

    version: str
    valid_from: date
    valid_until: date | None
    waves: int
    core: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A questionnaire in the library: what its newest version asks, and its published versions from the newest on
    (none for a standard one that was never used). `owner` names the unit whose local supplement it is."""

    asked: Definition
    versions: tuple[Version, ...] = ()
    owner: str = ""

    @property
    def standard(self) -> bool:
        return self.asked.code in library.codes()

    @property
    def items(self) -> int:
        return sum(question.in_index for question in self.asked.questions)


def estimated_minutes(questionnaire: Definition) -> int:
    """How long answering takes about, where nobody measured it."""
    seconds = sum(SECONDS.get(question.kind, LONG_TEXT_SECONDS) for question in questionnaire.questions)
    return max(1, round((FIRST_LINES_SECONDS + seconds) / 60))


def standard_entries(session: Session, search: str) -> list[Entry]:
    """The standard questionnaires nobody has used yet that hold the words searched for."""
    codes = library.codes()
    used = set(session.scalars(select(Questionnaire.code).where(Questionnaire.code.in_(codes)).distinct()))
    unused = (library.standard(code) for code in codes if code not in used)
    return [Entry(asked) for asked in unused if _holds(asked, search)]


def _holds(asked: Definition, search: str) -> bool:
    texts = [
        asked.code,
        *(words[language] for words in (asked.title, asked.legal_reference) for language in ("vi", "en")),
    ]
    texts += [question.wording.vi for question in asked.questions]
    return folded(search) in folded(" ".join(texts))


def published_entries(
    session: Session, within: ColumnElement[bool], search: str = "", after: str = ""
) -> tuple[list[Entry], str | None]:
    """A page of the published questionnaires by code, from behind the code `after`, and the code after which the next
    page begins. Those with an owner are among them only where `within` (a condition on Unit.path) holds."""
    statement = (
        select(Questionnaire.code)
        .outerjoin(QuestionnaireOrigin, QuestionnaireOrigin.questionnaire_id == Questionnaire.id)
        .outerjoin(Unit, Unit.id == QuestionnaireOrigin.owner_id)
        .where(Questionnaire.published_at.is_not(None), Questionnaire.code > after)
        .where(or_(QuestionnaireOrigin.owner_id.is_(None), within))
    )
    if search:  # neither database folds Vietnamese capitals alike: as typed, and as a sentence would begin
        spellings = {search, search.lower(), search.capitalize()}
        statement = statement.where(or_(*(Questionnaire.definition.contains(s, autoescape=True) for s in spellings)))
    codes = session.scalars(statement.distinct().order_by(Questionnaire.code).limit(PAGE_SIZE + 1)).all()
    page = codes[:PAGE_SIZE]
    return list(_published(session, page)), page[-1] if len(codes) > PAGE_SIZE else None


def _published(session: Session, codes: Sequence[str]) -> Iterator[Entry]:
    rows = session.execute(
        select(Questionnaire, Unit.name_vi)
        .outerjoin(QuestionnaireOrigin, QuestionnaireOrigin.questionnaire_id == Questionnaire.id)
        .outerjoin(Unit, Unit.id == QuestionnaireOrigin.owner_id)
        .where(Questionnaire.code.in_(codes), Questionnaire.published_at.is_not(None))
        .order_by(Questionnaire.code, Questionnaire.valid_from.desc(), Questionnaire.id.desc())
    ).all()
    ids = [row.Questionnaire.id for row in rows]
    asking = select(Wave.questionnaire_id, func.count()).where(Wave.questionnaire_id.in_(ids), IS_SURVEY)
    waves = dict(session.execute(asking.group_by(Wave.questionnaire_id)).all())
    cores = set(session.scalars(select(CoreSection.questionnaire_id).where(CoreSection.questionnaire_id.in_(ids))))
    newest: dict[str, Questionnaire] = {}
    versions: dict[str, list[Version]] = defaultdict(list)
    owners: dict[str, str] = {}
    for row in rows:
        stored = row.Questionnaire
        newest.setdefault(stored.code, stored)
        owners[stored.code] = row.name_vi or ""
        used = waves.get(stored.id, 0)
        versions[stored.code].append(
            Version(stored.version, stored.valid_from, stored.valid_until, used, stored.id in cores)
        )
    for code, stored in newest.items():
        yield Entry(definition_of(stored), tuple(versions[code]), owners[code])


def drafts_within(session: Session, within: ColumnElement[bool], search: str = "") -> list[QuestionnaireDraft]:
    """The drafts of the units where `within` (on Unit.path) holds, the last changed first; at most a hundred."""
    found = session.scalars(
        select(QuestionnaireDraft)
        .join(Unit, Unit.id == QuestionnaireDraft.owner_id)
        .where(within)
        .options(joinedload(QuestionnaireDraft.owner), joinedload(QuestionnaireDraft.core))
        .order_by(QuestionnaireDraft.updated_at.desc(), QuestionnaireDraft.id.desc())
        .limit(100)
    )
    wanted = folded(search)
    return [draft for draft in found if wanted in folded(f"{draft.code} {draft.title_vi} {draft.title_en}")]


def versions_of(session: Session, code: str) -> list[Questionnaire]:
    """The published versions of a code, from the newest on."""
    query = select(Questionnaire).where(Questionnaire.code == code, Questionnaire.published_at.is_not(None))
    return list(session.scalars(query.order_by(Questionnaire.valid_from.desc(), Questionnaire.id.desc())))


def waves_asking(session: Session, questionnaire: Questionnaire) -> list[Wave]:
    """The waves that ask it, the newest fifty."""
    query = select(Wave).where(Wave.questionnaire_id == questionnaire.id, IS_SURVEY)
    return list(session.scalars(query.order_by(Wave.period_start.desc(), Wave.id.desc()).limit(50)))
