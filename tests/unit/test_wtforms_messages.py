"""WTForms' own messages speak Vietnamese."""

from __future__ import annotations

from importlib.resources import files

from babel.messages.pofile import read_po
from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, StringField
from wtforms.validators import DataRequired, Length

from forms.messages import FOLDER, wtforms_messages


def test_catalogue_holds_every_message_of_the_installed_wtforms() -> None:
    with (files("wtforms") / "locale" / "wtforms.pot").open("rb") as source:
        wanted = {str(message.id) for message in read_po(source) if message.id}
    with (FOLDER / "vi" / "LC_MESSAGES" / "wtforms.po").open("rb") as source:
        ours = {str(message.id) for message in read_po(source, locale="vi") if message.id}
    assert ours == wanted


def test_built_in_validators_speak_the_language() -> None:
    class Trial(Form):
        class Meta:
            def get_translations(self, form: Form) -> object:
                return wtforms_messages("vi")

        number = IntegerField()
        name = StringField(validators=[DataRequired(), Length(max=3)])

    form = Trial(MultiDict({"number": "abc", "name": "abcd"}))
    assert not form.validate()
    assert form.errors == {"number": ["Xin nhập số nguyên."], "name": ["Không được dài quá 3 ký tự."]}
    assert not Trial(MultiDict({"number": "1"})).validate()


def test_english_is_left_as_it_is() -> None:
    assert wtforms_messages("en").gettext("This field is required.") == "This field is required."
