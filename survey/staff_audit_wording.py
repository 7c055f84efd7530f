"""What the audit log calls things and deeds on the screen; a code nobody has worded is shown as it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

KINDS: dict[str, LazyString] = {
    "account": _l("Account"),
    "api_key": _l("API key"),
    "api_key_grant": _l("Role of an API key"),
    "audit": _l("Audit log"),
    "collector": _l("Collector"),
    "comment": _l("Comment"),
    "counter": _l("Counter"),
    "figures": _l("Figures"),
    "import_run": _l("Import of answers"),
    "invitation": _l("Link to set a password"),
    "procedure_field": _l("Field of procedures"),
    "questionnaire": _l("Questionnaire"),
    "response": _l("Response"),
    "role_grant": _l("Role"),
    "service": _l("Procedure"),
    "target": _l("Target"),
    "transaction_count": _l("Transactions"),
    "unit": _l("Unit"),
    "wave": _l("Wave"),
    "wave_trust": _l("Trust level of a wave"),
    "wave_unit": _l("Unit of a wave"),
    "webhook": _l("Webhook"),
}
VERBS: dict[str, LazyString] = {
    "accept": _l("accepted"),
    "change": _l("changed"),
    "close": _l("closed"),
    "code_refused": _l("wrong code of the second factor"),
    "create": _l("created"),
    "delayed": _l("too many failed sign-ins: the next ones wait"),
    "delete": _l("deleted"),
    "export": _l("exported"),
    "flag": _l("flagged"),
    "hide": _l("hidden"),
    "import": _l("imported"),
    "look": _l("looked at"),
    "open": _l("opened"),
    "password_refused": _l("wrong password for a change of one's own account"),
    "publish": _l("published"),
    "revoke": _l("revoked"),
    "set_password": _l("set a password by a link"),
    "sign_in": _l("signed in"),
    "sign_in_failed": _l("failed to sign in"),
    "sign_out": _l("signed out"),
    "sign_out_everywhere": _l("signed out everywhere"),
    "view": _l("looked at"),
}


def kind_name(code: str) -> str:
    return str(KINDS.get(code, code))


def deed(action: str) -> str:
    """What was done, of "noun.verb"."""
    verb = action.rpartition(".")[2]
    return str(VERBS.get(verb, verb.replace("_", " ")))
