"""Forms over a draft questionnaire: what is typed goes in, finished or not; findings judge it later."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.form import Form
from wtforms.validators import Length, Optional

from forms.draft import Draft, DraftSection, Words
from forms.draft_notation import LONGEST_NAME
from forms.staff import StaffForm

LONGEST = 4000  # of one text field; what is too long for a questionnaire is a finding, what is longer no text
MOST_CONTENTS = 8

SHORT = (Length(max=LONGEST),)  # the check of every text field


class DraftForm(StaffForm):
    """Any form that changes a draft: it carries the revision that was read."""

    revision = HiddenField()

    @property
    def read_revision(self) -> int:
        """The revision that the page showed; -1 where the field was tampered with, which is never the newest."""
        text = self.revision.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else -1


class ContentForm(Form):  # type: ignore[misc]  # WTForms carries no types
    code = StringField(_l("Code of the content"), SHORT)
    vi = StringField(_l("In Vietnamese"), SHORT)
    en = StringField(_l("In English"), SHORT)


class SettingsForm(DraftForm):
    """What concerns the whole questionnaire."""

    code = StringField(
        _l("Code of the questionnaire"),
        SHORT,
        description=_l("Small letters, digits and hyphens; the same in every version."),
    )
    version = StringField(_l("Version"), SHORT, description=_l("Two numbers with a full stop, such as 1.0."))
    title_vi = StringField(_l("Title in Vietnamese"), SHORT)
    title_en = StringField(_l("Title in English"), SHORT)
    introduction_vi = TextAreaField(_l("First lines in Vietnamese"), SHORT)
    introduction_en = TextAreaField(_l("First lines in English"), SHORT)
    thanks_vi = TextAreaField(_l("Thanks in Vietnamese"), SHORT)
    thanks_en = TextAreaField(_l("Thanks in English"), SHORT)
    legal_reference_vi = StringField(_l("Legal reference in Vietnamese"), SHORT)
    legal_reference_en = StringField(_l("Legal reference in English"), SHORT)
    valid_from = DateField(_l("Valid from"), (Optional(),))
    valid_until = DateField(_l("Valid until"), (Optional(),), description=_l("Empty: without end."))
    minutes = IntegerField(_l("Minutes for answering"), (Optional(),))
    no_opinion_vi = StringField(_l("“No opinion” in Vietnamese"), SHORT)
    no_opinion_en = StringField(_l("“No opinion” in English"), SHORT)
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
    title_vi = StringField(_l("Title in Vietnamese"), SHORT)
    title_en = StringField(_l("Title in English"), SHORT)
    code = StringField(_l("Code of the section"), SHORT, description=_l("Empty: one is made."))
    factor = StringField(
        _l("Factor"),
        SHORT,
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


class UploadForm(DraftForm):
    """A questionnaire as a file of ours (.yaml) or as an XLSForm (.xlsx)."""

    file = FileField(_l("File (.yaml or .xlsx)"))


class ReasonForm(StaffForm):
    reason = TextAreaField(_l("What is to be changed"), (Length(max=2000),))


class PublishForm(DraftForm):
    seen = BooleanField(_l("I have read the warnings and publish nevertheless"))


def _free(wish: str, taken: set[str]) -> str:
    number, code = 1, wish[:36]
    while code in taken:
        number += 1
        code = f"{wish[:36]}_{number}"
    return code
