"""What opinions and recommendations are called on the screen: kinds, states, steps, ways in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

KINDS: dict[str, LazyString] = {
    "difficulty": lazy_pgettext("opinion", "Difficulty"),
    "attitude": lazy_pgettext("opinion", "Attitude of an official"),
    "recommendation": lazy_pgettext("opinion", "Recommendation"),
    "praise": lazy_pgettext("opinion", "Praise"),
}
STATES: dict[str, LazyString] = {
    "received": lazy_pgettext("opinion", "Newly received"),
    "classified": lazy_pgettext("opinion", "Classified"),
    "transferred": lazy_pgettext("opinion", "Transferred"),
    "in_progress": lazy_pgettext("opinion", "In progress"),
    "answered": lazy_pgettext("opinion", "Answered"),
    "published": lazy_pgettext("opinion", "Published"),
    "rejected": lazy_pgettext("opinion", "Not accepted"),
}
STEPS: dict[str, LazyString] = {
    "received": lazy_pgettext("step", "Received"),
    "classified": lazy_pgettext("step", "Classified"),
    "transferred": lazy_pgettext("step", "Transferred"),
    "taken": lazy_pgettext("step", "Put in charge"),
    "extended": lazy_pgettext("step", "Deadline extended"),
    "rescheduled": lazy_pgettext("step", "Deadline moved with the working days"),
    "escalated": lazy_pgettext("step", "Lateness told to the unit above"),
    "answered": lazy_pgettext("step", "Answered"),
    "published": lazy_pgettext("step", "Published"),
    "rejected": lazy_pgettext("step", "Not accepted"),
    "rated": lazy_pgettext("step", "Handling rated"),
    "reopened": lazy_pgettext("step", "Sent back by the citizen"),
    "explained": lazy_pgettext("step", "Cause of the lateness"),
    "withdrawn": lazy_pgettext("step", "Publication withdrawn"),
    "restored": lazy_pgettext("step", "Accepted after all"),
    "note": lazy_pgettext("step", "Internal note"),
}
SOURCES: dict[str, LazyString] = {
    "web": _l("Sent by the citizen"),
    "staff": _l("Entered by an official"),
}
