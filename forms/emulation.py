"""What is typed in emulation: a campaign with its weights, a unit's report, the council's marks, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.decimal_field import CommaDecimalField
from forms.staff import StaffForm

# The fields of weights by source; the two criteria that the council marks follow with their names.
WEIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "weight_sipas": "sipas",
        "weight_sipas_target": "sipas_target",
        "weight_scorecard": "scorecard",
        "weight_counter": "counter_score",
        "weight_dossiers": "dossiers_on_time",
        "weight_opinions": "opinions_on_time",
        "weight_dialogues": "dialogues_held",
        "weight_commitments": "commitments_kept",
        "weight_remedies": "remedies_done",
    }
)
MANUAL = (("manual_name_1", "weight_manual_1"), ("manual_name_2", "weight_manual_2"))
MARKS = (("mark_1", "reason_1"), ("mark_2", "reason_2"))


def _weight(label: object) -> CommaDecimalField:
    return CommaDecimalField(label, [Optional(), NumberRange(min=0, max=100)])


class CampaignForm(StaffForm):
    year = IntegerField(
        _l("Year"), [InputRequired(), NumberRange(min=2000, max=2100)], render_kw={"inputmode": "numeric"}
    )
    unit_kind = SelectField(_l("Units that take part"), [InputRequired()])
    name_vi = StringField(_l("Name in Vietnamese"), [InputRequired(), Length(max=300)])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=300)])
    reference = StringField(
        _l("Legal reference"), [Optional(), Length(max=500)], description=_l("The decision or plan that sets the rule.")
    )
    deadline_on = DateField(
        _l("Units report by"),
        [InputRequired()],
        description=_l("Usually 10 December; what comes later is marked late."),
    )
    awards = TextAreaField(
        _l("Forms of reward"),
        [Optional(), Length(max=2000)],
        description=_l("One a line, such as “Certificate of merit of the chairperson of the People's Committee”."),
        render_kw={"rows": 4},
    )
    wave = SelectField(_l("Wave of the satisfaction index"), [Optional()])
    weight_sipas = _weight(_l("Satisfaction index (SIPAS)"))
    weight_sipas_target = _weight(_l("Satisfaction index against its target"))
    weight_scorecard = _weight(_l("Final points of the scorecard"))
    weight_counter = _weight(_l("Score of the one-stop counter"))
    weight_dossiers = _weight(_l("Dossiers returned on time"))
    weight_opinions = _weight(_l("Opinions and recommendations answered on time"))
    weight_dialogues = _weight(_l("Half-yearly dialogues held in time"))
    weight_commitments = _weight(_l("Commitments of dialogues kept in time"))
    weight_remedies = _weight(_l("Remedies carried out in time"))
    manual_name_1 = StringField(_l("First criterion the council marks"), [Optional(), Length(max=300)])
    weight_manual_1 = _weight(_l("Weight of the first criterion"))
    manual_name_2 = StringField(_l("Second criterion the council marks"), [Optional(), Length(max=300)])
    weight_manual_2 = _weight(_l("Weight of the second criterion"))


class ReportForm(StaffForm):
    explanation = TextAreaField(
        _l("What the unit achieved"),
        [Optional(), Length(max=10_000)],
        description=_l("Results, causes of what is missing, and what each room contributed."),
        render_kw={"rows": 8},
    )
    award = SelectField(_l("Reward the unit asks for"), [Optional()])

    def offer(self, awards: Sequence[str]) -> None:
        self.award.choices = [("", _l("none")), *((name, name) for name in awards)]


class JudgementForm(StaffForm):
    """The council's proposal for a unit, and a mark with its reason for each criterion it marks itself."""

    award = SelectField(_l("Reward proposed"), [Optional()])
    mark_1 = CommaDecimalField(_l("Mark in percent"), [Optional(), NumberRange(min=0, max=100)])
    reason_1 = StringField(_l("Reason"), [Optional(), Length(max=500)])
    mark_2 = CommaDecimalField(_l("Mark in percent"), [Optional(), NumberRange(min=0, max=100)])
    reason_2 = StringField(_l("Reason"), [Optional(), Length(max=500)])

    def offer(self, awards: Sequence[str], criteria: Sequence[str]) -> None:
        """Keep a mark for each of the `criteria`, named after it."""
        self.award.choices = [("", _l("none")), *((name, name) for name in awards)]
        for number, (mark, reason) in enumerate(MARKS):
            if number < len(criteria):
                self[mark].label.text = criteria[number]
            else:
                del self[mark], self[reason]


class ReasonForm(StaffForm):
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=500)])
