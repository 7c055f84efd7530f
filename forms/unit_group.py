"""Saved groups of units: their names, and the units put into them by picking, by kind or by pasted codes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from forms.staff import StaffForm


class GroupForm(StaffForm):
    name_vi = StringField(
        _l("Name in Vietnamese"),
        description=_l("As reports print it, for example “Các xã miền núi”."),
        validators=[InputRequired(), Length(max=200)],
    )
    name_en = StringField(_l("Name in English"), validators=[Length(max=200)])


class UnitsForm(StaffForm):
    """Units ticked in a list; `offer` says which, by id."""

    units = SelectMultipleField(
        _l("Units"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, units: Mapping[int, str]) -> None:
        self.units.choices = [SelectChoice(key, name) for key, name in units.items()]


class KindForm(StaffForm):
    of_kind = SelectField(_l("Kind"), validators=[InputRequired()])

    def offer(self, kinds: Mapping[str, object]) -> None:
        self.of_kind.choices = [SelectChoice(code, str(name)) for code, name in kinds.items()]


class CodesForm(StaffForm):
    codes = TextAreaField(
        _l("Codes of units"),
        description=_l("One a line, or separated by commas, as copied from a spreadsheet."),
        validators=[InputRequired(), Length(max=100_000)],
    )


class FilterForm(StaffForm):
    """Which units are offered for picking; it only asks."""

    class Meta(StaffForm.Meta):
        csrf = False

    kind = SelectField(_l("Kind"))
    q = StringField(_l("Name or code"), validators=[Length(max=100)], render_kw={"type": "search"})

    def offer(self, kinds: Mapping[str, object]) -> None:
        self.kind.choices = [SelectChoice(code, str(name)) for code, name in kinds.items()]
