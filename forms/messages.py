"""WTForms' own messages in the reader's language: it brings no Vietnamese catalogue, so this one is ours."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from forms.definition import Language

FOLDER = Path(__file__).parent / "translations"


@cache
def wtforms_messages(language: Language) -> NullTranslations:
    """For `Meta.get_translations`; read once from the `.po` file itself: a compiled copy could be missing or stale."""
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / language / "LC_MESSAGES" / "wtforms.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
