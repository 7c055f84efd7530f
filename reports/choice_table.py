"""A question of choices in a document: how many people chose each answer, and their share of those who answered."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.platypus import Flowable

from reports.catalogue import gettext
from reports.data_table import data_table
from reports.figures import ChoiceFigures, Language
from reports.page import Styles, paragraph
from reports.wording import count, people, percent


def choice_table(question: ChoiceFigures, language: Language, style: Styles) -> Iterator[Flowable]:
    """The base in a sentence, then a row per offered answer; a hidden question is only said to be hidden."""
    if question.suppressed:
        yield paragraph(gettext("hidden", language).capitalize() + ".", style.body)
        return
    yield paragraph(choice_base(question, language), style.body)
    head = (gettext("Answer", language), gettext("People", language), gettext("Share", language))
    rows = [
        (option.label[language], count(option.people, language), percent(question.share(option), language))
        for option in question.options
    ]
    yield data_table(head, rows, (106, 26, 30), style, numbers={1, 2})


def choice_base(question: ChoiceFigures, language: Language) -> str:
    """What the shares are shares of."""
    base = people(question.people, language)
    if question.several:
        return gettext("Base: {people} who answered; each could choose more than one.", language, people=base)
    return gettext("Base: {people} who answered.", language, people=base)
