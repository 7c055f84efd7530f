"""What rules, channels, groups and other codes are called on a page or document."""

from __future__ import annotations

from reports.catalogue import gettext, gettext_noop
from reports.figures import Aggregation, Design, Language, Rule, Weighting

_RULES: dict[Rule, str] = {
    "top_two": gettext_noop("share of satisfied answers (levels 4 and 5 among answers from 1 to 5)"),
    "mean_of_max": gettext_noop("mean score over the highest score (sum of scores / 5n)"),
    "scaled_mean": gettext_noop("mean score brought to the scale 0–100% ((mean − 1) / 4)"),
    "upper_levels": gettext_noop("share of satisfied answers (levels 2 and 3 among answers from 1 to 3)"),
}
_AGGREGATIONS: dict[Aggregation, str] = {
    "pool_answers": gettext_noop("all answers to the items pooled"),
    "mean_of_items": gettext_noop("mean of the items"),
    "mean_of_factors": gettext_noop("mean of the factors"),
}
_WEIGHTINGS: dict[Weighting, str] = {
    "unweighted": gettext_noop("unweighted"),
    "weighted": gettext_noop("weighted by the units' transactions (N/n)"),
}
_DESIGNS: dict[Design, str] = {
    "probability": gettext_noop("probability sample"),
    "census": gettext_noop("census"),
    "self_selected": gettext_noop("self-selected respondents"),
}
_CHANNELS = {
    "qr": gettext_noop("QR code"),
    "link": gettext_noop("Link"),
    "kiosk": gettext_noop("Kiosk at the counter"),
    "paper": gettext_noop("Paper form"),
    "phone": gettext_noop("Telephone interview"),
    "interview": gettext_noop("Face-to-face interview"),
    "import": gettext_noop("Imported data"),
}
_TRUST_LEVELS = {
    "verified": gettext_noop("Verified dossier"),
    "present": gettext_noop("Present at the counter"),
    "open": gettext_noop("Open access"),
    "paper": gettext_noop("Paper form"),
    "assisted": gettext_noop("Entered with an official's help"),
}
_GROUPS = {
    "citizen": gettext_noop("Citizens and organisations"),
    "delegate": gettext_noop("People's council delegates"),
    "official": gettext_noop("Officials and public employees"),
    "participant": gettext_noop("Participants of a dialogue"),
    "several": gettext_noop("Several groups, citizens not among them"),
}
_SUBJECTS = {
    "citizen": gettext_noop("Satisfaction of citizens and organisations with administrative services"),
    "delegate": gettext_noop("Satisfaction of people's council delegates"),
    "official": gettext_noop("Satisfaction of officials and public employees"),
    "participant": gettext_noop("Satisfaction of the participants of a dialogue"),
    "several": gettext_noop("Satisfaction of several groups, citizens not among them"),
}
_BREAKDOWNS = {
    "channel": gettext_noop("By channel"),
    "trust": gettext_noop("By trust level"),
    "group": gettext_noop("By respondent group"),
    "half_month": gettext_noop("By half-month"),
}
SCALE = (
    gettext_noop("Very dissatisfied"),
    gettext_noop("Dissatisfied"),
    gettext_noop("Neutral"),
    gettext_noop("Satisfied"),
    gettext_noop("Very satisfied"),
)


def rule_name(rule: Rule, language: Language) -> str:
    return gettext(_RULES[rule], language)


def aggregation_name(aggregation: Aggregation, language: Language) -> str:
    return gettext(_AGGREGATIONS[aggregation], language)


def weighting_name(weighting: Weighting, language: Language) -> str:
    return gettext(_WEIGHTINGS[weighting], language)


def design_name(design: Design, language: Language) -> str:
    return gettext(_DESIGNS[design], language)


def channel_name(code: str, language: Language) -> str:
    """The channel's name; an unknown code stands for itself (channels are data)."""
    return gettext(_CHANNELS[code], language) if code in _CHANNELS else code


def trust_name(code: str, language: Language) -> str:
    """The trust level's name; an unknown code stands for itself."""
    return gettext(_TRUST_LEVELS[code], language) if code in _TRUST_LEVELS else code


def group_name(code: str, language: Language) -> str:
    """The respondent group's name; an unknown code stands for itself (groups are data)."""
    return gettext(_GROUPS[code], language) if code in _GROUPS else code


def group_in_sentence(code: str, language: Language) -> str:
    """The group's name within a sentence."""
    name = group_name(code, language)
    return name[:1].lower() + name[1:]


def subject_of(respondents: str, language: Language) -> str:
    """What a report of a wave is about by the group it asked, without the place."""
    return gettext(_SUBJECTS[respondents], language)


def index_name(respondents: str, language: Language) -> str:
    """SIPAS is the index of citizens and organisations alone."""
    if respondents == "citizen":
        return gettext("Satisfaction index (SIPAS)", language)
    return gettext("Satisfaction index of {group}", language, group=group_in_sentence(respondents, language))


def breakdown_name(code: str, language: Language) -> str:
    return gettext(_BREAKDOWNS[code], language) if code in _BREAKDOWNS else code


def scale_word(position: int, language: Language) -> str:
    """The wording of answer `position`, 1…5."""
    return gettext(SCALE[position - 1], language)
