"""Forms over a draft questionnaire: what is typed goes in, finished or not; findings judge it later."""

from __future__ import annotations

from typing import Any, Final, get_args

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.form import Form
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from forms.definition import Face
from forms.draft import MOST_CHOICES, TEXT_LENGTH, Draft, DraftChoice, DraftQuestion, DraftSection, Words
from forms.draft_notation import LONGEST_NAME
from forms.question import TEXT_KINDS
from forms.staff import StaffForm

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
LONGEST = 4000  # of one text field; what is too long for a questionnaire is a finding, what is longer no text
MOST_CONTENTS = 8

_SHORT = (Length(max=LONGEST),)


class SelectMultipleCheckboxField(SelectMultipleField):  # type: ignore[misc]  # WTForms carries no types
    """Boxes to tick, one below the other."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DraftForm(StaffForm):
    """Any form that changes a draft: it carries the revision that was read."""

    revision = HiddenField()

    @property
    def read_revision(self) -> int:
        """The revision that the page showed; -1 where the field was tampered with, which is never the newest."""
        text = self.revision.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else -1


class ChoiceForm(Form):  # type: ignore[misc]  # WTForms carries no types
    """A row of a list of answers; its number is its place."""

    vi = StringField(_l("In Vietnamese"), _SHORT)
    en = StringField(_l("In English"), _SHORT)
    face = SelectField(_l("Face"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drawn = [SelectChoice(value=face, label=FACES[face]) for face in get_args(Face)]
        self.face.choices = [SelectChoice(value="", label=_l("no face")), *drawn]


class ContentForm(Form):  # type: ignore[misc]  # WTForms carries no types
    code = StringField(_l("Code of the content"), _SHORT)
    vi = StringField(_l("In Vietnamese"), _SHORT)
    en = StringField(_l("In English"), _SHORT)


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


class SettingsForm(DraftForm):
    """What concerns the whole questionnaire."""

    code = StringField(
        _l("Code of the questionnaire"),
        _SHORT,
        description=_l("Small letters, digits and hyphens; the same in every version."),
    )
    version = StringField(_l("Version"), _SHORT, description=_l("Two numbers with a full stop, such as 1.0."))
    title_vi = StringField(_l("Title in Vietnamese"), _SHORT)
    title_en = StringField(_l("Title in English"), _SHORT)
    introduction_vi = TextAreaField(_l("First lines in Vietnamese"), _SHORT)
    introduction_en = TextAreaField(_l("First lines in English"), _SHORT)
    thanks_vi = TextAreaField(_l("Thanks in Vietnamese"), _SHORT)
    thanks_en = TextAreaField(_l("Thanks in English"), _SHORT)
    legal_reference_vi = StringField(_l("Legal reference in Vietnamese"), _SHORT)
    legal_reference_en = StringField(_l("Legal reference in English"), _SHORT)
    valid_from = DateField(_l("Valid from"), (Optional(),))
    valid_until = DateField(_l("Valid until"), (Optional(),), description=_l("Empty: without end."))
    minutes = IntegerField(_l("Minutes for answering"), (Optional(),))
    no_opinion_vi = StringField(_l("“No opinion” in Vietnamese"), _SHORT)
    no_opinion_en = StringField(_l("“No opinion” in English"), _SHORT)
    contents = FieldList(FormField(ContentForm), min_entries=3, max_entries=MOST_CONTENTS)

    WORDS = ("title", "introduction", "thanks", "legal_reference", "no_opinion")
    LINES = frozenset({"introduction", "thanks"})

    @classmethod
    def of(cls, draft: Draft) -> SettingsForm:
        """The form as the draft fills it, or with what was submitted."""
        values: dict[str, Any] = {
            f"{name}_{language}": getattr(getattr(draft, name), language)
            for name in cls.WORDS
            for language in ("vi", "en")
        }
        values |= {name: getattr(draft, name) for name in ("code", "version", "valid_from", "valid_until", "minutes")}
        contents = [{"code": code, "vi": title.vi, "en": title.en} for code, title in draft.contents.items()]
        return cls(data={**values, "contents": [*contents, {}, {}][:MOST_CONTENTS]})

    def put_into(self, draft: Draft) -> None:
        draft.code, draft.version = Words.typed(self.code.data, "").vi, Words.typed(self.version.data, "").vi
        for name in self.WORDS:
            typed = (self[f"{name}_vi"].data, self[f"{name}_en"].data)
            setattr(draft, name, Words.typed(*typed, lines=name in self.LINES))
        draft.valid_from, draft.valid_until = self.valid_from.data, self.valid_until.data
        draft.minutes = self.minutes.data
        before = list(draft.contents)
        rows = [
            (Words.typed(row.form.code.data, "").vi[:LONGEST_NAME], Words.typed(row.form.vi.data, row.form.en.data))
            for row in self.contents
        ]
        renamed = {old: code for old, (code, _) in zip(before, rows, strict=False) if code and code != old}
        draft.contents = {code: title for code, title in rows if code}
        for section in draft.sections:
            section.content = renamed.get(section.content, section.content)


class SectionForm(DraftForm):
    title_vi = StringField(_l("Title in Vietnamese"), _SHORT)
    title_en = StringField(_l("Title in English"), _SHORT)
    code = StringField(_l("Code of the section"), _SHORT, description=_l("Empty: one is made."))
    factor = StringField(
        _l("Factor"),
        _SHORT,
        description=_l("The factor that its items in the index measure, such as access; empty: none."),
    )
    content = SelectField(_l("Content"), choices=[], validate_choice=False)

    @classmethod
    def of(cls, draft: Draft, section: DraftSection) -> SectionForm:
        form = cls(
            data={
                "title_vi": section.title.vi,
                "title_en": section.title.en,
                "code": section.code,
                "factor": section.factor,
                "content": section.content,
            }
        )
        titled = [SelectChoice(value=code, label=f"{code} – {words['vi']}") for code, words in draft.contents.items()]
        form.content.choices = [SelectChoice(value="", label=_l("none")), *titled]
        return form

    def put_into(self, draft: Draft, section: DraftSection) -> None:
        section.title = Words.typed(self.title_vi.data, self.title_en.data)
        factor = Words.typed(self.factor.data, "").vi
        taken = {other.code for other in draft.sections if other is not section}
        section.code = Words.typed(self.code.data, "").vi or _free(factor or "section", taken)
        section.factor = factor
        section.content = self.content.data if self.content.data in draft.contents else ""


class ScaleForm(DraftForm):
    code = StringField(_l("Code of the scale"), _SHORT, description=_l("Small letters, digits and underscores."))
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
    wording_vi = StringField(_l("Question in Vietnamese"), _SHORT)
    wording_en = StringField(_l("Question in English"), _SHORT)
    label_vi = StringField(_l("Short name in Vietnamese"), _SHORT, description=_l("As reports and charts call it."))
    label_en = StringField(_l("Short name in English"), _SHORT)
    help_vi = TextAreaField(_l("Remark in Vietnamese"), _SHORT)
    help_en = TextAreaField(_l("Remark in English"), _SHORT)
    code = StringField(
        _l("Code of the question"),
        _SHORT,
        description=_l("Empty: one is made. The same in every version that asks the same."),
    )
    criterion = StringField(_l("SIPAS criterion"), _SHORT, description=_l("Such as 2023.II.A.1; may stay empty."))
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


class UploadForm(DraftForm):
    """A questionnaire as a file of ours (.yaml) or as an XLSForm (.xlsx)."""

    file = FileField(_l("File (.yaml or .xlsx)"))


class ReasonForm(StaffForm):
    reason = TextAreaField(_l("What is to be changed"), (Length(max=2000),))


class PublishForm(DraftForm):
    seen = BooleanField(_l("I have read the warnings and publish nevertheless"))


def _scale_label(code: str, choices: list[DraftChoice], language: str) -> str:
    return f"{code}: {' · '.join(choice.words[language] for choice in choices)}"[:110]


def _stem(section: DraftSection) -> str:
    return f"{section.code or 'question'}_item"[:36]


def _free(wish: str, taken: set[str]) -> str:
    number, code = 1, wish[:36]
    while code in taken:
        number += 1
        code = f"{wish[:36]}_{number}"
    return code
