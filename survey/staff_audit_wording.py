"""What the audit log calls things, deeds and columns on the screen; a code nobody has worded is shown as it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

from survey import dialogue_wording
from survey.staff_wording import (
    CHANNELS,
    COLLECTOR_STATES,
    RESPONDENT_GROUPS,
    ROLES,
    TRUST_LEVELS,
    UNIT_KINDS,
    WAVE_STATES,
)

KINDS: dict[str, LazyString] = {
    "account": _l("Account"),
    "api_key": _l("API key"),
    "api_key_role": _l("Role of an API key"),
    "audit": _l("Audit log"),
    "collector": _l("Collector"),
    "collectors": _l("Collectors of a wave"),
    "comment": _l("Comment"),
    "comment_mark": _l("Tag of a comment"),
    "core_section": _l("Locked section"),
    "counter": _l("Counter"),
    "figures": _l("Figures"),
    "import_run": _l("Import of answers"),
    "invitation": _l("Link to set a password"),
    "paper_batch": _l("Batch of paper forms"),
    "paper_resolution": _l("Settled discrepancy"),
    "places": _l("Unit"),
    "procedure_field": _l("Field of procedures"),
    "questionnaire": _l("Questionnaire"),
    "questionnaire_draft": _l("Draft of a questionnaire"),
    "questionnaire_origin": _l("Origin of a questionnaire"),
    "response": _l("Response"),
    "responses": _l("Rows of responses"),
    "role_grant": _l("Role"),
    "service": _l("Procedure"),
    "services": _l("List of procedures"),
    "target": _l("Target"),
    "transaction_correction": _l("Correction of transactions"),
    "transaction_count": _l("Transactions"),
    "transactions": _l("List of transactions"),
    "unit": _l("Unit"),
    "units": _l("List of units"),
    "wave": _l("Wave"),
    "wave_trust": _l("Trust level of a wave"),
    "wave_unit": _l("Unit of a wave"),
    "webhook": _l("Webhook"),
    "webhook_event": _l("Event of a webhook"),
    "commitment": _l("Commitment"),
    "dialogue": _l("Dialogue"),
    "dialogue_group": _l("Group of participants"),
    "dialogue_poll": _l("Poll of a dialogue"),
    "dialogue_question": _l("Question of a dialogue"),
    "dialogue_theme": _l("Theme of a dialogue"),
}
VERBS: dict[str, LazyString] = {
    "change": _l("changed"),
    "code_refused": _l("wrong code of the second factor"),
    "create": _l("created"),
    "delayed": _l("too many failed sign-ins: the next ones wait"),
    "delete": _l("deleted"),
    "export": _l("exported"),
    "flag": _l("flagged"),
    "import": _l("imported"),
    "password_refused": _l("wrong password for a change of one's own account"),
    "read": _l("looked at"),
    "set_password": _l("set a password by a link"),
    "sign_in": _l("signed in"),
    "sign_in_failed": _l("failed to sign in"),
    "sign_out": _l("signed out"),
    "sign_out_everywhere": _l("signed out everywhere"),
    "test": _l("tried by a test response"),
}
COLUMNS: dict[str, LazyString] = {
    "account_id": lazy_pgettext("column", "Account"),
    "active": lazy_pgettext("column", "Enabled"),
    "add": lazy_pgettext("column", "Added"),
    "batch_id": lazy_pgettext("column", "Batch of paper forms"),
    "by": lazy_pgettext("column", "By"),
    "change": lazy_pgettext("column", "Changed"),
    "channel": lazy_pgettext("column", "Channel"),
    "close": lazy_pgettext("column", "Closed"),
    "closed_at": lazy_pgettext("column", "Closed at"),
    "closes_on": lazy_pgettext("column", "Closes on"),
    "code": lazy_pgettext("column", "Code"),
    "collector_id": lazy_pgettext("column", "Collector"),
    "collectors": lazy_pgettext("column", "Collectors"),
    "counter_id": lazy_pgettext("column", "Counter"),
    "created_at": lazy_pgettext("column", "Created at"),
    "definition": lazy_pgettext("column", "Content"),
    "email": lazy_pgettext("column", "E-mail address"),
    "expires_at": lazy_pgettext("column", "Expires at"),
    "file_name": lazy_pgettext("column", "File"),
    "filter": lazy_pgettext("column", "Filter"),
    "format": lazy_pgettext("column", "Format"),
    "forms_issued": lazy_pgettext("column", "Forms issued"),
    "hidden_at": lazy_pgettext("column", "Hidden at"),
    "hidden_reason": lazy_pgettext("column", "Reason for hiding"),
    "id": lazy_pgettext("column", "Number"),
    "is_sample": lazy_pgettext("column", "Sample"),
    "kind": lazy_pgettext("column", "Kind"),
    "language": lazy_pgettext("column", "Language"),
    "mf_recovery_codes": lazy_pgettext("column", "Recovery codes"),
    "minimum_people": lazy_pgettext("column", "Fewest people for a verdict"),
    "name": lazy_pgettext("column", "Name"),
    "name_en": lazy_pgettext("column", "Name in English"),
    "name_vi": lazy_pgettext("column", "Name in Vietnamese"),
    "note": lazy_pgettext("column", "Note"),
    "one_stop_en": lazy_pgettext("column", "One-stop unit in English"),
    "one_stop_vi": lazy_pgettext("column", "One-stop unit in Vietnamese"),
    "opened_at": lazy_pgettext("column", "Opened at"),
    "opens_on": lazy_pgettext("column", "Opens on"),
    "owner_id": lazy_pgettext("column", "Unit in charge"),
    "parent_id": lazy_pgettext("column", "Superior unit"),
    "password": lazy_pgettext("column", "Password"),
    "password_changed_at": lazy_pgettext("column", "Password set at"),
    "path": lazy_pgettext("column", "Place in the tree"),
    "period_end": lazy_pgettext("column", "End of the period"),
    "period_start": lazy_pgettext("column", "Begin of the period"),
    "published_at": lazy_pgettext("column", "Published at"),
    "purpose": lazy_pgettext("column", "Purpose"),
    "questionnaire_id": lazy_pgettext("column", "Questionnaire"),
    "quota": lazy_pgettext("column", "Quota"),
    "reason": lazy_pgettext("column", "Reason"),
    "replaces_id": lazy_pgettext("column", "Replaces the collector"),
    "resets_second_factor": lazy_pgettext("column", "Takes away the second factor"),
    "revoked_at": lazy_pgettext("column", "Revoked at"),
    "role": lazy_pgettext("column", "Role"),
    "same": lazy_pgettext("column", "Unchanged"),
    "respondent_group": lazy_pgettext("column", "Respondents"),
    "state": lazy_pgettext("column", "State"),
    "successor_id": lazy_pgettext("column", "Successor"),
    "target_id": lazy_pgettext("column", "Target"),
    "tf_primary_method": lazy_pgettext("column", "Second factor"),
    "tf_totp_secret": lazy_pgettext("column", "Secret of the second factor"),
    "token_hash": lazy_pgettext("column", "Link"),
    "transactions": lazy_pgettext("column", "Transactions"),
    "trust": lazy_pgettext("column", "Trust level"),
    "unit": lazy_pgettext("column", "Unit"),
    "unit_id": lazy_pgettext("column", "Unit"),
    "units": lazy_pgettext("column", "Units"),
    "url": lazy_pgettext("column", "Address"),
    "used_at": lazy_pgettext("column", "Used at"),
    "valid_from": lazy_pgettext("column", "Valid from"),
    "valid_until": lazy_pgettext("column", "Valid until"),
    "value": lazy_pgettext("column", "Value"),
    "version": lazy_pgettext("column", "Version"),
    "wave": lazy_pgettext("column", "Wave"),
    "wave_id": lazy_pgettext("column", "Wave"),
    "withdrawn_at": lazy_pgettext("column", "Withdrawn at"),
    "agenda": lazy_pgettext("column", "Agenda"),
    "answer": lazy_pgettext("column", "Answer"),
    "answer_due_on": lazy_pgettext("column", "Answer until"),
    "answered_on": lazy_pgettext("column", "Answered on"),
    "answering_unit_id": lazy_pgettext("column", "Answering unit"),
    "asked_on": lazy_pgettext("column", "Asked on"),
    "asker_group": lazy_pgettext("column", "Asked by"),
    "box_opens_on": lazy_pgettext("column", "Question box opens on"),
    "cancelled_reason": lazy_pgettext("column", "Reason for cancelling"),
    "chair": lazy_pgettext("column", "Chair"),
    "chair_office": lazy_pgettext("column", "Office of the chair"),
    "checked_in": lazy_pgettext("column", "Checked in"),
    "conclusion": lazy_pgettext("column", "Conclusions"),
    "counted": lazy_pgettext("column", "Counted"),
    "deadline_on": lazy_pgettext("column", "Deadline"),
    "declined_reason": lazy_pgettext("column", "Reason for declining"),
    "dialogue_id": lazy_pgettext("column", "Dialogue"),
    "dropped_reason": lazy_pgettext("column", "Reason for dropping"),
    "ended_at": lazy_pgettext("column", "Ended at"),
    "ended_on": lazy_pgettext("column", "Ended on"),
    "evidence": lazy_pgettext("column", "Evidence"),
    "group": lazy_pgettext("column", "Group"),
    "half": lazy_pgettext("column", "Half-year"),
    "invited": lazy_pgettext("column", "Invited"),
    "notes": lazy_pgettext("column", "Notes"),
    "number": lazy_pgettext("column", "Number in the half-year"),
    "owner_name": lazy_pgettext("column", "Person in charge"),
    "owner_unit_id": lazy_pgettext("column", "Owner unit"),
    "position": lazy_pgettext("column", "Place in order"),
    "question_id": lazy_pgettext("column", "Question"),
    "room_code": lazy_pgettext("column", "Room code"),
    "same_as_id": lazy_pgettext("column", "Same as"),
    "secretary": lazy_pgettext("column", "Secretary"),
    "source": lazy_pgettext("column", "Way in"),
    "started_at": lazy_pgettext("column", "Started at"),
    "starts_at": lazy_pgettext("column", "Begins at"),
    "text": lazy_pgettext("column", "Text"),
    "theme_id": lazy_pgettext("column", "Theme"),
    "venue": lazy_pgettext("column", "Place of the meeting"),
    "year": lazy_pgettext("column", "Year"),
}

# Words of stored codes: by column, or by kind and column where the column alone does not tell.
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
    "unit.kind": UNIT_KINDS,
    "wave.state": WAVE_STATES,
    "webhook.state": {
        "active": lazy_pgettext("webhook", "Active"),
        "paused": lazy_pgettext("webhook", "Paused"),
        "ended": lazy_pgettext("webhook", "Ended"),
    },
}


def kind_name(code: str) -> str:
    return str(KINDS.get(code, code))


def deed(action: str) -> str:
    """What was done, of "noun.verb"."""
    verb = action.rpartition(".")[2]
    return str(VERBS.get(verb, verb.replace("_", " ")))


def column_name(code: str) -> str:
    return str(COLUMNS.get(code, code))


def value_word(kind: str, column: str, value: str) -> str:
    """A stored code in words; what is none, or is worded nowhere, as it is."""
    if (kind, column) == ("account", "by"):
        return " + ".join(str(_FACTORS.get(factor, factor)) for factor in value.split(" + "))
    words = _VALUES.get(f"{kind}.{column}") or _VALUES.get(column) or {}
    return str(words.get(value, value))


def subject_words(kind: str, subject: str) -> str:
    """What an entry is about; of a role "address: code", the role in words."""
    whose, separator, role = subject.rpartition(": ")
    return f"{whose}: {ROLES[role]}" if kind == "role_grant" and separator and role in ROLES else subject
