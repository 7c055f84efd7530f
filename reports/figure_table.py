"""Figures as tables of a document: people, base, percentage, interval and verdict, a row per figure or unit."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable, Table

from reports.catalogue import gettext, gettext_noop
from reports.data_table import data_table
from reports.figures import Figure, Language
from reports.page import Styles
from reports.report_figures import UnitLine
from reports.verdict_card import mark
from reports.wording import NO_NUMBER, count, figure_percent, interval, verdict_word

_FIGURE_HEAD = (
    gettext_noop("People"),
    gettext_noop("Answers"),
    gettext_noop("Percent"),
    gettext_noop("95% interval"),
)
_UNIT_HEAD = (
    gettext_noop("Dossiers"),
    gettext_noop("People"),
    gettext_noop("Percent"),
    gettext_noop("95% interval"),
)


def figure_table(label: str, figures: Sequence[Figure], language: Language, style: Styles) -> Table:
    """People, base, percentage, interval and verdict, a row per figure."""
    head = ("", label, *(gettext(text, language) for text in _FIGURE_HEAD), "", gettext("Verdict", language))
    rows = [
        (
            str(k),
            figure.label[language],
            *_numbers(figure, language),
            mark(figure.verdict.state, 11),
            verdict_word(figure.verdict.state, language),
        )
        for k, figure in enumerate(figures, 1)
    ]
    return data_table(head, rows, (6.5, 47.5, 14, 15, 17, 33, 6, 25), style, numbers={2, 3, 4, 5})


def unit_table(lines: Sequence[UnitLine], language: Language, style: Styles) -> Table:
    """Units and counters with their dossiers, a row each."""
    head = [gettext("Unit or counter", language), *(gettext(text, language) for text in _UNIT_HEAD)]
    return data_table(
        [*head, "", gettext("Verdict", language)],
        [_unit_row(line, language) for line in lines],
        (43, 15, 14, 25, 33, 6, 26),
        style,
        numbers={1, 2, 3, 4},
    )


def _numbers(figure: Figure, language: Language) -> tuple[str, str, str, str]:
    if figure.suppressed:
        return NO_NUMBER, NO_NUMBER, figure_percent(figure, language), NO_NUMBER
    return (
        count(figure.people, language),
        count(figure.answers, language),
        figure_percent(figure, language),
        interval(figure.estimate, language, figure.verdict.target),
    )


def _unit_row(line: UnitLine, language: Language) -> tuple[Flowable | str, ...]:
    respondents, _, share, bounds = _numbers(line.index, language)
    state = line.index.verdict.state
    dossiers = count(line.transactions, language)
    return (
        line.place.name[language],
        dossiers,
        respondents,
        share,
        bounds,
        mark(state, 11),
        verdict_word(state, language),
    )
