"""What the two database roles may do on PostgreSQL: the public one takes ballots, the staff one runs the back office.

One line a table, in the words of GRANT; a table without a line is nobody's, and a test fails for it. What neither role
may do (change or remove a ballot, a seal, a line of the audit log) is left to the owner, whom triggers stop. Migrations
and the sealer run as the owner; :func:`apply` is called after each migration and by `sipas db roles`.

Rights know columns and not rows: of some tables the public role sees only the rows that
:mod:`survey.models.row_policies` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from survey.models import row_policies
from survey.models.row_policies import PUBLIC_ROWS

PUBLIC, STAFF = "sipas_public", "sipas_staff"
ROLES = (PUBLIC, STAFF)

_READ = "SELECT"
_ADD = "SELECT, INSERT"
_CHANGE = "SELECT, INSERT, UPDATE"
_ALL = "SELECT, INSERT, UPDATE, DELETE"
_NOTHING = ""

# table: what the public role may, what the staff role may
GRANTS: dict[str, tuple[str, str]] = {
    "alembic_version": (_READ, _READ),
    # ballots: the public writes them and reads back no more than tells a repetition from a new one
    "response": ("INSERT, SELECT (id, submission_id, digest)", _ADD),
    "answer": ("INSERT", _ADD),
    "several_answer": ("INSERT", _ADD),
    "text_answer": ("INSERT", _ADD),
    "response_flag": ("INSERT", _ADD),
    "response_conflict": ("INSERT, SELECT (submission_id, content)", _ADD),
    "collector_scan": (_CHANGE, _CHANGE),
    "place_upload": (_NOTHING, _ALL),
    "transaction_correction": (_READ, _ADD),
    "flag_note": (_NOTHING, _ADD),
    "imported_response": (_NOTHING, _ADD),
    "batch_response": (_NOTHING, _ADD),
    # counted from them
    "seal": (_READ, _READ),
    "response_tally": (_READ, _CHANGE),
    "item_tally": (_READ, _CHANGE),
    "scope_tally": (_READ, _CHANGE),
    "released_response_tally": (_NOTHING, _CHANGE),
    "released_item_tally": (_NOTHING, _CHANGE),
    "released_scope_tally": (_NOTHING, _CHANGE),
    "release": (_NOTHING, _ADD),
    "kept_statistic": (_READ, _ALL),
    "cross_run": (_NOTHING, _ALL),
    "cross_tally": (_NOTHING, _ALL),
    # what is asked, where, and against which target
    "questionnaire": (_READ, _ALL),
    "question": (_READ, _ALL),
    "choice": (_READ, _ALL),
    "scope": (_READ, _ALL),
    "scope_item": (_READ, _ALL),
    "question_continuity": (_READ, _ALL),
    "questionnaire_origin": (_READ, _ALL),
    "core_section": (_NOTHING, _ALL),
    "questionnaire_draft": (_NOTHING, _ALL),
    "target": (_READ, _ALL),
    "wave": (_READ, _ALL),
    "wave_unit": (_READ, _ALL),
    "wave_trust": (_READ, _ALL),
    "wave_closing": (_NOTHING, _ALL),
    "collector": (_READ, _ALL),
    "unit": (_READ, _ALL),
    "counter": (_READ, _ALL),
    "transaction_count": (_READ, _ALL),
    "procedure_field": (_READ, _ALL),
    "service": (_READ, _ALL),
    # filings: the public reads what was published of them
    "frozen_transaction": (_READ, _ADD),
    "filing": ("SELECT (id, wave_id, unit_id, state, version)", _ALL),
    "filing_version": (_READ, _ADD),
    "filing_step": ("SELECT (id, filing_id, step, state, version, at)", _ADD),
    "filing_note": (_NOTHING, _ALL),
    "filing_evidence": (_NOTHING, _ALL),
    "wave_publication": (_NOTHING, _CHANGE),
    # the back office's own
    "province_index": (_NOTHING, _ALL),
    "index_point": (_NOTHING, _ADD),
    "index_target": (_NOTHING, _ALL),
    "emulation_campaign": (_NOTHING, _ALL),
    "emulation_part": (_NOTHING, _ALL),
    "emulation_report": (_NOTHING, _ALL),
    "emulation_mark": (_NOTHING, _ALL),
    "emulation_list": (_NOTHING, _CHANGE),
    "emulation_step": (_NOTHING, _ADD),
    "counter_rule_set": (_NOTHING, _ADD),
    "counter_fixing": (_NOTHING, _CHANGE),
    "dossier": (_NOTHING, _ALL),
    "counter_record": (_NOTHING, _ALL),
    "comment": (_NOTHING, _ALL),
    "comment_mark": (_NOTHING, _ALL),
    "paper_batch": (_NOTHING, _ALL),
    "paper_entry": (_NOTHING, _ALL),
    "paper_resolution": (_NOTHING, _ALL),
    "import_draft": (_NOTHING, _ALL),
    "import_run": (_NOTHING, _ALL),
    "account": (_NOTHING, _ALL),
    "account_session": (_NOTHING, _ALL),
    "invitation": (_NOTHING, _ALL),
    "role_grant": (_NOTHING, _ALL),
    "sign_in_delay": (_NOTHING, _ALL),
    "api_key": (_NOTHING, _ALL),
    "api_key_role": (_NOTHING, _ALL),
    "webhook": (_NOTHING, _ALL),
    "webhook_event": (_NOTHING, _ALL),
    "webhook_delivery": (_NOTHING, _ALL),
    "webhook_attempt": (_NOTHING, _ALL),
    "audit_entry": (_NOTHING, _ADD),
    # opinions: the public hands them in and follows its own; contacts it may only seal
    "petition": (
        (
            "INSERT, SELECT (id, code, unit_id, holder_id, kind, state, class_id, received_on, transfer_due_on, "
            "deadline_on, answer, answered_on, public_text, public_answer, published_on, rejected_reason, rating, "
            "rated_on, reopened, was_late, escalated_to_id, escalated_on), "
            "UPDATE (state, answered_on, published_on, rating, rated_on, reopened, deadline_on, transfer_due_on, "
            "rejected_reason, was_late, escalated_to_id, escalated_on)"
        ),
        _CHANGE,
    ),
    "petition_step": (
        "INSERT, SELECT (petition_id, number, day, step, state, holder_id, deadline_on, public_text, is_public)",
        _ADD,
    ),
    "petition_photo": ("INSERT", _ADD),
    "petition_contact": ("INSERT, SELECT (petition_id), UPDATE (delete_after)", _ALL),
    "petition_consent": ("INSERT", _ALL),
    "petition_class": (_READ, _ALL),
    "contact_key": (_READ, _CHANGE),
    "answer_template": (_NOTHING, _ALL),
    "calendar_exception": (_READ, _ALL),
    "mail_message": (_NOTHING, _ALL),
    # dialogues: the public asks, checks in and rates
    "dialogue": (
        (
            "SELECT (id, code, unit_id, year, half, number, name_vi, name_en, chair, chair_office, secretary, venue, "
            "starts_at, box_opens_on, invited, agenda, state, room_code, started_at, ended_at, conclusion, "
            "cancelled_reason)"
        ),
        _ALL,
    ),
    "dialogue_group": ("SELECT, INSERT, UPDATE (checked_in)", _ALL),
    "dialogue_theme": (_READ, _ALL),
    "dialogue_question": (
        (
            "INSERT, SELECT (id, dialogue_id, code, source, asker_group, asked_on, theme_id, position, text, state, "
            "answering_unit_id, answer, answered_on, answer_due_on, declined_reason, same_as_id)"
        ),
        _ALL,
    ),
    "dialogue_pass": (_ADD, _READ),
    "dialogue_poll": (_READ, _ALL),
    "commitment": (_READ, _ALL),
    "commitment_progress": ("SELECT (id, commitment_id, at, percent, text)", _ADD),
    # documents: the public reads which are published, and their bytes
    "document_run": (_NOTHING, _ALL),
    "document": (
        (
            "SELECT (id, code, kind, title, unit_id, wave_id, language, state, figures_digest, made_at, signer, "
            "signed_at, is_timestamped, published_at, withdrawn_at, withdrawn_reason, replaced_by_id)"
        ),
        _CHANGE,
    ),
    "document_content": (_NOTHING, _ALL),
    "document_copy": (_NOTHING, _ADD),
    "document_issuer": (_NOTHING, _ADD),
    "document_text": (_NOTHING, _ADD),
    "published_document": (_READ, _ADD),
    "remedy": ("SELECT (id, unit_id, wave_id, subject, subject_code, ended_on, said, did, is_public)", _ALL),
    "remedy_progress": (_NOTHING, _ADD),
    "remedy_judgement": (_NOTHING, _ALL),
    "scorecard_template": (_NOTHING, _ALL),
    "scorecard_criterion": (_NOTHING, _ALL),
    "scorecard": (_NOTHING, _ALL),
    "scorecard_score": (_NOTHING, _ADD),
    "scorecard_step": (_NOTHING, _ADD),
    "scorecard_evidence": (_NOTHING, _ALL),
    "theme": (_READ, _ALL),
    "theme_word": (_NOTHING, _ALL),
    "comment_theme": (_NOTHING, _ALL),
    "theme_tally": (_READ, _ALL),
    "theme_phrase": (_NOTHING, _ALL),
    "theme_reading": (_NOTHING, _ALL),
    "theme_count": (_NOTHING, _ALL),
    "unit_group": (_READ, _ALL),
    "unit_group_member": (_READ, _ALL),
    "reference_figure": (_READ, _ALL),
    # what was told of opinions and dialogues, frozen
    "open_statistics": (_READ, _ADD),
}


def create(connection: Connection, passwords: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Make the roles that are missing; one with a password may log in, the other is a group to be granted to those that
    do. Returns the names of the new ones. Raises ProgrammingError unless the connection may make roles.

    Passwords leave this process only as what the server keeps of them (SCRAM), so that no log of it shows one.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    known = {name for (name,) in driver.execute("SELECT rolname FROM pg_roles")}
    for role in ROLES:
        name = sql.Identifier(role)
        if role not in known:
            with (
                suppress(psycopg.errors.DuplicateObject),
                driver.transaction(),
            ):  # another database's operator was first
                driver.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
        if role in passwords:
            kept = driver.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256")
            change = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(kept.decode()))
            driver.execute(change)
    return [role for role in ROLES if role not in known]


def apply(connection: Connection) -> list[str]:
    """Give the roles that exist exactly these rights on the tables that exist; returns the roles found.

    Does nothing on SQLite. Rights given before are taken back first, so that a line made narrower holds at once. It may
    be said beside the processes at work: a table is locked only where its condition on rows is not the wanted one.
    Raises ProgrammingError unless the connection is the owner's.
    """
    if connection.dialect.name != "postgresql":
        return []
    known = set(
        connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"), {"roles": list(ROLES)})
    )
    tables: list[tuple[str, str | None]] = [(row.table, row.sequence) for row in connection.execute(text(_TABLES))]
    quoted = connection.dialect.identifier_preparer.quote
    database = quoted(str(connection.scalar(text("SELECT current_database()"))))
    for place, role in enumerate(ROLES):
        if role not in known:
            continue
        name = quoted(role)
        for kind in ("TABLES", "SEQUENCES"):
            connection.execute(text(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {name}"))
        connection.execute(text(f"GRANT CONNECT ON DATABASE {database} TO {name}"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))
        for table, sequence in tables:
            rights = GRANTS.get(table, (_NOTHING, _NOTHING))[place]
            if rights:
                connection.execute(text(f"GRANT {rights} ON {quoted(table)} TO {name}"))
            if sequence and "INSERT" in rights:
                connection.execute(text(f"GRANT USAGE ON SEQUENCE {sequence} TO {name}"))
    wanted = {table for table, _ in tables} & PUBLIC_ROWS.keys() if PUBLIC in known else set()
    row_policies.narrow(connection, wanted, quoted(PUBLIC))
    return [role for role in ROLES if role in known]


# Each table with the sequence that numbers its rows, quoted as the database does.
_TABLES = """
SELECT c.relname AS table, pg_get_serial_sequence(quote_ident(c.relname), a.attname) AS sequence
FROM pg_class c
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
"""
