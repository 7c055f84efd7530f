"""What several rooms of the back office call the same things: roles, states, channels, trust levels, kinds of unit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

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
    "room": _l("Room"),
}
WAVE_STATES: dict[str, LazyString] = {
    "draft": _l("Draft"),
    "open": _l("Open"),
    "closed": _l("Closed"),
    "published": _l("Published"),
}
CHANNELS: dict[str, LazyString] = {
    "qr": _l("QR code"),
    "link": _l("Link"),
    "kiosk": _l("Kiosk at the counter"),
    "paper": _l("Paper form"),
    "phone": _l("Telephone interview"),
    "interview": _l("Face-to-face interview"),
    "import": _l("Imported data"),
}
TRUST_LEVELS: dict[str, LazyString] = {
    "verified": _l("Verified dossier"),
    "present": _l("Present at the counter"),
    "open": _l("Open access"),
    "paper": _l("Paper form"),
    "assisted": _l("Entered with an official's help"),
}
RESPONDENT_GROUPS: dict[str, LazyString] = {
    "citizen": _l("Citizens and organisations"),
    "delegate": _l("People's council delegates"),
    "official": _l("Officials of the lower level"),
    "participant": _l("Participants of a dialogue"),
}
COLLECTOR_STATES: dict[str, LazyString] = {
    "active": _l("Active"),
    "revoked": _l("Revoked"),
}
VERDICTS: dict[str, LazyString] = {
    "met": _l("Target met"),
    "not_met": _l("Target not met"),
    "inconclusive": _l("Not enough grounds to conclude"),
}
