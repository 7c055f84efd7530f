"""The rule sets of the one-stop counter's score: the standard one, and the versions a province publishes."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.counter_rules import CounterRules, RulesFault, read_rules
from survey.models import CounterRuleSet
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day, quarter

_STANDARD = Path(__file__).with_name("counter_rules.yaml")

parsed = lru_cache(maxsize=32)(read_rules)


class CounterRulesError(OperationError):
    """A rule set that cannot be published."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "unreadable": _n("The rule set cannot be used: %(problem)s"),
        "same": _n("These are the rules in force on that day already."),
        "past": _n("What is over keeps the rules it was scored by: choose %(day)s or a later day."),
        "earlier": _n("A version in force from %(day)s was published already; choose that day or a later one."),
    }


def standard_rules() -> str:
    """The rule set that comes with the platform, as YAML."""
    return _STANDARD.read_text(encoding="utf-8")


def rules_on(session: Session, day: date) -> tuple[int, CounterRules, str]:
    """Version, rules and their YAML as in force on a day: of those valid by then the newest; version 0, the standard,
    before the first."""
    query = select(CounterRuleSet).where(CounterRuleSet.valid_from <= day)
    found = session.scalar(query.order_by(CounterRuleSet.version.desc()).limit(1))
    text = found.definition if found is not None else standard_rules()
    return found.version if found is not None else 0, parsed(text), text


def checked_rules(text: str) -> CounterRules:
    """The rule set that somebody wrote. It is remembered: where this goes before the transaction that writes, nothing
    is parsed while others wait. Raises :class:`CounterRulesError`."""
    try:
        return parsed(text)
    except RulesFault as error:
        raise CounterRulesError("unreadable", problem=str(error)) from error


def publish_rules(
    session: Session, text: str, valid_from: date, *, at: datetime, account_id: int | None = None
) -> CounterRuleSet:
    """Publish the next version, in force from a day of the current quarter or a later one on; it is never changed.
    Raises :class:`CounterRulesError`."""
    asked = checked_rules(text)
    first = quarter(province_day(at))[0]
    if valid_from < first:
        raise CounterRulesError("past", day=f"{first:%d/%m/%Y}")
    newest = session.scalar(select(func.max(CounterRuleSet.valid_from)))
    if newest is not None and valid_from < newest:
        raise CounterRulesError("earlier", day=f"{newest:%d/%m/%Y}")
    if asked == rules_on(session, valid_from)[1]:
        raise CounterRulesError("same")
    version = 1 + (session.scalar(select(func.max(CounterRuleSet.version))) or 0)
    made = CounterRuleSet(
        version=version, valid_from=valid_from, definition=text, published_at=at, account_id=account_id
    )
    session.add(made)
    session.flush()
    return made
