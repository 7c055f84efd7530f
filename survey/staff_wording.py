"""What several rooms of the back office call the same things: roles, states, channels, trust levels, kinds of unit."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from reports import names
from reports.figures import Language
from survey import models

ROLES: dict[str, LazyString] = {
    "administrator": _l("Administrator"),
    "compiler": _l("Compiler (Interior Department)"),
    "manager": _l("Unit manager"),
    "reviewer": _l("Reviewer of opinions"),
    "entry": _l("Data entry"),
    "viewer": _l("Viewer"),
    "auditor": _l("Auditor"),
}
UNIT_KINDS: dict[str, LazyString] = {
    "province": _l("Province"),
    "department": _l("Department"),
    "commune": _l("Commune or ward"),
    "room": _l("Room or subordinate office"),
}
WAVE_STATES: dict[str, LazyString] = {
    "draft": _l("Draft"),
    "open": _l("Open"),
    "closed": _l("Closed"),
    "published": _l("Published"),
}


def _as_printed(name: Callable[[str, Language], str], code: str) -> LazyString:
    """What the reports call it, in the reader's language."""
    return LazyString(lambda: name(code, "en" if str(get_locale()) == "en" else "vi"))


CHANNELS = {code: _as_printed(names.channel_name, code) for code in models.CHANNELS}
TRUST_LEVELS = {code: _as_printed(names.trust_name, code) for code in models.TRUST_LEVELS}
RESPONDENT_GROUPS = {code: _as_printed(names.group_name, code) for code in models.RESPONDENT_GROUPS}
COLLECTOR_STATES: dict[str, LazyString] = {
    "active": _l("Active"),
    "revoked": _l("Revoked"),
}
VERDICTS: dict[str, LazyString] = {
    "met": _l("Target met"),
    "not_met": _l("Target not met"),
    "inconclusive": _l("Not enough grounds to conclude"),
}
