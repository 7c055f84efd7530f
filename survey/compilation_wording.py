"""What the compilation's pages call the contents and scopes of published figures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

CONTENTS: dict[str, LazyString] = {
    "overall": lazy_pgettext("published", "The index"),
    "policy": lazy_pgettext("published", "Making and carrying out public policy"),
    "services": lazy_pgettext("published", "Public administrative services"),
    "access": lazy_pgettext("published", "Access to services"),
    "procedures": lazy_pgettext("published", "Administrative procedures"),
    "officials": lazy_pgettext("published", "Officials"),
    "results": lazy_pgettext("published", "Results of services"),
    "feedback": lazy_pgettext("published", "Handling of opinions"),
}
SCOPES: dict[str, LazyString] = {"national": _l("Whole country")}


def content_word(code: str) -> str:
    """A known content in words; another one as it was loaded."""
    return str(CONTENTS.get(code, code))


def scope_word(code: str) -> str:
    return str(SCOPES.get(code, code))
