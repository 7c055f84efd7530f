"""One thing found in a draft: where, how bad, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from forms.fault import noop as _n

Severity = Literal["error", "warning"]

SETTINGS, STRUCTURE = "settings", "structure"


# What the parts of a questionnaire are called in a sentence.
FIELDS: Final[Mapping[str, str]] = {
    "title": _n("title"),
    "introduction": _n("introduction"),
    "thanks": _n("words of thanks"),
    "legal_reference": _n("legal reference"),
    "label": _n("short name"),
    "wording": _n("question"),
    "help": _n("remark"),
    "choice": _n("answer"),
    "no_opinion": _n("“no opinion”"),
}
SENTENCES: Final[Mapping[str, str]] = {
    "both_missing": _n("The %(field)s is missing."),
    "vi_missing": _n("The %(field)s is missing in Vietnamese."),
    "en_missing": _n("The %(field)s is missing in English."),
    "too_long": _n("The %(field)s is longer than %(limit)s characters."),
    "questionnaire_code": _n(
        "The code of the questionnaire must begin with a small letter, then small letters, digits and single hyphens; "
        "at most 40."
    ),
    "version_form": _n("The version must be two numbers with a full stop, such as 1.0."),
    "valid_from_missing": _n("The first day of validity is missing."),
    "validity_backwards": _n("The last day of validity lies before the first."),
    "minutes_range": _n("The time for answering must be between 1 and %(limit)s minutes."),
    "minutes_missing": _n("Nobody said how many minutes answering takes; the library shows an estimate."),
    "no_section": _n("There is no section yet."),
    "no_index": _n(
        "No item counts in the index, and nothing asks for overall satisfaction: there will be no headline."
    ),
    "too_many_parts": _n("A full ballot has %(parts)s parts; at most %(limit)s are accepted."),
    "code_missing": _n("The code is missing."),
    "code_form": _n("The code must begin with a small letter, then small letters, digits and underscores; at most 40."),
    "code_twice": _n("The code %(code)s is used more than once."),
    "section_empty": _n("The section has no question."),
    "factor_form": _n(
        "The factor's code must begin with a small letter, then small letters, digits and underscores; at most 40."
    ),
    "factor_twice": _n("Two sections or contents have the factor code %(code)s; “index” is taken by the whole."),
    "factor_without_items": _n(
        "The section measures a factor or content, but none of its questions counts in the index."
    ),
    "factor_unknown": _n("The factor %(code)s is in no standard questionnaire: it can be compared with no other."),
    "content_unknown": _n("The content %(code)s is not among the contents."),
    "content_code": _n("The content's code %(code)s is not of small letters, digits and underscores."),
    "content_unused": _n("No section belongs to the content %(code)s; it will be left out."),
    "scale_code": _n("The scale's code %(code)s is not of small letters, digits and underscores."),
    "scale_empty": _n("The scale %(code)s offers fewer than two answers."),
    "scale_unused": _n("No question uses the scale %(code)s; it will be left out."),
    "scale_unknown": _n("The scale %(code)s does not exist."),
    "choices_few": _n("The question offers fewer than two answers."),
    "choices_count": _n("A question of this kind offers %(allowed)s answers, not %(number)s."),
    "choice_twice": _n("Two answers read “%(text)s”."),
    "choice_values": _n("The answers' numbers must go up from 1 to 9 without repeating."),
    "face_unknown": _n("There is no face called %(face)s."),
    "kind_unknown": _n("There is no kind of question called %(kind)s."),
    "no_opinion_several": _n("“No opinion” cannot stand among answers that may be combined."),
    "no_opinion_unworded": _n("“No opinion” is offered, but nobody said how it reads."),
    "text_choices": _n("A text offers no answers to choose from."),
    "text_length": _n("A text needs a greatest length between 1 and %(limit)s characters."),
    "index_rating": _n("Only a rating from 1 to 5 can count in the index."),
    "condition_unknown": _n("It depends on the question %(code)s, which does not exist."),
    "condition_later": _n("It depends on the question %(code)s, which is asked only later."),
    "condition_text": _n("It depends on the question %(code)s, whose answer is a text."),
    "condition_values": _n("It depends on the question %(code)s, but on none of its answers."),
    "condition_never": _n("It depends on an answer to %(code)s that is no longer offered."),
    # What the installation knows besides:
    "version_taken": _n("Version %(version)s of %(code)s is published already: give this one another version."),
    "validity_overlap": _n(
        "Version %(version)s is valid at the same time; from %(start)s on, new waves take this one."
    ),
    "too_heavy": _n(
        "The form weighs %(weight)s kB compressed; more than %(limit)s kB takes a phone a second round trip."
    ),
    "continuity_open": _n(
        "Its text differs from version %(version)s: say whether only the wording changed, or the meaning."
    ),
    "meaning_kept_code": _n(
        "Its meaning changed, but it keeps its code: it will not be compared with earlier waves. A new code says so "
        "more clearly."
    ),
    "core_changed": _n("The locked core must stay as it is and come first."),
    "core_validity": _n("A local supplement cannot be valid longer than the core it stands on (%(start)s – %(end)s)."),
    "core_index": _n("Local questions do not count in the index, a factor or a content of the core."),
    "core_code": _n("A local supplement needs a code of its own, other than %(code)s."),
    "core_without_local": _n("There is no local question yet."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`element` is the key of a section or question, "scale:…", "content:…", :data:`SETTINGS` or :data:`STRUCTURE`;
    the parameter `field`, where there is one, is a key of :data:`FIELDS`. `sentence` is an English msgid."""

    code: str
    element: str
    severity: Severity = "error"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code]
