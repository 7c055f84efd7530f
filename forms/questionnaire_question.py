"""Forms over the answers and the single question of a draft questionnaire."""

from __future__ import annotations

from typing import Any, Final, get_args

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.form import Form
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from forms.definition import Face
from forms.draft import MOST_CHOICES, TEXT_LENGTH, Draft, DraftChoice, DraftQuestion, DraftSection, Words
from forms.draft_notation import LONGEST_NAME
from forms.question import TEXT_KINDS
from forms.questionnaire import SHORT, DraftForm

KINDS: Final[dict[str, LazyString]] = {
    "rating": _l("Rating from 1 to 5"),
    "single": _l("One answer of several"),
    "several": _l("Several answers"),
    "yes_no": _l("Yes or no"),
    "levels": _l("Three or four levels"),
    "short_text": _l("Short text"),
    "long_text": _l("Long text"),
}
FACES: Final[dict[str, LazyString]] = {
    "very_sad": _l("very sad"),
    "sad": _l("sad"),
    "neutral": _l("neutral"),
    "happy": _l("happy"),
    "very_happy": _l("very happy"),
}
OWN_CHOICES = ""


class SelectMultipleCheckboxField(SelectMultipleField):  # type: ignore[misc]  # WTForms carries no types
    """Boxes to tick, one below the other."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ChoiceForm(Form):  # type: ignore[misc]  # WTForms carries no types
    """A row of a list of answers; its number is its place."""

    vi = StringField(_l("In Vietnamese"), SHORT)
    en = StringField(_l("In English"), SHORT)
    face = SelectField(_l("Face"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drawn = [SelectChoice(value=face, label=FACES[face]) for face in get_args(Face)]
        self.face.choices = [SelectChoice(value="", label=_l("no face")), *drawn]


def _rows(choices: list[DraftChoice]) -> list[dict[str, str]]:
    by_value = {choice.value: choice for choice in choices}
    found = [by_value.get(value) for value in range(1, MOST_CHOICES + 1)]
    return [{"vi": c.words.vi, "en": c.words.en, "face": c.face} if c else {} for c in found]


def _read_rows(entries: FieldList) -> list[DraftChoice]:
    """The rows that hold words. A row's place is its number: what is taken away in the middle leaves its number free,
    so that no other answer takes it over."""
    found: list[DraftChoice] = []
    for number, row in enumerate(entries, 1):
        words = Words.typed(row.form.vi.data, row.form.en.data)
        if words:
            found.append(DraftChoice(number, words, row.form.face.data or ""))
    return found


class ScaleForm(DraftForm):
    code = StringField(_l("Code of the scale"), SHORT, description=_l("Small letters, digits and underscores."))
    choices = FieldList(FormField(ChoiceForm), min_entries=MOST_CHOICES, max_entries=MOST_CHOICES)

    @classmethod
    def of(cls, code: str, choices: list[DraftChoice]) -> ScaleForm:
        return cls(data={"code": code, "choices": _rows(choices)})

    @property
    def typed_code(self) -> str:
        return Words.typed(self.code.data, "").vi[:LONGEST_NAME]

    def read(self) -> list[DraftChoice]:
        return _read_rows(self.choices)


class QuestionForm(DraftForm):
    kind = SelectField(_l("Kind of question"), choices=[])
    wording_vi = StringField(_l("Question in Vietnamese"), SHORT)
    wording_en = StringField(_l("Question in English"), SHORT)
    label_vi = StringField(_l("Short name in Vietnamese"), SHORT, description=_l("As reports and charts call it."))
    label_en = StringField(_l("Short name in English"), SHORT)
    help_vi = TextAreaField(_l("Remark in Vietnamese"), SHORT)
    help_en = TextAreaField(_l("Remark in English"), SHORT)
    code = StringField(
        _l("Code of the question"),
        SHORT,
        description=_l("Empty: one is made. The same in every version that asks the same."),
    )
    criterion = StringField(_l("SIPAS criterion"), SHORT, description=_l("Such as 2023.II.A.1; may stay empty."))
    scale = SelectField(_l("Answers offered"), choices=[], validate_choice=False)
    choices = FieldList(FormField(ChoiceForm), min_entries=MOST_CHOICES, max_entries=MOST_CHOICES)
    no_opinion = BooleanField(_l("Offer “no opinion” too"))
    in_index = BooleanField(_l("Counts in the index, and in the factor of its section"))
    max_length = IntegerField(_l("Greatest length of the text"), (Optional(),))
    asked_when = SelectField(_l("Asked only after this question"), choices=[], validate_choice=False)
    asked_values = SelectMultipleCheckboxField(_l("… and one of these answers"), choices=[], validate_choice=False)

    @classmethod
    def of(cls, draft: Draft, question: DraftQuestion, language: str) -> QuestionForm:
        """The form as the question fills it, or with what was submitted; its choices are those of the draft."""
        values: dict[str, Any] = {
            f"{name}_{of}": getattr(getattr(question, name), of)
            for name in ("wording", "label", "help")
            for of in ("vi", "en")
        }
        plain = ("kind", "code", "criterion", "scale", "no_opinion", "in_index", "max_length", "asked_when")
        values |= {name: getattr(question, name) for name in plain}
        values |= {"choices": _rows(question.choices), "asked_values": [str(value) for value in question.asked_values]}
        form = cls(data=values)
        form.kind.choices = [SelectChoice(value=kind, label=label) for kind, label in KINDS.items()]
        scales = [
            SelectChoice(value=code, label=_scale_label(code, choices, language))
            for code, choices in draft.scales.items()
        ]
        form.scale.choices = [SelectChoice(value=OWN_CHOICES, label=_l("own answers, below")), *scales]
        form.offer_conditions(draft, question, language)
        return form

    def offer_conditions(self, draft: Draft, question: DraftQuestion, language: str) -> None:
        """Earlier questions with answers to choose from, and the answers of the one that is chosen now."""
        earlier = [asked for asked in draft.before(question.key) if not asked.is_text and asked.code]
        self.asked_when.choices = [
            SelectChoice(value="", label=_l("always asked")),
            *(
                SelectChoice(value=asked.code, label=f"{asked.code} – {asked.wording[language][:80]}")
                for asked in earlier
            ),
        ]
        source = next((asked for asked in earlier if asked.code == self.asked_when.data), None)
        offered = draft.choices_of(source) if source else []
        self.asked_values.choices = [SelectChoice(value=str(c.value), label=c.words[language]) for c in offered]
        if source is not None and source.no_opinion:
            self.asked_values.choices.append(SelectChoice(value="0", label=draft.no_opinion[language]))

    def put_into(self, draft: Draft, question: DraftQuestion, section: DraftSection) -> DraftQuestion:
        """The question as it was typed; what its kind has no use for is let go."""
        kind = self.kind.data if self.kind.data in KINDS else question.kind
        text = kind in TEXT_KINDS
        scale = self.scale.data if self.scale.data in draft.scales and not text else ""
        asked_when = self.asked_when.data if self.asked_when.data in {c.value for c in self.asked_when.choices} else ""
        offered = {c.value for c in self.asked_values.choices}
        values = (int(value) for value in self.asked_values.data or [] if value in offered)
        return DraftQuestion(
            key=question.key,
            code=Words.typed(self.code.data, "").vi or draft.free_code(_stem(section)),
            kind=kind,
            label=Words.typed(self.label_vi.data, self.label_en.data),
            wording=Words.typed(self.wording_vi.data, self.wording_en.data),
            help=Words.typed(self.help_vi.data, self.help_en.data, lines=True),
            scale=scale,
            choices=[] if text or scale else _read_rows(self.choices),
            no_opinion=self.no_opinion.data and not text,
            in_index=self.in_index.data,
            criterion=Words.typed(self.criterion.data, "").vi,
            max_length=(self.max_length.data or TEXT_LENGTH) if text else None,
            asked_when=asked_when,
            asked_values=tuple(sorted(values)) if asked_when else (),
        )


def _scale_label(code: str, choices: list[DraftChoice], language: str) -> str:
    return f"{code}: {' · '.join(choice.words[language] for choice in choices)}"[:110]


def _stem(section: DraftSection) -> str:
    return f"{section.code or 'question'}_item"[:36]
