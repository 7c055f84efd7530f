"""What the audit log calls things and deeds on the screen; a code nobody has worded is shown as it is.

Their columns and the codes in them: :mod:`survey.staff_audit_columns`, :mod:`survey.staff_audit_values`.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from survey.staff_wording import ROLES

KINDS: dict[str, LazyString] = {
    "account": _l("Account"),
    "answer_template": _l("Answer template"),
    "api_key": _l("API key"),
    "api_key_role": _l("Role of an API key"),
    "audit": _l("Audit log"),
    "calendar_exception": _l("Working day"),
    "collector": _l("Collector"),
    "collectors": _l("Collectors of a wave"),
    "comment": _l("Comment"),
    "comment_mark": _l("Tag of a comment"),
    "contact_key": _l("Key of contacts"),
    "core_section": _l("Locked section"),
    "counter": _l("Counter"),
    "counter_record": _l("Quarterly report of a one-stop counter"),
    "counter_rule_set": _l("Rules of the counter score"),
    "counter_scores": _l("Counter scores"),
    "document": _l("Document to issue"),
    "dossiers": _l("Dossiers of the one-stop system"),
    "document_issuer": _l("Issuing body"),
    "document_run": _l("Set of documents"),
    "document_text": _l("Wording of documents"),
    "emulation_campaign": _l("Emulation campaign"),
    "emulation_mark": _l("Council's mark in emulation"),
    "emulation_part": _l("Part of the emulation formula"),
    "emulation_report": _l("Emulation report"),
    "figures": _l("Figures"),
    "filing": _l("Periodic report"),
    "filing_evidence": _l("Supporting file"),
    "import_run": _l("Import of answers"),
    "index_target": _l("Target of an index"),
    "invitation": _l("Link to set a password"),
    "mail_message": _l("Message to be sent"),
    "paper_batch": _l("Batch of paper forms"),
    "paper_resolution": _l("Settled discrepancy"),
    "petition": _l("Opinion or recommendation"),
    "petition_class": _l("Class of opinions"),
    "places": _l("Unit"),
    "procedure_field": _l("Field of procedures"),
    "province_index": _l("Index of the province"),
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
    "wave_publication": _l("Request to publish or correct"),
    "webhook": _l("Webhook"),
    "webhook_event": _l("Event of a webhook"),
    "commitment": _l("Commitment"),
    "dialogue": _l("Dialogue"),
    "dialogue_group": _l("Group of participants"),
    "dialogue_poll": _l("Poll of a dialogue"),
    "dialogue_question": _l("Question of a dialogue"),
    "dialogue_theme": _l("Theme of a dialogue"),
    "remedy": _l("Remedy"),
    "theme": _l("Theme of comments"),
    "theme_word": _l("Word of a theme"),
    "scorecard": _l("Scorecard"),
    "scorecard_evidence": _l("Evidence of a scorecard"),
    "scorecard_template": _l("Template of scorecards"),
    "unit_group": _l("Group of units"),
    "reference_figure": _l("Published reference figure"),
}
VERBS: dict[str, LazyString] = {
    "change": _l("changed"),
    "code_refused": _l("wrong code of the second factor"),
    "contact": _l("looked at the contact"),
    "create": _l("created"),
    "delayed": _l("too many failed sign-ins: the next ones wait"),
    "delete": _l("deleted"),
    "deadline": _l("set the deadline"),
    "export": _l("exported"),
    "flag": _l("flagged"),
    "import": _l("imported"),
    "password_refused": _l("wrong password for a change of one's own account"),
    "freeze": _l("froze the figures"),
    "hold_back": _l("kept from being sent"),
    "read": _l("looked at"),
    "publish": _l("published"),
    "send_again": _l("sent once more"),
    "set_password": _l("set a password by a link"),
    "sign": _l("sent to be signed"),
    "sign_in": _l("signed in"),
    "sign_in_failed": _l("failed to sign in"),
    "sign_out": _l("signed out"),
    "sign_out_everywhere": _l("signed out everywhere"),
    "test": _l("tried by a test response"),
}


def kind_name(code: str) -> str:
    return str(KINDS.get(code, code))


def deed(action: str) -> str:
    """What was done, of "noun.verb"."""
    verb = action.rpartition(".")[2]
    return str(VERBS.get(verb, verb.replace("_", " ")))


def subject_words(kind: str, subject: str) -> str:
    """What an entry is about; of a role "address: code", the role in words."""
    whose, separator, role = subject.rpartition(": ")
    return f"{whose}: {ROLES[role]}" if kind == "role_grant" and separator and role in ROLES else subject
