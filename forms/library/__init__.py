"""The standard questionnaires: one file per published wording, never edited after."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from forms.definition import Questionnaire

_FOLDER = Path(__file__).parent


@cache
def codes() -> tuple[str, ...]:
    """Codes of the standard questionnaires, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def standard(code: str) -> Questionnaire:
    """The standard questionnaire of that code; raises LookupError with the codes that exist."""
    if code not in codes():
        raise LookupError(f"There is no standard questionnaire {code!r}; there are {', '.join(codes())}.")
    return Questionnaire.from_yaml((_FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))
