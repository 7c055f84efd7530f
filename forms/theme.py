"""The dictionary of themes: a theme's names and words, and a word put to one of them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from forms.staff import StaffForm


class ThemeForm(StaffForm):
    name_vi = StringField(_l("Name in Vietnamese"), validators=[InputRequired(), Length(max=200)])
    name_en = StringField(_l("Name in English"), validators=[Length(max=200)])
    words = TextAreaField(
        _l("Words and phrases"),
        description=_l(
            "One a line, with diacritics. Phrases of two syllables and more are found in comments typed without "
            "diacritics, too; single syllables are not, since “cho” may be “chờ”, “chợ” or “chó”."
        ),
        validators=[InputRequired(), Length(max=20000)],
    )
    unless_negated = BooleanField(
        _l("A word after “không”, “chưa” and the like does not count"),
        description=_l(
            "For praise: “không hài lòng” is none. Other themes are found whether people praise or complain."
        ),
    )


class WordForm(StaffForm):
    """A frequent phrase put to a theme."""

    word = HiddenField(_l("Phrase"), validators=[InputRequired(), Length(max=60)])
    theme = SelectField(_l("Theme"), validators=[InputRequired()])

    def offer(self, themes: Mapping[str, str]) -> None:
        self.theme.choices = [SelectChoice(code, name) for code, name in themes.items()]
