"""The audit log: whatever a session with an actor writes through the ORM is noted by itself, the rest by `record`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Mapper, Session

from survey.models import AuditEntry, Base, Dialogue, Unit, Wave

# Tables whose rows are no configuration; what matters about them is recorded where it happens.
NOT_AUDITED = {
    "dossier": "comes from the one-stop system by the hundred; each import is noted",
    "place_upload": "a file before its confirmation; what the import writes is noted",
    "audit_entry": "the log itself",
    "response": "a ballot names nobody and is append-only",
    "answer": "part of a ballot",
    "several_answer": "part of a ballot",
    "text_answer": "part of a ballot",
    "response_conflict": "a ballot, kept whole",
    "response_flag": "recorded with its reason where an office flags a response",
    "seal": "chained by itself",
    "response_tally": "counted from ballots",
    "item_tally": "counted from ballots",
    "scope_tally": "counted from ballots",
    "released_response_tally": "copied from tallies",
    "released_item_tally": "copied from tallies",
    "released_scope_tally": "copied from tallies",
    "release": "copied from tallies",
    "kept_statistic": "computed from ballots",
    "collector_scan": "counted from visits of the form",
    "wave_closing": "how far a computation is",
    "cross_tally": "computed from ballots",
    "cross_run": "how far a computation is",
    "flag_note": "recorded with the flag",
    "paper_entry": "typed answers; accepting the batch is recorded",
    "paper_resolution": "typed answers; kept by itself with who chose, and accepting the batch is recorded",
    "batch_response": "made by accepting a batch",
    "imported_response": "made by an import",
    "import_draft": "holds a file of answers; importing it is recorded",
    "question": "spelled out from the questionnaire's definition",
    "choice": "spelled out from the questionnaire's definition",
    "scope": "spelled out from the questionnaire's definition",
    "scope_item": "spelled out from the questionnaire's definition",
    "question_continuity": "settled with the publication of a version",
    "account_session": "signing in and out is recorded",
    "sign_in_delay": "counted failures; the failures are recorded",
    "webhook_delivery": "written by events, which are noted themselves",
    "webhook_attempt": "a log of its own",
    "open_statistics": "counted from opinions and dialogues by the platform, append-only",
    "petition_step": "the history of a case, kept by itself with who did it",
    "petition_photo": "a citizen's, kept whole",
    "petition_contact": "sealed; each look at it is recorded",
    "petition_consent": "a citizen's, kept with the contact",
    "mail_message": "written by steps, which are noted themselves; who cancels one or sends it again is recorded",
    "dialogue_pass": "names nobody and is kept as a hash",
    "commitment_progress": "a log of its own, kept with who wrote it",
    "remedy_progress": "a log of its own, kept with who wrote it",
    "remedy_judgement": "computed from ballots",
    "index_point": "a log of its own, kept with who recorded it",
    "counter_fixing": "kept whole with who asked for it and who decided",
    "emulation_list": "kept whole with who asked for it and who decided",
    "emulation_step": "a log of its own, kept with who took it",
    "scorecard_criterion": "each change of a line is recorded with its template",
    "scorecard_score": "a log of its own, kept with who scored",
    "scorecard_step": "a log of its own, kept with who took it",
    "scorecard_evidence": "kept whole with who added it; taking one away is recorded",
    "frozen_transaction": "copied from numbers of transactions, which are noted themselves",
    "filing_version": "computed from ballots; kept for good with its reason",
    "filing_step": "the history of a filing, kept by itself with who did it",
    "filing_note": "an office's own words, kept whole; handing in stands in the history of the filing",
    "filing_evidence": "a file; adding it and taking it away is recorded",
    "comment_theme": "found in comments",
    "theme_tally": "counted from comments",
    "theme_phrase": "counted from comments",
    "theme_reading": "how far a computation is",
    "theme_count": "how far a computation is",
    "document_content": "the bytes of a document, whose digest is noted with it",
    "document_copy": "a file to work with, of the figures of its document",
    "published_document": "the bytes of a document, whose publication is noted",
    "unit_group_member": "recorded with its group, as a list",
}
# What is never written down, by column; a change of it is noted as such.
SECRET_COLUMNS = frozenset(
    {
        "password",
        "tf_totp_secret",
        "mf_recovery_codes",
        "fs_uniquifier",
        "token_hash",
        "key_hash",
        "secret",
        "secret_seed",
        "folded",  # a citizen's words
        "room_code",
        "ballot_key",
    }
)
# A citizen's words, by table: an office reads them on their page, and not in the log.
CITIZENS_WORDS = {"dialogue_question": frozenset({"text"}), "petition": frozenset({"text"})}
# What changes by mere use, as signing in does, which is recorded by itself, or notes that store themselves while typed.
USE_COLUMNS = frozenset({"last_sign_in_at", "tf_last_counter", "fs_uniquifier", "notes"})
SECRET = "•••"  # noqa: S105 the sign that stands for one
LONGEST_VALUE = 2000
SUBJECT_COLUMNS = ("reference", "code", "email", "name", "name_vi", "file_name", "id")


class Actor(NamedTuple):
    """Who writes: an account, an API key, a command on the server, or the platform by itself."""

    kind: str
    name: str
    account_id: int | None = None


SYSTEM = Actor("system", "sipas")


def attribute(session: Session, actor: Actor) -> None:
    """From here on, whatever the session writes is this actor's doing."""
    session.info["actor"] = actor


