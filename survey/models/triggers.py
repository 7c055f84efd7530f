"""The rules a CHECK cannot say: what is append-only, and what is fixed once published or opened.

`TRIGGERS[dialect]` maps each trigger's name to its table and statement, as the newest migration leaves them. A batch
change of a table on SQLite drops its triggers silently: migrations reinstall them with :func:`install`, and a test
compares the database with this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection


class Trigger(NamedTuple):
    table: str
    statement: str
    since: str = ""


APPEND_ONLY = (
    "response",
    "answer",
    "several_answer",
    "text_answer",
    "response_flag",
    "response_conflict",
    "seal",
    "audit_entry",
    "flag_note",
    "questionnaire_origin",
    "question_continuity",
    "batch_response",
    "imported_response",
    "transaction_correction",
    "petition_step",
    "commitment_progress",
    "remedy_progress",
    "index_point",
    "emulation_step",
    "counter_rule_set",
    "scorecard_score",
    "scorecard_step",
    "published_document",
    "document_copy",
    "document_issuer",
    "document_text",
    "frozen_transaction",
    "filing_version",
    "filing_step",
    "open_statistics",
)
# A published questionnaire is spelled out over these; each refers to it by this expression.
_PUBLISHED_PARTS = {
    "question": "{row}.questionnaire_id",
    "scope": "{row}.questionnaire_id",
    "choice": "(SELECT questionnaire_id FROM question WHERE id = {row}.question_id)",
    "scope_item": "(SELECT questionnaire_id FROM scope WHERE id = {row}.scope_id)",
}
# What decides a wave's headline: fixed from the moment it opens.
WAVE_FROZEN = (
    "code",
    "questionnaire_id",
    "period_start",
    "period_end",
    "design",
    "headline_weighting",
    "rule",
    "aggregation",
    "target_id",
    "minimum_people",
)
# What a document says of itself.
DOCUMENT_FIXED = (
    "code",
    "run_id",
    "kind",
    "title",
    "unit_id",
    "wave_id",
    "language",
    "sha256",
    "size",
    "figures_digest",
)
COLLECTOR_FIXED = ("wave_id", "unit_id", "counter_id", "channel", "trust", "code")
_STATE_RANK = "CASE {row}.state WHEN 'draft' THEN 0 WHEN 'open' THEN 1 WHEN 'closed' THEN 2 ELSE 3 END"

REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class Rule(NamedTuple):
    """`event` on `table` is refused where `condition` holds; always, where it is empty. ≠ there tells NULL apart.

    `since` is the revision that adds a column the rule names, where the table is older than that.
    """

    name: str
    table: str
    event: str
    message: str
    condition: str = ""
    looks_elsewhere: bool = False  # the condition holds a subquery
    since: str = ""


def _rules() -> Iterator[Rule]:
    events = (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            yield Rule(f"{table}_no_{event.lower()}", table, event, f"{table} is append-only")
    immutable = "a published questionnaire is immutable"
    for event in ("UPDATE", "DELETE"):
        name = f"questionnaire_no_{event.lower()}"
        yield Rule(name, "questionnaire", event, immutable, "OLD.published_at IS NOT NULL")
    for table, owner in _PUBLISHED_PARTS.items():
        for event, row in events:
            published = f"(SELECT published_at FROM questionnaire WHERE id = {owner.format(row=row)}) IS NOT NULL"
            yield Rule(f"{table}_no_{event.lower()}", table, event, immutable, published, looks_elsewhere=True)
    fixed = "a wave is fixed once it is open"
    yield Rule("wave_frozen", "wave", "UPDATE", fixed, f"OLD.state <> 'draft' AND ({_changed(WAVE_FROZEN)})")
    backward = f"{_STATE_RANK.format(row='NEW')} < {_STATE_RANK.format(row='OLD')}"
    yield Rule("wave_forward", "wave", "UPDATE", "a wave does not go back", backward)
    yield Rule("wave_no_delete", "wave", "DELETE", "only a draft wave can be deleted", "OLD.state <> 'draft'")
    for event, row in events:
        opened = f"(SELECT state FROM wave WHERE id = {row}.wave_id) <> 'draft'"
        yield Rule(f"wave_trust_no_{event.lower()}", "wave_trust", event, fixed, opened, looks_elsewhere=True)
    kept = "a collector keeps its place, channel and trust level"
    yield Rule("collector_fixed", "collector", "UPDATE", kept, _changed(COLLECTOR_FIXED))
    yield Rule("collector_no_delete", "collector", "DELETE", "a collector is revoked, not deleted")
    owned = "OLD.state <> 'draft' AND OLD.owner_id IS NOT NULL AND NEW.owner_id ≠ OLD.owner_id"
    yield Rule("wave_owner_frozen", "wave", "UPDATE", fixed, owned, since="0006")
    replaced = "a collector keeps what it replaces"
    yield Rule("collector_history", "collector", "UPDATE", replaced, "NEW.replaces_id ≠ OLD.replaces_id", since="0006")
    shrunk = "NEW.collector_id ≠ OLD.collector_id OR NEW.day ≠ OLD.day OR NEW.scans < OLD.scans"
    yield Rule("collector_scan_grows", "collector_scan", "UPDATE", "scans only add up", shrunk)
    yield Rule("collector_scan_no_delete", "collector_scan", "DELETE", "scans only add up")
    issued = "a document keeps what it says once it is made"
    yield Rule("document_fixed", "document", "UPDATE", issued, f"OLD.state <> 'draft' AND ({_changed(DOCUMENT_FIXED)})")
    yield Rule("document_no_delete", "document", "DELETE", "a document is withdrawn, not deleted")
    frozen = "a proposal list keeps its figures and its decision"
    decided = "NEW.figures ≠ OLD.figures OR NEW.digest ≠ OLD.digest OR OLD.decided_at IS NOT NULL"
    yield Rule("emulation_list_fixed", "emulation_list", "UPDATE", frozen, decided)
    yield Rule("emulation_list_no_delete", "emulation_list", "DELETE", "a proposal list is kept")
    settled = "fixed counter scores keep their figures and their decision"
    refixed = _changed(("year", "quarter", "version", "reason", "figures", "digest", "asked_by_id", "asked_at"))
    yield Rule("counter_fixing_fixed", "counter_fixing", "UPDATE", settled, f"{refixed} OR OLD.decided_at IS NOT NULL")
    yield Rule("counter_fixing_no_delete", "counter_fixing", "DELETE", "fixed counter scores are kept")
    finished = "a batch is fixed once it is accepted or rejected"
    yield Rule("paper_batch_fixed", "paper_batch", "UPDATE", finished, "OLD.state IN ('accepted', 'rejected')")
    yield Rule("paper_batch_no_delete", "paper_batch", "DELETE", "a batch is rejected, not deleted")
    for table in ("paper_entry", "paper_resolution"):
        for event, row in events:
            over = f"(SELECT state FROM paper_batch WHERE id = {row}.batch_id) IN ('accepted', 'rejected')"
            yield Rule(f"{table}_no_{event.lower()}", table, event, finished, over, looks_elsewhere=True)
    in_use = "a template in use is immutable"
    for event, row in events:
        if event != "INSERT":
            name = f"scorecard_template_no_{event.lower()}"
            yield Rule(name, "scorecard_template", event, in_use, "OLD.used_at IS NOT NULL")
        used = f"(SELECT used_at FROM scorecard_template WHERE id = {row}.template_id) IS NOT NULL"
        name = f"scorecard_criterion_no_{event.lower()}"
        yield Rule(name, "scorecard_criterion", event, in_use, used, looks_elsewhere=True)

    yield from _filing_rules()


def _filing_rules() -> Iterator[Rule]:
    """A filing keeps its unit and wave, goes on and never back once it is public, and is explained only while it is the
    unit's turn; a wave is published with all of its filings."""
    kept = "NEW.wave_id ≠ OLD.wave_id OR NEW.unit_id ≠ OLD.unit_id OR NEW.version < OLD.version"
    yield Rule("filing_kept", "filing", "UPDATE", "a filing keeps its unit, wave and versions", kept)
    backward = "OLD.state IN ('published', 'corrected') AND NEW.state NOT IN ('published', 'corrected')"
    yield Rule("filing_forward", "filing", "UPDATE", "a published filing stays published", backward)
    yield Rule("filing_no_delete", "filing", "DELETE", "a filing is not deleted")
    handed_in = "a filing that was handed in is explained no more"
    explained = "OLD.state NOT IN ('draft', 'returned') AND NEW.explanation ≠ OLD.explanation"
    yield Rule("filing_explained", "filing", "UPDATE", handed_in, explained)
    for table in ("filing_note", "filing_evidence"):
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            over = f"(SELECT state FROM filing WHERE id = {row}.filing_id) NOT IN ('draft', 'returned')"
            yield Rule(f"{table}_no_{event.lower()}", table, event, handed_in, over, looks_elsewhere=True)
    left = "SELECT 1 FROM filing WHERE wave_id = NEW.id AND state NOT IN ('published', 'corrected')"
    together = f"NEW.state = 'published' AND OLD.state <> 'published' AND EXISTS ({left})"
    message = "a wave is published with all of its filings"
    yield Rule("wave_with_filings", "wave", "UPDATE", message, together, looks_elsewhere=True, since="0014")


