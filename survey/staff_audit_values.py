"""How the audit log words the codes that columns hold; one that nobody has worded is shown as it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

from survey import dialogue_wording, document_wording, filing_wording, petition_wording
from survey.staff_wording import (
    CHANNELS,
    COLLECTOR_STATES,
    RESPONDENT_GROUPS,
    ROLES,
    TRUST_LEVELS,
    UNIT_KINDS,
    WAVE_STATES,
)

# By column, or by kind and column where the column alone does not tell.
_FACTORS: dict[str, LazyString] = {
    "authenticator": lazy_pgettext("factor", "Authenticator app"),
    "code": lazy_pgettext("factor", "Code"),
    "password": lazy_pgettext("factor", "Password"),
    "recovery code": lazy_pgettext("factor", "Recovery code"),
}
_VALUES: dict[str, dict[str, LazyString]] = {
    "channel": CHANNELS,
    "language": {"vi": _l("Vietnamese"), "en": _l("English")},
    "respondent_group": RESPONDENT_GROUPS,
    "role": ROLES,
    "tf_primary_method": _FACTORS,
    "trust": TRUST_LEVELS,
    "collector.state": COLLECTOR_STATES,
    "commitment.state": dialogue_wording.COMMITMENT_STATES,
    "dialogue.state": dialogue_wording.STATES,
    "dialogue_question.source": dialogue_wording.SOURCES,
    "dialogue_question.state": dialogue_wording.QUESTION_STATES,
    "petition.kind": petition_wording.KINDS,
    "petition.source": petition_wording.SOURCES,
    "petition.state": petition_wording.STATES,
    "filing.state": filing_wording.STATES,
    "wave_publication.kind": {"publication": _l("Publication"), "correction": _l("Correction")},
    "wave_publication.state": {
        "asked": lazy_pgettext("request", "Waits for another person"),
        "confirmed": lazy_pgettext("request", "Confirmed"),
        "refused": lazy_pgettext("request", "Refused"),
        "done": lazy_pgettext("request", "Done"),
    },
    "paper_batch.state": {
        "open": _l("Being typed"),
        "entered": _l("Typed, being checked"),
        "checked": _l("Checked, waiting for acceptance"),
        "accepted": _l("Accepted"),
        "rejected": _l("Rejected"),
    },
    "questionnaire_draft.state": {
        "editing": lazy_pgettext("draft", "Being written"),
        "submitted": lazy_pgettext("draft", "Handed in"),
        "returned": lazy_pgettext("draft", "Returned"),
    },
    "document.state": document_wording.STATES,
    "document_run.state": document_wording.RUN_STATES,
    "scorecard.state": {
        "scoring": _l("Being scored by the unit"),
        "submitted": _l("Submitted, being appraised"),
        "appraised": _l("Appraised, the unit may explain"),
        "explained": _l("Explained, waiting for the final points"),
        "final": _l("Final"),
    },
    "remedy.state": {
        "planned": _l("Plan made"),
        "running": _l("Under way"),
        "done": _l("Carried out"),
        "dropped": _l("Given up"),
    },
    "remedy.subject": {"item": _l("item"), "factor": _l("factor")},
    "unit.kind": UNIT_KINDS,
    "wave.state": WAVE_STATES,
    "webhook.state": {
        "active": lazy_pgettext("webhook", "Active"),
        "paused": lazy_pgettext("webhook", "Paused"),
        "ended": lazy_pgettext("webhook", "Ended"),
    },
}


def value_word(kind: str, column: str, value: str) -> str:
    """A stored code in words; what is none, or is worded nowhere, as it is."""
    if (kind, column) == ("account", "by"):
        return " + ".join(str(_FACTORS.get(factor, factor)) for factor in value.split(" + "))
    words = _VALUES.get(f"{kind}.{column}") or _VALUES.get(column) or {}
    return str(words.get(value, value))
