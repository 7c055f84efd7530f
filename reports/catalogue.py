"""The catalogue of what documents and figures say: gettext with the language as an argument, no global state."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from reports.figures import Language

_FOLDER = Path(__file__).parent / "translations"


@cache
def _translations(language: Language) -> NullTranslations:
    """Read from the `.po` file itself, once per process: a compiled copy could be missing or stale."""
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    with (_FOLDER / language / "LC_MESSAGES" / "reports.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext_noop(message: str) -> str:
    """Mark `message` for extraction where it is translated later."""
    return message


def gettext(message: str, language: Language, **values: object) -> str:
    """`message` in `language`, its `{placeholders}` filled from `values`, which are inserted as they are."""
    translated = _translations(language).gettext(message)
    return translated.format(**values) if values else translated


def ngettext(singular: str, plural: str, number: int, language: Language, **values: object) -> str:
    """The form that fits `number`; placeholders as in :func:`gettext`."""
    return _translations(language).ngettext(singular, plural, number).format(**values)