def _changed(columns: Sequence[str]) -> str:
    return " OR ".join(f"NEW.{column} ≠ OLD.{column}" for column in columns)


def _sqlite() -> dict[str, Trigger]:
    return {rule.name: Trigger(rule.table, _on_sqlite(rule), rule.since) for rule in _rules()}


def _on_sqlite(rule: Rule) -> str:
    when = f"WHEN {rule.condition.replace('≠', 'IS NOT')} " if rule.condition else ""
    return (
        f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table} FOR EACH ROW {when}"
        f"BEGIN SELECT RAISE(ABORT, '{rule.message}'); END"
    )


def _postgresql() -> dict[str, Trigger]:
    """The same rules, and none of the append-only tables may be emptied at once."""
    triggers = {rule.name: Trigger(rule.table, _on_postgresql(rule), rule.since) for rule in _rules()}
    for table in APPEND_ONLY:
        statement = f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        statement += f"EXECUTE FUNCTION refuse('{table} is append-only')"
        triggers[f"{table}_no_truncate"] = Trigger(table, statement)
    return triggers


def _on_postgresql(rule: Rule) -> str:
    condition = rule.condition.replace("≠", "IS DISTINCT FROM")
    trigger = f"CREATE TRIGGER {rule.name} BEFORE {rule.event} ON {rule.table} FOR EACH ROW "
    if not rule.looks_elsewhere:
        when = f"WHEN ({condition}) " if condition else ""
        return f"{trigger}{when}EXECUTE FUNCTION refuse('{rule.message}')"
    # A WHEN clause may not hold a subquery there: such a rule gets a function of its own.
    back = "OLD" if rule.event == "DELETE" else "NEW"
    return (
        f"CREATE OR REPLACE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{rule.message}' USING ERRCODE = 'integrity_constraint_violation'; "
        f"END IF; RETURN {back}; END $$; {trigger}EXECUTE FUNCTION {rule.name}()"
    )


TRIGGERS = {"sqlite": _sqlite(), "postgresql": _postgresql()}


def install(connection: Connection, tables: tuple[str, ...], *, since: str = "") -> None:
    """Create the triggers of `tables` on a database that has none of them: those that stand on the tables as they were
    made, or those of the columns that the revision `since` adds."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(REFUSE_FUNCTION.replace("%'", "%%'"))
    for trigger in TRIGGERS[connection.dialect.name].values():
        if trigger.table in tables and trigger.since == since:
            connection.exec_driver_sql(trigger.statement)
