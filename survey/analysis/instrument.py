"""What a wave asked, as analysis needs it: items, factors, contents and the index with their row ids and wordings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import definition
from reports.figures import Level, Text
from survey.models import Question, Questionnaire, Scope, ScopeItem

OVERALL = "overall_satisfaction"  # the single question that stands outside the pool
RATING, SEVERAL = "rating", "several"
SINGLE = "single"  # what people say of themselves: age, occupation, the field of the procedure
COUNTED = (SEVERAL, SINGLE, "yes_no")


@dataclass(frozen=True, slots=True)
class Asked:
    """The earlier question and the values of it under which an item is shown."""

    question_id: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A question of five points, or of three levels. `condition` is None where everybody is asked."""

    id: int
    code: str
    label: Text
    condition: Asked | None = None
    three_levels: bool = False

    @property
    def key(self) -> str:
        """Names its figure among all figures of the questionnaire, pools included."""
        return f"q{self.id}"


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """A question whose answers are shown as counts alone; `several` may be chosen at once."""

    id: int
    code: str
    label: Text
    several: bool
    options: tuple[tuple[int, Text], ...]
    about_oneself: bool = False  # each person is in at most one of its groups: others are broken down by it

    @property
    def key(self) -> str:
        return f"q{self.id}"


@dataclass(frozen=True, slots=True)
class Pool:
    """Items that are pooled into one figure: a factor, a content or the index."""

    id: int
    code: str
    level: Level
    label: Text
    items: tuple[Item, ...]

    @property
    def key(self) -> str:
        return f"s{self.id}"


@dataclass(frozen=True)
class Instrument:
    """A questionnaire's measuring part. Without items in the index, `index` is None (one-tap: only `overall`).

    A form without any five-point question has its last question of three levels as `overall`. `choices` are the
    questions whose answers are counted and not rated: of one choice, of several and, in a form without five-point
    questions, of three levels.
    """

    code: str
    version: str
    title: Text
    legal_reference: Text
    items: tuple[Item, ...]
    overall: Item | None
    factors: tuple[Pool, ...]
    contents: tuple[Pool, ...]
    index: Pool | None
    choices: tuple[ChoiceQuestion, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def conditional(self) -> bool:
        """Whether an item is shown only after certain answers, so that those have to be read as well."""
        return any(item.condition for item in (*self.items, *([self.overall] if self.overall else [])))

    @property
    def scope_ids(self) -> tuple[int, ...]:
        """Of all pools."""
        index = (self.index,) if self.index else ()
        return tuple(pool.id for pool in (*index, *self.contents, *self.factors))

    @property
    def headline(self) -> Pool | Item | None:
        """What the headline is about: the index, else the overall question."""
        return self.index or self.overall

    @cached_property
    def pooled_into(self) -> Mapping[str, str | None]:
        """Each figure's key with that of the next wider figure it is pooled into (None at the top), widest first."""
        pools = [*([self.index] if self.index else []), *self.contents, *self.factors]
        into: dict[str, str | None] = {}
        for at, pool in enumerate(pools):
            wider = [other for other in pools[:at] if other.level != pool.level and set(pool.items) <= set(other.items)]
            into[pool.key] = wider[-1].key if wider else None
        for item in self.items:
            into[item.key] = [pool for pool in pools if item in pool.items][-1].key
        if self.overall:
            into[self.overall.key] = None
        return into | {question.key: None for question in self.choices}


def read_instrument(session: Session, questionnaire: Questionnaire) -> Instrument:
    """The measuring part of a stored questionnaire. Raises LookupError where its rows and its definition differ."""
    defined = _definition(questionnaire.digest, questionnaire.definition)
    ids: dict[str, int] = {
        code: key
        for key, code in session.execute(
            select(Question.id, Question.code).where(Question.questionnaire_id == questionnaire.id)
        )
    }
    missing = [question.code for question in defined.questions if question.code not in ids]
    if missing:
        raise LookupError(f"the questionnaire {questionnaire.code} has no rows for {', '.join(missing)}")
    ratings = {question.code: _item(question, ids) for question in defined.questions if question.kind == RATING}
    levels = [] if ratings else [question for question in defined.questions if _has_three_levels(question)]
    by_id = {item.id: item for item in ratings.values()}
    members: dict[int, set[int]] = defaultdict(set)
    pools: list[Pool] = []
    rows = session.execute(
        select(Scope.id, Scope.code, Scope.level, ScopeItem.question_id)
        .join(ScopeItem, ScopeItem.scope_id == Scope.id)
        .where(Scope.questionnaire_id == questionnaire.id)
        .order_by(Scope.position, Scope.id)
    ).all()
    for scope_id, _, _, question_id in rows:
        members[scope_id].add(question_id)
    titles = {scope.code: Text(scope.title.vi, scope.title.en) for scope in defined.scopes}
    for scope_id, code, level in dict.fromkeys((row[0], row[1], row[2]) for row in rows):
        items = tuple(item for key, item in by_id.items() if key in members[scope_id])
        pools.append(Pool(scope_id, code, cast("Level", level), titles[code], items))
    by_level: Mapping[str, list[Pool]] = {
        level: [pool for pool in pools if pool.level == level] for level in ("factor", "content", "index")
    }
    index = by_level["index"][0] if by_level["index"] else None
    return Instrument(
        questionnaire.code,
        questionnaire.version,
        Text(defined.title.vi, defined.title.en),
        Text(defined.legal_reference.vi, defined.legal_reference.en),
        index.items if index else (),
        _item(levels[-1], ids) if levels else ratings.get(OVERALL),
        tuple(by_level["factor"]),
        tuple(by_level["content"]),
        index,
        tuple(_choices(q, ids) for q in defined.questions if q.kind in COUNTED or q in levels),
    )


def _item(question: definition.Question, ids: Mapping[str, int]) -> Item:
    label, three_levels = Text(question.label.vi, question.label.en), _has_three_levels(question)
    if question.condition is None:
        return Item(ids[question.code], question.code, label, three_levels=three_levels)
    condition = Asked(ids[question.condition.question], question.condition.values)
    return Item(ids[question.code], question.code, label, condition, three_levels)


def _choices(question: definition.Question, ids: Mapping[str, int]) -> ChoiceQuestion:
    options = tuple((choice.value, Text(choice.wording.vi, choice.wording.en)) for choice in question.choices)
    label = Text(question.label.vi, question.label.en)
    kind = question.kind
    return ChoiceQuestion(ids[question.code], question.code, label, kind == SEVERAL, options, kind == SINGLE)


def _has_three_levels(question: definition.Question) -> bool:
    return question.kind == "levels" and [c.value for c in question.choices if c.value] == [1, 2, 3]


@lru_cache(maxsize=32)
def _definition(_digest: str, text: str) -> definition.Questionnaire:
    """Reading YAML takes longer than all figures of a unit; a published definition never changes."""
    return definition.Questionnaire.from_yaml(text)
