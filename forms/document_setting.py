"""Who issues documents, and their wording: a field for each part of a text, a paragraph a line."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from forms.staff import StaffForm

PREFIX = "part_"
LONGEST_PART = 2000  # characters of one paragraph
LONGEST_PARAGRAPHS = 8000
LONGEST = {"about": 300, "to": 300, "kind": 100, "authority": 200, "decides": 100, "recipients": 2000}
MOST_RECIPIENTS = 20  # lines
# What each part of a wording is, by document; "paragraphs" are written a line each.
PARTS = {
    "letter": {
        "about": _l("What the letter is about"),
        "to": _l("To whom"),
        "result": _l("The result"),
        "hidden": _l("Instead of the result, where it is hidden"),
        "weakest": _l("The weakest items"),
        "met": _l("Where the target is met"),
        "not_met": _l("Where the target is not met"),
        "inconclusive": _l("Where there is not enough evidence"),
        "last": _l("Closing words"),
        "recipients": _l("Recipients"),
    },
    "decision": {
        "kind": _l("Type of document"),
        "about": _l("What the decision is about"),
        "authority": _l("Who decides"),
        "grounds": _l("Grounds"),
        "decides": _l("The word above the articles"),
        "articles": _l("Articles"),
        "recipients": _l("Recipients"),
    },
}


class IssuerForm(StaffForm):
    """What Decree 30/2020 asks for in head and foot; English words are for documents in English."""

    superior_vi = StringField(
        _l("Superior body"), [Optional(), Length(max=200)], description=_l("Such as: UBND tỉnh Sông Trà.")
    )
    name_vi = StringField(_l("Issuing body"), [DataRequired(), Length(max=200)], description=_l("Such as: Sở Nội vụ."))
    abbreviation = StringField(
        _l("Abbreviation in the number"),
        [DataRequired(), Length(max=20)],
        description=_l("Such as SNV, which gives the number …/BC-SNV."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    locality = StringField(
        _l("Place of issue"), [Optional(), Length(max=60)], description=_l("Before the date, at the right.")
    )
    capacity_vi = StringField(
        _l("Capacity of the signer"),
        [Optional(), Length(max=100)],
        description=_l("Such as: KT. Giám đốc. Empty where the head of the body signs."),
    )
    position_vi = StringField(
        _l("Position of the signer"), [DataRequired(), Length(max=100)], description=_l("Such as: Phó Giám đốc.")
    )
    signer = StringField(
        _l("Name of the signer"), [Optional(), Length(max=100)], description=_l("Empty leaves room for it.")
    )
    decides = BooleanField(
        _l("Decisions are this body's too"),
        description=_l("Otherwise the unit at the top of the wave decides, mostly the People's Committee."),
    )
    authority_vi = StringField(
        _l("Who decides"),
        [Optional(), Length(max=200)],
        description=_l("In whose authority a decision is taken, such as: Giám đốc Sở Nội vụ."),
    )
    superior_en = StringField(_l("Superior body in English"), [Optional(), Length(max=200)])
    name_en = StringField(_l("Issuing body in English"), [Optional(), Length(max=200)])
    capacity_en = StringField(_l("Capacity of the signer in English"), [Optional(), Length(max=100)])
    position_en = StringField(_l("Position of the signer in English"), [Optional(), Length(max=100)])
    authority_en = StringField(_l("Who decides, in English"), [Optional(), Length(max=200)])


def few_recipients(_form: Form, recipients: TextAreaField) -> None:
    """They stand on the page that is signed. Raises ValidationError."""
    if len((recipients.data or "").split("\n")) > MOST_RECIPIENTS:
        raise ValidationError(_("Name at most %(most)s recipients, a line each.", most=MOST_RECIPIENTS))


class TextForm(StaffForm):
    """The parts of a wording; made by :func:`text_form`."""

    def parts(self, several: Mapping[str, bool]) -> dict[str, str | tuple[str, ...]]:
        """What was written, by part: paragraphs where the part has `several`."""
        found: dict[str, str | tuple[str, ...]] = {}
        for name, has_several in several.items():
            lines = [line.strip() for line in (self[PREFIX + name].data or "").splitlines()]
            kept = tuple(line for line in lines if line)
            found[name] = kept if has_several else " ".join(kept)
        return found


def text_form(document: str, several: Mapping[str, bool]) -> type[TextForm]:
    """A form of the parts of a kind of document, some of them of `several` paragraphs."""
    fields = {
        PREFIX + name: TextAreaField(
            PARTS[document][name],
            [
                DataRequired(),
                Length(max=LONGEST.get(name, LONGEST_PARAGRAPHS if has_several else LONGEST_PART)),
                *([few_recipients] if name == "recipients" else []),
            ],
            description=_l("A paragraph a line.") if has_several else "",
            render_kw={"rows": 6 if has_several else 2},
        )
        for name, has_several in several.items()
    }
    return type("DocumentTextForm", (TextForm,), fields)
