"""What the pages of filings call their states and steps."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

STATES: dict[str, LazyString] = {
    "draft": lazy_pgettext("filing", "Waits for the unit"),
    "submitted": lazy_pgettext("filing", "Handed in"),
    "returned": lazy_pgettext("filing", "Returned"),
    "approved": lazy_pgettext("filing", "Approved"),
    "published": lazy_pgettext("filing", "Published"),
    "corrected": lazy_pgettext("filing", "Corrected"),
}
STEPS: dict[str, LazyString] = {
    "frozen": _l("Figures frozen when the wave closed"),
    "submitted": _l("Handed in by the unit"),
    "returned": _l("Returned to the unit"),
    "approved": _l("Approved"),
    "approved_ex_officio": _l("Approved ex officio, in place of the unit"),
    "renewed": _l("Figures taken over anew"),
    "published": _l("Published with the wave"),
    "corrected": _l("Corrected after the publication"),
}
DISAGREEMENTS: dict[str, LazyString] = {
    "figures": _l("computed anew, other figures come out"),
    "content": _l("what is stored does not have its digest"),
    "configuration": _l("the wave's configuration is not the one it was"),
}
ORDERS: dict[str, LazyString] = {
    "unit": _l("by unit code"),
    "deadline": _l("by deadline"),
    "estimate": _l("lowest satisfaction first"),
}
SIGNS = {
    "draft": "○",
    "submitted": "▶",
    "returned": "↩",
    "approved": "✓",
    "published": "✓✓",
    "corrected": "✎",
}
