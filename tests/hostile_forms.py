"""The forms of the back office as an attacker fills them in: every field that takes free text, found by itself."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import pytest
from wtforms import FieldList, FormField, HiddenField, PasswordField, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

import forms
from forms.staff import StaffForm
from tests.page_rules import parsed

# It begins as a formula does, and breaks out of an attribute, an element, a template, a statement and the line. What
# a field has no room for is cut: even the shortest keeps the quote and the element.
_ATTACK = "={}+cmd(){}\"><img src=x onerror=alert(1)>{{{{7*7}}}}'; DROP TABLE unit;--<script>alert(1)</script>"
_TURN = "\u202e"
_FIRST = 1001
_SHORTEST = 12
_NUMBER = re.compile(r"=(\d{4})\+cmd\(\)")
UNIT = "X1"
CODES = frozenset({"code", "version"})
UNITS = frozenset({"unit", "parent"})
OTHER_UNITS, OTHER_UNIT = frozenset({"transfer-unit"}), "X2"  # where a unit other than the objects' own is asked for
FREE_TEXT = frozenset({"text", "search", "email", "url", "tel"})

# Fields whose text is no one's to read again: what a list is narrowed by, what names an object or is a number.
KEPT_NOWHERE = frozenset(
    [
        "account.CodeForm.code",
        "account.RecoveryCodeForm.code",
        "account.ReplaceSecondFactorForm.code",
        "account.SetUpForm.code",
        "account.SignInForm.email",
        "api_key.ApiKeyForm.unit",
        "collector.MakeCollectorsForm.within",
        "counter_score.RulesForm.definition",  # no rules, and refused
        "dialogue_plan.PlanForm.unit",
        "export.ExportForm.unit",
        "import_file.ImportFileForm.unit",
        "index_series.NewIndexForm.code",
        "paper_batch.BatchFilter.code",
        "paper_batch.BatchPlaceForm.unit",
        "people.AuditFilter.person",
        "people.AuditFilter.subject",
        "people.AuditFilter.unit",
        "people.InvitationForm.unit",
        "people.PeopleFilter.q",
        "people.PeopleFilter.unit",
        "people.RoleForm.unit",
        "petition_settings.NewClassForm.code",
        "petitions.NewPetitionForm.email",  # sealed, and opened by a step of its own
        "petitions.NewPetitionForm.name",
        "petitions.NewPetitionForm.phone",
        "petitions.NewPetitionForm.unit",
        "petitions.TransferForm.unit",
        "place.CloseForm.successor",
        "place.CounterForm.code",
        "place.MergeForm.codes",
        "place.MoveForm.parent",
        "place.NewCounterForm.code",
        "place.NewUnitForm.code",
        "place.NewUnitForm.parent",
        "place.SucceedForm.code",
        "place.SucceedForm.parent",
        "place.UnitFilter.q",
        "place.UnitForm.code",
        "response.ResponseFilters.collector",
        "response.ResponseFilters.unit",
        "scorecard.LineForm.citizen_code",
        "scorecard.LineForm.citizen_waves",
        "scorecard.LineForm.citizen_weight",
        "scorecard.LineForm.delegate_code",
        "scorecard.LineForm.delegate_waves",
        "scorecard.LineForm.delegate_weight",
        "scorecard.LineForm.full_at",
        "scorecard.LineForm.none_below",
        "scorecard.LineForm.official_code",
        "scorecard.LineForm.official_waves",
        "scorecard.LineForm.official_weight",
        "scorecard.LineForm.steps",
        "scorecard.TemplateForm.code",
        "service.FieldForm.code",
        "service.NewServiceForm.code",
        "service.ServiceFilter.q",
        "transaction.PeriodForm.q",
        "unit_group.CodesForm.codes",
        "unit_group.FilterForm.q",
        "wave.PeriodForm.code",
        "wave.TargetForm.code",
        "wave.TargetForm.percent",
        "wave.TransactionsQuotaForm.error",
        "webhook.WebhookForm.unit",
    ]
)


class Attacks:
    """Texts to type, each with a number of its own by which it is known again."""

    def __init__(self) -> None:
        self._numbers = count(_FIRST)

    def text(self, most: int | None = None) -> str:
        """A new one, cut to what a field takes; where that leaves nothing of it, as no browser would send it."""
        return _ATTACK.format(next(self._numbers), _TURN)[: most if most and most >= _SHORTEST else None]

    def sensible(self, name: str, most: int | None) -> str:
        """An attack of the form that a field of that name asks for."""
        if name == "code":
            return f"N{next(self._numbers)}"
        text = self.text(30 if name in {"tags", "words"} else most)
        if name in {"email", "url"}:
            unbroken = text.replace(_TURN, "").replace(" ", "/")
            return f"{unbroken[:48]}@example.vn" if name == "email" else f"https://example.vn/?{unbroken}"
        return text


def kept(number: int) -> str:
    """What must be read where attack `number` is shown: all but what cannot be seen."""
    return _ATTACK.format(number, "")


def numbers_in(text: str) -> Iterator[int]:
    return (int(found) for found in _NUMBER.findall(text.replace(_TURN, "")))


def shown_in(page: Element) -> Iterator[tuple[int, str]]:
    """The attacks that a page shows, by number, each with the words or the attribute's value from there on.

    Raises AssertionError where one became part of the page.
    """
    for element in page.iter():
        assert element.tag != "img" or element.get("src") != "x", "an element was born of what was typed"
        assert not any("cmd()" in str(name) or "onerror" in str(name) for name in element.attrib), element.attrib
        for text in (element.text, element.tail, *element.attrib.values()):
            words = unquote(text or "").replace(
                _TURN, ""
            )  # which may stand in what was typed just now; nothing keeps it
            for found in _NUMBER.finditer(words):
                yield int(found.group(1)), words[found.start() :]


def is_literal(number: int, text: str) -> bool:
    """Whether the text from there on is the attack, or so much of it as a field had room for, before other words: not
    what a template made of it, and not escaped twice."""
    whole = kept(number)
    alike = next((k for k, (a, b) in enumerate(zip(whole, text, strict=False)) if a != b), min(len(whole), len(text)))
    computed = whole.startswith("{{", alike) and text.startswith("49", alike)
    return not computed and not re.match(r"\\|&(#\d+|[a-z]+);", text[alike:])


def text_fields() -> frozenset[str]:
    """Every field of free text that a form class of the back office has, as "module.Class.name"."""
    for module in pkgutil.iter_modules(forms.__path__):
        importlib.import_module(f"forms.{module.name}")
    pending, found = [StaffForm], set[str]()
    while pending:
        form = pending.pop()
        pending += form.__subclasses__()
        found |= set(_fields(form))
    return frozenset(found)


def _fields(form: type[BaseForm]) -> Iterator[str]:
    for name in dir(form):
        unbound = getattr(form, name)
        if not isinstance(unbound, UnboundField):
            continue
        kind = unbound.field_class
        if kind is FieldList and unbound.args[0].field_class is FormField:
            yield from _fields(unbound.args[0].args[0])
        elif issubclass(kind, StringField) and not issubclass(kind, HiddenField | PasswordField):
            yield _named(form, name)


def _named(form: type[BaseForm], name: str) -> str:
    return f"{form.__module__.removeprefix('forms.')}.{form.__qualname__}.{name}"


@contextmanager
def watched(patch: pytest.MonkeyPatch) -> Iterator[dict[int, str]]:
    """By number, the field of a form class that an attack reached while this lasts."""
    reached: dict[int, str] = {}
    begun = StaffForm.__init__

    def watching(self: StaffForm, *given: Any, **more: Any) -> None:
        begun(self, *given, **more)
        note(self)

    def note(form: BaseForm) -> None:
        for each in form:
            inner = each.entries if isinstance(each, FieldList) else [each] if isinstance(each, FormField) else []
            for entry in inner:
                note(entry.form)
            for raw in getattr(each, "raw_data", None) or () if not inner else ():
                for number in numbers_in(str(raw)):
                    reached.setdefault(number, _named(type(form), each.short_name))

    patch.setattr(StaffForm, "__init__", watching)
    yield reached


@dataclass
class PageForm:
    """A form as it stands on a page: where it is sent, what it holds, where one may type, and, of the fields that ask
    for a number or a unit, what is no nonsense there."""

    page: str
    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, int | None]] = field(default_factory=list)
    plain: dict[str, str] = field(default_factory=dict)

    def filled(self, attacks: Attacks, plain: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
        """What is sent: an attack in every field or, so that it be accepted, only where `plain` and the form itself
        have nothing better."""
        if plain is None:
            return [*self.values, *((name, attacks.text(most)) for name, most in self.texts)]
        sensible = {**plain, **self.plain}
        return [
            *self.values,
            *(
                (name, sensible[name] if name in sensible else attacks.sensible(name, most))
                for name, most in self.texts
            ),
        ]


def forms_on(address: str, html: str) -> Iterator[PageForm]:
    """The forms of a page in which something can be typed."""
    page, _errors = parsed(html)
    for element in page.iter("form"):
        target = element.get("action") or address
        found = PageForm(address, target, (element.get("method") or "get").upper())
        for control in element.iter():
            _read(found, control)
        if found.texts:
            yield found


def _read(found: PageForm, control: Element) -> None:
    name, value = control.get("name"), control.get("value") or ""
    if not name or control.get("disabled") is not None:
        return
    kind = (control.get("type") or "text").lower() if control.tag == "input" else control.tag
    if kind == "textarea" or kind in FREE_TEXT:
        found.texts.append((name, int(most) if (most := control.get("maxlength")) else None))
        if (plain := _plain(control, name, value)) is not None:
            found.plain[name] = plain
    elif kind == "select":
        options = [(each.get("value") or "", each.get("selected") is not None) for each in control.iter("option")]
        found.values.append((name, next((v for v, chosen in options if chosen and v), _first(options))))
    elif kind in {"radio", "checkbox"}:
        if control.get("checked") is not None or name not in dict(found.values):
            kept = [pair for pair in found.values if pair[0] != name or kind == "checkbox"]
            found.values = [*kept, (name, value or "y")]
    elif kind in {"hidden", "date", "time", "number", "month"}:
        day = "2030-01-15" if name == "deadline_on" else "2026-03-16"
        found.values.append((name, value or {"date": day, "time": "08:00", "number": "1"}.get(kind, "")))


def _first(options: list[tuple[str, bool]]) -> str:
    return next((value for value, _chosen in options if value), "")


def _plain(control: Element, name: str, value: str) -> str | None:
    """What stands in a field that asks for no words: the code there is, a unit, a number."""
    if name in CODES and value:
        return value
    if name in UNITS:
        return value or UNIT
    if name in OTHER_UNITS:
        return OTHER_UNIT
    return "5" if control.get("inputmode") in {"numeric", "decimal"} else None
