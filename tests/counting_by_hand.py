"""A second way to count, for tests only: every response looked at in Python, one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.analysis.statistics import PersonSums
from survey.analysis.tally import Cell, Origin, Tally
from survey.models import Answer, Collector, Response, ResponseFlag, ScopeItem, SeveralAnswer


def count_by_hand(session: Session, keep: Callable[[Cell], bool]) -> Tally:
    """The tally of all stored responses that are no tests and whose cell `keep` accepts."""
    session.rollback()
    collectors = {collector.id: collector for collector in session.scalars(select(Collector))}
    flagged = set(session.scalars(select(ResponseFlag.response_id)))
    scopes: dict[int, list[int]] = defaultdict(list)
    for link in session.scalars(select(ScopeItem)):
        scopes[link.scope_id].append(link.question_id)
    once: dict[int, dict[int, int]] = defaultdict(dict)
    for answer in session.scalars(select(Answer)):
        once[answer.response_id][answer.question_id] = answer.choice
    several: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for tick in session.scalars(select(SeveralAnswer)):
        several[tick.response_id][tick.question_id].append(tick.choice)
    total = Tally()
    for response in session.scalars(select(Response).where(~Response.is_test)):
        origin = _origin(collectors[response.collector_id])
        if keep(Cell(origin, response.id in flagged, response.half_month)):
            total.add(_person(once[response.id], several[response.id], scopes))
    return total


def _origin(collector: Collector) -> Origin:
    place = (collector.wave_id, collector.unit_id, collector.counter_id)
    return Origin(collector.id, *place, collector.channel, collector.trust, collector.respondent_group)


def _person(once: dict[int, int], several: dict[int, list[int]], scopes: dict[int, list[int]]) -> Tally:
    def row(choices: Collection[int]) -> tuple[int, ...]:
        return (*(int(value in choices) for value in range(10)), 1)

    items = {question: row([choice]) for question, choice in once.items()}
    items |= {question: row(choices) for question, choices in several.items()}
    sums = {
        scope: PersonSums.of_person(once[question] for question in questions if once.get(question))
        for scope, questions in scopes.items()
    }
    return Tally(1, items, {scope: person for scope, person in sums.items() if person.v})
