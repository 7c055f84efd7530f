"""The one policy: who may do what where. Pure: no database, no web; everything not written here is denied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

ROLES = ("administrator", "compiler", "manager", "reviewer", "entry", "viewer", "auditor")
# From the unit manager upwards a password alone opens nothing.
SECOND_FACTOR_ROLES = frozenset({"administrator", "compiler", "manager"})

# They read exact figures and, the compiler, single answers, which no rated unit sees: it does not give them to itself.
FROM_ABOVE_ROLES = frozenset({"compiler", "auditor"})

Reach = Literal["subtree", "line"]


class Grant(NamedTuple):
    """A role on the unit with that path and on everything below it."""

    role: str
    path: str


class Rule(NamedTuple):
    """Roles that may do something, and how far from the granted unit.

    "subtree": on the unit and below. "line": above it too, for what a superior runs with its units (waves, published
    questionnaires): such a page shows of the superior's matter only what lies within reach.
    """

    roles: frozenset[str]
    reach: Reach = "subtree"


def _roles(*names: str, reach: Reach = "subtree") -> Rule:
    assert set(names) <= set(ROLES)
    return Rule(frozenset(names), reach)


RULES: dict[str, Rule] = {
    "people.read": _roles("administrator", "auditor"),
    "people.manage": _roles("administrator"),
    "audit.read": _roles("administrator", "auditor"),
    "places.read": _roles(*ROLES),
    "places.edit": _roles("administrator"),
    "counters.edit": _roles("administrator", "manager"),
    "services.edit": _roles("administrator"),
    "transactions.read": _roles("compiler", "manager", "viewer", "auditor"),
    "transactions.edit": _roles("compiler", "manager"),
    "questionnaires.read": _roles(*ROLES, reach="line"),
    "questionnaires.edit": _roles("compiler", "manager"),
    "questionnaires.publish": _roles("compiler"),
    "waves.read": _roles(*ROLES, reach="line"),
    "waves.edit": _roles("compiler"),
    "collectors.read": _roles("compiler", "manager", "entry", "viewer", "auditor"),
    "collectors.edit": _roles("compiler", "manager"),
    "progress.read": _roles("compiler", "manager", "entry", "viewer", "auditor", reach="line"),
    "progress.edit": _roles("compiler", "manager"),
    "results.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "results.exact": _roles("compiler", "auditor"),
    "results.compare": _roles("compiler", "auditor"),
    "comments.read": _roles("compiler", "manager", "reviewer"),
    "comments.tag": _roles("compiler", "manager", "reviewer"),
    "comments.moderate": _roles("compiler", "reviewer"),
    "responses.read": _roles("compiler"),
    "responses.flag": _roles("compiler"),
    "responses.write": _roles("compiler", "entry"),
    "paper.read": _roles("compiler", "manager", "entry", "auditor"),
    "paper.enter": _roles("compiler", "manager", "entry"),
    "paper.accept": _roles("compiler", "manager"),
    "imports.run": _roles("compiler", "entry"),
    "exports.figures": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "exports.rows": _roles("compiler"),
    "petitions.read": _roles("compiler", "manager", "reviewer", "auditor"),
    "petitions.handle": _roles("manager", "reviewer"),
    "petitions.board": _roles("compiler", "manager", "reviewer", "auditor"),
    "petitions.templates": _roles("compiler", "manager", "reviewer"),
    "petitions.settings": _roles("compiler"),
    "mail.read": _roles("administrator", "auditor"),
    "mail.manage": _roles("administrator"),
    "dialogues.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "dialogues.run": _roles("manager", "reviewer"),
    "dialogues.answer": _roles("manager", "reviewer"),
    "dialogues.conclude": _roles("manager"),
    "dialogues.board": _roles("compiler", "auditor"),
    "dialogues.remind": _roles("compiler"),
    "commitments.report": _roles("manager", "reviewer"),
    "remedies.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "remedies.edit": _roles("compiler", "manager"),
    "remedies.report": _roles("manager", "reviewer"),
    "themes.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "themes.edit": _roles("compiler"),
    "filings.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "filings.explain": _roles("manager", "reviewer"),
    "filings.submit": _roles("manager"),
    "filings.decide": _roles("compiler"),
    "filings.board": _roles("compiler", "auditor"),
    "waves.publish": _roles("compiler"),
    "compilation.read": _roles("compiler", "auditor"),
    "compilation.edit": _roles("compiler"),
    "counter_scores.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "counter_scores.record": _roles("compiler", "manager", "entry"),
    "counter_scores.officials": _roles("compiler", "manager"),
    "counter_scores.rules": _roles("compiler"),
    "counter_scores.fix": _roles("compiler"),
    "scorecards.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "scorecards.score": _roles("manager"),
    "scorecards.appraise": _roles("compiler"),
    "scorecards.edit": _roles("compiler"),
    "indices.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "indices.edit": _roles("compiler"),
    "emulation.read": _roles("compiler", "manager", "reviewer", "viewer", "auditor"),
    "emulation.propose": _roles("manager"),
    "emulation.edit": _roles("compiler"),
    "documents.read": _roles("compiler", "auditor"),
    "documents.make": _roles("compiler"),
    "documents.sign": _roles("compiler"),
    "api.manage": _roles("administrator"),
    "webhooks.manage": _roles("administrator"),
}


def allows(grants: Iterable[Grant], action: str, path: str | None = None) -> bool:
    """Whether one of the grants permits `action` on the unit at `path`; without a path, on any unit at all.

    Raises KeyError for an action nobody has written down.
    """
    rule = RULES[action]
    return any(
        grant.role in rule.roles and (path is None or _reaches(grant.path, path, rule.reach)) for grant in grants
    )


def allows_on_all(grants: Iterable[Grant], action: str, path: str | tuple[str, ...] | None) -> bool:
    """The same for the unit at `path`, of several paths for each of them."""
    held = tuple(grants)
    return all(allows(held, action, each) for each in (path if isinstance(path, tuple) else (path,)))


def _reaches(granted: str, path: str, reach: Reach) -> bool:
    return path.startswith(granted) or (reach == "line" and granted.startswith(path))


def may_give(grants: Iterable[Grant], role: str, path: str) -> bool:
    """Whether an administrator with these grants may give `role` on the unit at `path`: within his reach, and those of
    :data:`FROM_ABOVE_ROLES` only from strictly above it or from the root."""
    return any(
        grant.role == "administrator"
        and path.startswith(grant.path)
        and (role not in FROM_ABOVE_ROLES or grant.path != path or _is_root(path))
        for grant in grants
    )


def givable_roles(grants: Iterable[Grant], paths: Iterable[str]) -> tuple[str, ...]:
    """The roles that an administrator with these grants may give on one of the units at `paths` at least."""
    held, within = tuple(grants), tuple(paths)
    return tuple(role for role in ROLES if any(may_give(held, role, path) for path in within))


def _is_root(path: str) -> bool:
    return path.count("/") <= 2


def reached_paths(grants: Iterable[Grant], action: str) -> tuple[str, ...]:
    """The roots of the subtrees in which the grants permit `action`, none of them below another."""
    paths = sorted({grant.path for grant in grants if grant.role in RULES[action].roles})
    return tuple(path for path in paths if not any(path != other and path.startswith(other) for other in paths))
