"""The sheets of an XLSForm as rows that know their place, with the columns named as different programs write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.ballot import clean_text
from forms.fault import Fault
from forms.fault import noop as _n
from forms.question import DefinitionError, Language, Wording
from forms.xlsform import Sheets

_TAGGED = re.compile(r"\(\s*([a-z]{2,3})(?:[-_][a-z]+)?\s*\)$")
_LANGUAGES: dict[str, Language] = {
    "vi": "vi",
    "vie": "vi",
    "vietnamese": "vi",
    "tiếng việt": "vi",
    "tieng viet": "vi",
    "en": "en",
    "eng": "en",
    "english": "en",
    "tiếng anh": "en",
}
_OLD_NAMES = {"list name": "list_name", "value": "name", "media": "media", "relevance": "relevant"}
_TEXT_MISSING: dict[Language, str] = {
    "vi": _n("The Vietnamese text is missing."),
    "en": _n("The English text is missing."),
}


def language_of(tag: str) -> Language | None:
    """The language that "English (en)", "Tiếng Việt" or "vi" means; None for any other."""
    words = unicodedata.normalize("NFC", tag).strip().lower()
    tagged = _TAGGED.search(words)
    return _LANGUAGES.get(tagged.group(1) if tagged else words)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: `cells` by column ("type", or "label:vi" where the column is translated)."""

    table: Table
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def flag(self, column: str, sentence: str, **parameters: Any) -> None:
        """Note what is wrong with the cell; with an empty column, with the row."""
        self.table.flag(self.number, column, sentence, **parameters)

    def refuse(self, error: DefinitionError) -> None:
        for problem in error.problems:
            self.flag("", _n("This cannot be used: %(problem)s."), problem=problem)

    def texts(self, column: str, *, lines: bool = False) -> dict[Language, str]:
        """What stands in the column in each language, cleaned."""
        languages: tuple[Language, ...] = ("vi", "en")
        return {language: clean_text(self[f"{column}:{language}"], lines=lines) for language in languages}

    def wording(self, column: str, *, lines: bool = False) -> Wording | None:
        """The text in both languages; None, and a fault for each language that is missing, where it is not whole."""
        texts = self.texts(column, lines=lines)
        for language, text in texts.items():
            if not text and self.table.has(f"{column}:{language}"):
                self.flag(f"{column}:{language}", _TEXT_MISSING[language])
        return self.made(Wording, **texts) if all(texts.values()) else None

    def optional(self, column: str, *, lines: bool = False) -> Wording | None:
        """As :meth:`wording`, but both languages may be left empty."""
        return self.wording(column, lines=lines) if any(self.texts(column, lines=lines).values()) else None

    def made(self, make: Any, *arguments: Any, **named: Any) -> Any:
        """What `make` makes, or None and a fault for each of its problems."""
        try:
            return make(*arguments, **named)
        except DefinitionError as error:
            self.refuse(error)
            return None


class Table:
    """One sheet; a column without a language is taken as being in `default`."""

    def __init__(self, sheets: Sheets, name: str, faults: list[Fault], default: Language = "vi") -> None:
        self.name, self.faults = name, faults
        head: list[str] = []
        self._rest: list[list[str]] = []
        for key, rows in sheets.items():
            if key.strip().lower() == name and rows:
                head, *self._rest = rows
        self._heads: dict[str, tuple[int, str]] = {}
        for place, word in enumerate(head):
            if word.strip():
                self._heads.setdefault(_column(word, default), (place, word.strip()))

    def has(self, column: str) -> bool:
        return column in self._heads

    def flag(self, row: int, column: str, sentence: str, **parameters: Any) -> None:
        """Note what is wrong; a column is named as the file names it."""
        said = self._heads.get(column, (0, column.partition(":")[0]))[1]
        self.faults.append(Fault(row, said, sentence, parameters, self.name))

    def require(self, *columns: str) -> bool:
        """Whether all of the columns are there; a fault for each that is not."""
        missing = [column for column in columns if column not in self._heads]
        for column in missing:
            base, _, language = column.partition(":")
            full = {"": base, "vi": f"{base}::Tiếng Việt (vi)", "en": f"{base}::English (en)"}[language]
            self.faults.append(Fault(1, full, _n("The column %(column)s is missing."), {"column": full}, self.name))
        return not missing

    def rows(self) -> Iterator[Row]:
        """The rows in which anything stands."""
        for number, values in enumerate(self._rest, 2):
            cells = {
                column: unicodedata.normalize("NFC", values[place]).strip()
                for column, (place, _) in self._heads.items()
                if place < len(values)
            }
            if any(cells.values()):
                yield Row(self, number, cells)


def _column(word: str, default: Language) -> str:
    base, _, tag = word.strip().partition("::") if "::" in word else word.strip().partition(":")
    name = base.strip().lower()
    name = _OLD_NAMES.get(name, name)
    if name not in ("label", "hint", "sipas_label", "sipas_title", "sipas_legal_reference", "sipas_thanks"):
        return name
    language = language_of(tag) if tag else default
    return f"{name}:{language or tag.strip().lower()}"
