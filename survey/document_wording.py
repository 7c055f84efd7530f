"""What documents to issue are called on the pages of offices and citizens: their kinds, their states, those of sets."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

KINDS: dict[str, LazyString] = {
    "unit_report": _l("Report of a unit"),
}
STATES: dict[str, LazyString] = {
    "draft": _l("Not made yet"),
    "made": _l("Made, not signed"),
    "signed": _l("Signed"),
    "published": _l("Document published"),
    "withdrawn": _l("Withdrawn"),
}
RUN_STATES: dict[str, LazyString] = {
    "waiting": _l("Waiting"),
    "making": _l("Being made"),
    "made": _l("Complete"),
    "failed": _l("Incomplete"),
    "cancelled": _l("Stopped"),
}
LANGUAGES: dict[str, LazyString] = {"vi": _l("Vietnamese"), "en": _l("English")}
