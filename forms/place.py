"""Forms of units and counters: their names, and what becomes of them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from forms.staff import StaffForm

_NAME = Length(max=300)
_CODE = {"autocomplete": "off", "spellcheck": "false"}
# The script offers units while a code is typed; without it the code is typed whole.
_UNIT = {**_CODE, "data-suggest": "units"}


class UnitForm(StaffForm):
    """What a unit is called; `kind.choices` are the caller's."""

    code = StringField(_l("Code"), [InputRequired(), Length(max=40)], render_kw=_CODE)
    kind = SelectField(_l("Kind"), [InputRequired()])
    name_vi = StringField(_l("Name in Vietnamese"), [InputRequired(), _NAME])
    name_en = StringField(_l("Name in English"), [Optional(), _NAME])
    one_stop_vi = StringField(
        _l("Name of its one-stop unit"),
        [Optional(), _NAME],
        description=_l("As citizens read it on the form, such as “Trung tâm Phục vụ hành chính công”."),
    )
    one_stop_en = StringField(_l("Name of its one-stop unit in English"), [Optional(), _NAME])


class NewUnitForm(UnitForm):
    parent = StringField(_l("Under the unit"), [InputRequired(), Length(max=40)], render_kw=_UNIT)
    valid_from = DateField(_l("Exists since"), [InputRequired()])


class MoveForm(StaffForm):
    parent = StringField(_l("Under the unit"), [InputRequired(), Length(max=40)], render_kw=_UNIT)


class SucceedForm(StaffForm):
    """Close a unit and let a new one carry on."""

    code = StringField(_l("Code of the successor"), [InputRequired(), Length(max=40)], render_kw=_CODE)
    parent = StringField(
        _l("Under the unit"),
        [Optional(), Length(max=40)],
        description=_l("Empty: where the old one was."),
        render_kw=_UNIT,
    )
    on = DateField(_l("Last day of the old unit"), [InputRequired()])


class CloseForm(StaffForm):
    on = DateField(_l("Last day"), [InputRequired()])
    successor = StringField(
        _l("Successor"),
        [Optional(), Length(max=40)],
        description=_l("The unit that carries on, if there is one."),
        render_kw=_UNIT,
    )


class MergeForm(StaffForm):
    """Which units end in this one. Boxes beside the form name some, `codes` any others."""

    codes = StringField(
        _l("Other units, by their codes"),
        [Optional(), Length(max=2000)],
        description=_l("Several are parted by commas or blanks."),
        render_kw=_CODE,
    )
    on = DateField(_l("Last day of the units that are merged"), [InputRequired()])


class CounterForm(StaffForm):
    code = StringField(_l("Code"), [InputRequired(), Length(max=40)], render_kw=_CODE)
    name_vi = StringField(_l("Name in Vietnamese"), [InputRequired(), _NAME])
    name_en = StringField(_l("Name in English"), [Optional(), _NAME])


class NewCounterForm(CounterForm):
    valid_from = DateField(_l("Exists since"), [InputRequired()])


class CloseCounterForm(StaffForm):
    on = DateField(_l("Last day"), [InputRequired()])


class UploadForm(StaffForm):
    """A file that is looked at before it counts."""

    file = FileField(
        _l("File (.xlsx or .csv)"), [FileRequired(_l("Choose a file."))], render_kw={"accept": ".xlsx,.csv,.txt"}
    )


class UnitFilter(StaffForm):
    class Meta(StaffForm.Meta):
        csrf = False

    q = StringField(_l("Name or code"), [Optional(), Length(max=100)], render_kw={"type": "search"})
    closed = BooleanField(_l("Closed ones too"))
