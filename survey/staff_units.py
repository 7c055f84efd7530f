"""A unit typed into a field of the back office: what it means, and what the page says where that is not clear."""

from __future__ import annotations

from flask import request
from flask_babel import gettext
from wtforms import StringField

from survey.accounts.scope import Scope, scope
from survey.analysis.unit_search import BETWEEN, Named, named_unit
from survey.database import current_session
from survey.models import Unit


def asked_unit(action: str) -> Named:
    """The unit that `?unit=` names, of those on which the signed-in person may do `action`."""
    return named_unit(current_session(), scope(action).covers(Unit.path), request.args.get("unit", "")[:300])


def typed_unit(field: StringField, reach: Scope) -> Unit | None:
    """The unit within reach that the field of a form names; None, with an error at the field, where there is none or
    several are called so."""
    named = named_unit(current_session(), reach.covers(Unit.path), field.data or "")
    if named.unit is None:
        field.errors = [unclear(named)]
    return named.unit


def unclear(named: Named) -> str:
    """Why no unit was found, and what to type."""
    if not named.others:
        return str(gettext("No unit within your reach is called so. Type its code or a part of its name."))
    units = "; ".join(f"{unit.code}{BETWEEN}{unit.name_vi}" for unit in named.others)
    return str(gettext("Several units are called so. Type the code of the one you mean: %(units)s.", units=units))
