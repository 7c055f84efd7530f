"""What is typed into scorecards: points row by row, explanations, the council's points; templates and criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from forms.decimal_field import CommaDecimalField
from forms.staff import StaffForm


class RowForm(StaffForm):
    """The unit's row: points, or two numbers; `seen` is the last line of the log when the form was shown."""

    points = CommaDecimalField(_l("Points"))
    counted = CommaDecimalField(_l("Number reached"))
    base = CommaDecimalField(_l("Of"))
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Why points are missing to the maximum, or what the points rest on."),
        validators=[Length(max=1000)],
    )
    remedy = TextAreaField(_l("Remedy"), validators=[Length(max=1000)])
    seen = HiddenField()

    def keep(self, rule: str) -> None:
        """Leave the fields that the rule of the criterion asks for."""
        if rule != "manual":
            del self.points
        if rule != "ratio":
            del self.counted, self.base


class AppraisalForm(StaffForm):
    points = CommaDecimalField(_l("Points of the council"))
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Needed where the points differ from those that stood there."),
        validators=[Length(max=1000)],
    )
    seen = HiddenField()


class ExplanationForm(StaffForm):
    reason = TextAreaField(
        _l("Explanation"),
        description=_l("What the council should know before it sets the final points."),
        validators=[InputRequired(), Length(max=1000)],
    )
    seen = HiddenField()


class ReturnForm(StaffForm):
    reason = TextAreaField(_l("Reason"), validators=[InputRequired(), Length(max=1000)])


class EvidenceForm(StaffForm):
    file = FileField(_l("Evidence file"), description=_l("PDF, JPEG or PNG, up to 5 MB."))


class TemplateForm(StaffForm):
    """What stands above the criteria."""

    code = StringField(
        _l("Code"), description=_l("Letters, digits and hyphens."), validators=[InputRequired(), Length(max=40)]
    )
    owner = SelectField(_l("Scored for"), validators=[InputRequired()])
    year = IntegerField(_l("Year"), validators=[InputRequired(), NumberRange(2000, 2200)])
    unit_kind = SelectField(
        _l("Units scored"),
        choices=[SelectChoice("department", _l("Departments")), SelectChoice("commune", _l("Communes and wards"))],
    )
    name_vi = StringField(_l("Name"), validators=[InputRequired(), Length(max=300)])
    name_en = StringField(_l("Name in English"), validators=[Length(max=300)])
    reference_vi = StringField(_l("Legal reference"), validators=[Length(max=500)])
    reference_en = StringField(_l("Legal reference in English"), validators=[Length(max=500)])
    council = StringField(_l("Scoring council"), validators=[Length(max=300)])
    self_due_on = DateField(_l("Units score themselves until"), validators=[InputRequired()])
    explanation_due_on = DateField(_l("Units explain until"), validators=[InputRequired()])
    final_due_on = DateField(_l("Final points until"), validators=[InputRequired()])

    def offer(self, owners: Mapping[str, str]) -> None:
        self.owner.choices = [SelectChoice(code, name) for code, name in owners.items()]


class FileForm(StaffForm):
    file = FileField(_l("YAML file"), description=_l("As this page exports it."))
    owner = SelectField(_l("Scored for"), validators=[InputRequired()])

    def offer(self, owners: Mapping[str, str]) -> None:
        self.owner.choices = [SelectChoice(code, name) for code, name in owners.items()]


class UnitForm(StaffForm):
    unit = SelectField(_l("Unit"), validators=[InputRequired()])

    def offer(self, units: Mapping[str, str]) -> None:
        self.unit.choices = [SelectChoice(code, name) for code, name in units.items()]


FIGURES = [
    SelectChoice("index", _l("Index")),
    SelectChoice("overall", _l("Overall question")),
    SelectChoice("factor", _l("Factor")),
    SelectChoice("item", _l("Item")),
]


class LineForm(StaffForm):
    """A heading or a criterion; of the rules only the fields of the chosen one are read."""

    number = StringField(_l("Number as printed"), validators=[InputRequired(), Length(max=20)])
    name_vi = TextAreaField(_l("Wording"), validators=[InputRequired(), Length(max=1000)])
    name_en = TextAreaField(_l("Wording in English"), validators=[Length(max=1000)])
    rule = SelectField(_l("How points come about"), validators=[InputRequired()])
    maximum = CommaDecimalField(_l("Maximum of the criterion"), description=_l("A heading has none of its own."))
    steps = TextAreaField(
        _l("Steps of points"),
        description=_l("One a line, a rising share and its points: 80% = 0.5. Leave empty for points in proportion."),
        validators=[Length(max=1000)],
    )
    full_at = StringField(_l("All points at"), description=_l("A share, such as 100%."), validators=[Length(max=20)])
    none_below = StringField(_l("No points below"), validators=[Length(max=20)])
    counted_vi = StringField(_l("What is counted"), validators=[Length(max=300)])
    base_vi = StringField(_l("Of what"), validators=[Length(max=300)])
    measure = SelectField(_l("Measure of the platform"))
    delegate_weight = StringField(_l("Weight of the group"), validators=[Length(max=20)])
    delegate_waves = StringField(_l("Codes of the waves"), validators=[Length(max=400)])
    delegate_figure = SelectField(_l("Figure"), choices=FIGURES)
    delegate_code = StringField(_l("Code of the factor or item"), validators=[Length(max=60)])
    official_weight = StringField(_l("Weight of the group"), validators=[Length(max=20)])
    official_waves = StringField(_l("Codes of the waves"), validators=[Length(max=400)])
    official_figure = SelectField(_l("Figure"), choices=FIGURES)
    official_code = StringField(_l("Code of the factor or item"), validators=[Length(max=60)])
    citizen_weight = StringField(_l("Weight of the group"), validators=[Length(max=20)])
    citizen_waves = StringField(_l("Codes of the waves"), validators=[Length(max=400)])
    citizen_figure = SelectField(_l("Figure"), choices=FIGURES)
    citizen_code = StringField(_l("Code of the factor or item"), validators=[Length(max=60)])

    def offer(self, rules: Sequence[tuple[str, str]], measures: Sequence[tuple[str, str]]) -> None:
        self.rule.choices = [SelectChoice(*each) for each in rules]
        self.measure.choices = [SelectChoice(*each) for each in measures]