@contextmanager
def unattended(session: Session) -> Iterator[None]:
    """What is written inside is no change worth noting one by one, such as the sample province."""
    actor = session.info.pop("actor", None)
    try:
        yield
    finally:
        if actor is not None:
            session.info["actor"] = actor


def record(
    session: Session,
    action: str,
    *,
    subject: str,
    subject_kind: str = "",
    unit_path: str | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Note what the ORM does not see: an export, a look at a response, a sign-in, a bulk statement.

    `action` is noun.verb; `subject_kind` defaults to the noun. Nothing is noted for a session without an actor.
    """
    actor = session.info.get("actor")
    if actor is None:
        return
    kind = subject_kind or action.partition(".")[0]
    line = _line(actor, action, kind, subject, unit_path, before or {}, after or {})
    session.connection().execute(insert(AuditEntry), [line])


class Note(NamedTuple):
    """A change that a bulk statement makes, in the words of the ORM's: "unit.change", "unit" …, without secrets."""

    action: str
    subject_kind: str
    subject: str
    unit_path: str | None
    before: Mapping[str, object]
    after: Mapping[str, object]


def record_all(session: Session, notes: Iterable[Note]) -> None:
    """As :func:`record`, thousands at once."""
    actor = session.info.get("actor")
    if actor is None:
        return
    lines = [_line(actor, *note) for note in notes]
    if lines:
        session.connection().execute(insert(AuditEntry), lines)


def _line(
    actor: Actor,
    action: str,
    kind: str,
    subject: str,
    unit_path: str | None,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> dict[str, object]:
    return {
        "at": datetime.now(UTC),
        "actor_kind": actor.kind,
        "account_id": actor.account_id,
        "actor": actor.name[:300],
        "action": action,
        "subject_kind": kind,
        "subject": subject[:300],
        "unit_path": unit_path,
        "before": _json(before),
        "after": _json(after),
    }


def _json(values: Mapping[str, object]) -> str | None:
    return json.dumps(values, ensure_ascii=False, default=_plain) if values else None


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


@event.listens_for(Session, "after_flush")
def _note_changes(session: Session, _context: object) -> None:
    """Every audited object that this flush wrote, with the columns that changed."""
    actor = session.info.get("actor")
    if actor is None:
        return
    lines = [
        line
        for verb, objects in (("create", session.new), ("change", session.dirty), ("delete", session.deleted))
        for changed in objects
        if (line := _change(session, actor, verb, changed)) is not None
    ]
    if lines:
        session.connection().execute(insert(AuditEntry), lines)


def _change(session: Session, actor: Actor, verb: str, changed: object) -> dict[str, object] | None:
    mapper: Mapper[Any] = inspect(changed).mapper
    table = mapper.local_table.name  # type: ignore[attr-defined]  # every class of ours is mapped to a table
    if table in NOT_AUDITED:
        return None
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    state = inspect(changed)
    for column in mapper.column_attrs:
        if column.key not in mapper.local_table.columns:  # worked out from other rows, not stored
            continue
        if verb == "change":
            history = state.attrs[column.key].history
            if not history.has_changes() or column.key in USE_COLUMNS:
                continue
            before[column.key] = _shown(table, column.key, history.deleted[0] if history.deleted else None)
        values = before if verb == "delete" else after
        values[column.key] = _shown(table, column.key, getattr(changed, column.key))
    if verb == "change" and not after:
        return None
    if verb != "change":  # what is empty says nothing
        before, after = ({key: value for key, value in side.items() if value is not None} for side in (before, after))
    return _line(actor, f"{table}.{verb}", table, subject_of(changed), place_of(session, changed), before, after)


def _shown(table: str, column: str, value: object) -> object:
    if value is not None and (column in SECRET_COLUMNS or column in CITIZENS_WORDS.get(table, ())):
        return SECRET
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return f"{value[:LONGEST_VALUE]}…"
    return value


def subject_of(changed: object) -> str:
    """What a reader calls the object: its code where it has one."""
    for column in SUBJECT_COLUMNS:
        value = getattr(changed, column, None)
        if value is not None:
            return str(value)
    return "/".join(str(part) for part in inspect(changed).identity or ())


def place_of(session: Session, changed: object) -> str | None:
    """The path of the unit whose matter the object is, as far as it says; None concerns the whole installation."""
    if isinstance(changed, Unit):
        return changed.path
    if hasattr(changed, "place"):  # accounts stand where their roles do
        place: str | None = changed.place
        return place
    with session.no_autoflush:
        for column in ("unit_id", "owner_id"):
            unit_id = getattr(changed, column, None)
            if unit_id is not None:
                unit = session.get(Unit, unit_id)
                return unit.path if unit else None
        for column, owner in (("wave_id", Wave), ("dialogue_id", Dialogue)):
            key = getattr(changed, column, None)
            if key is not None:
                found = session.get(owner, key)
                return place_of(session, found) if found is not None else None
    return None


def audited_tables() -> set[str]:
    """Names of the tables whose changes note themselves."""
    return Base.metadata.tables.keys() - NOT_AUDITED.keys()
