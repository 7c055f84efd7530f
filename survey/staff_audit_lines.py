"""Entries of the audit log in words: what each changed, column by column, and bulk deeds folded into one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from flask_babel import gettext
from sqlalchemy.orm import Session

from survey.accounts.audit_names import names_of
from survey.models import AuditEntry
from survey.staff_audit_columns import column_name
from survey.staff_audit_values import value_word
from survey.staff_pages import moment

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


class Line(NamedTuple):
    """One column of what an entry changed."""

    name: str
    before: str
    after: str


Worded = tuple[AuditEntry, list[Line]]


def worded(session: Session, entries: Sequence[AuditEntry]) -> list[Worded]:
    """Each entry with what it changed, column by column; ids as the code or name of what they name."""
    sides = [tuple(json.loads(side) if side else {} for side in (entry.before, entry.after)) for entry in entries]
    names = names_of(session, (side for both in sides for side in both))

    def lines(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
        return [
            Line(column_name(column), *(_shown(kind, column, side.get(column), names) for side in (before, after)))
            for column in {**before, **after}
        ]

    return [(entry, lines(entry.subject_kind, *both)) for entry, both in zip(entries, sides, strict=True)]


def folded(entries: Iterable[Worded]) -> list[list[Worded]]:
    """Runs of entries that one person made by one deed in one second: a bulk action is one run."""

    def deed(worded_entry: Worded) -> tuple[object, ...]:
        entry, _ = worded_entry
        second = entry.at.replace(microsecond=0)
        return entry.actor_kind, entry.account_id, entry.actor, entry.action, entry.subject_kind, second

    return [list(run) for _, run in groupby(entries, deed)]


def _shown(kind: str, column: str, value: object, names: Mapping[tuple[str, int], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, int):
        return names.get((column, value), str(value))
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return moment(datetime.fromisoformat(value))
    return value_word(kind, column, str(value))
