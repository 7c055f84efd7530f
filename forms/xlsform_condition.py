"""The conditions (`relevant`) of an XLSForm, as far as a question here can depend on one earlier answer."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping

from forms.fault import noop as _n
from forms.question import Condition
from forms.xlsform_choices import ChoiceList
from forms.xlsform_table import Row

_REFERENCE = r"\$\{\s*([^\s{}]+)\s*\}"
_COMPARED = re.compile(rf"{_REFERENCE}\s*(!=|<=|>=|=|<|>)\s*['\"]?([\w.-]+)['\"]?")
_SELECTED = re.compile(rf"selected\(\s*{_REFERENCE}\s*,\s*['\"]([\w.-]+)['\"]\s*\)")
_OR = re.compile(r"\s+or\s+")
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
}


def read_condition(row: Row, text: str, asked: Mapping[str, ChoiceList], codes: Mapping[str, str]) -> Condition | None:
    """The condition that `text` says; None, and a fault, where it says what cannot be said here.

    `asked` are the lists of the questions asked before, by their names in the form, and `codes` their codes.
    """
    question, values = "", set[int]()
    for term in _OR.split(text.strip()):
        compared = _COMPARED.fullmatch(term.strip(" ()")) or _SELECTED.fullmatch(term.strip())
        if compared is None or (question and compared.group(1) != question):
            row.flag(
                "relevant",
                _n(
                    "This condition cannot be read: name one earlier question, as ${question} = 'choice' or "
                    "selected(${question}, 'choice'), several of them joined by “or”."
                ),
            )
            return None
        question, *_, name = compared.groups()
        if question not in asked:
            row.flag("relevant", _n("The question %(question)s is not asked before this one."), question=question)
            return None
        known = asked[question].values
        if name not in known:
            row.flag("relevant", _n("The question %(question)s offers no %(choice)s."), question=question, choice=name)
            return None
        sign = compared.group(2) if compared.re is _COMPARED else "="
        values |= _values(sign, known[name], known.values())
    return row.made(Condition, codes[question], tuple(sorted(values))) if values else None


def _values(sign: str, bound: int, offered: Iterable[int]) -> set[int]:
    if sign == "=":
        return {bound}
    holds = _COMPARISONS[sign]
    return {value for value in offered if value and holds(value, bound)}
