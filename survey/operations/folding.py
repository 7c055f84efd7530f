"""How words are compared in a search: without case and without diacritics."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Lower case without diacritics, so that "song tra" finds "Sông Trà"."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
