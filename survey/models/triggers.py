"""The rules a CHECK cannot say: what is append-only, and what is fixed once published or opened.

`TRIGGERS[dialect]` maps each trigger's name to its table and statement, as the newest migration leaves them. A batch
change of a table on SQLite drops its triggers silently: migrations reinstall them with :func:`install`, and a test
compares the database with this module.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection


class Trigger(NamedTuple):
    table: str
    statement: str


APPEND_ONLY = (
    "response",
    "answer",
    "several_answer",
    "text_answer",
    "response_flag",
    "response_conflict",
    "seal",
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
_STATE_RANK = "CASE {row}.state WHEN 'draft' THEN 0 WHEN 'open' THEN 1 WHEN 'closed' THEN 2 ELSE 3 END"

REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _sqlite() -> dict[str, Trigger]:
    triggers: dict[str, Trigger] = {}

    def refuse(name: str, table: str, event: str, message: str, when: str = "") -> None:
        condition = f"WHEN {when} " if when else ""
        triggers[name] = Trigger(
            table,
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {condition}"
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        )

    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            refuse(f"{table}_no_{event}", table, event.upper(), f"{table} is append-only")
    for event in ("update", "delete"):
        message = "a published questionnaire is immutable"
        refuse(f"questionnaire_no_{event}", "questionnaire", event.upper(), message, "OLD.published_at IS NOT NULL")
    for table, owner in _PUBLISHED_PARTS.items():
        for event, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
            published = f"(SELECT published_at FROM questionnaire WHERE id = {owner.format(row=row)}) IS NOT NULL"
            refuse(f"{table}_no_{event}", table, event.upper(), "a published questionnaire is immutable", published)
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in WAVE_FROZEN)
    refuse("wave_frozen", "wave", "UPDATE", "a wave is fixed once it is open", f"OLD.state <> 'draft' AND ({changed})")
    backward = f"{_STATE_RANK.format(row='NEW')} < {_STATE_RANK.format(row='OLD')}"
    refuse("wave_forward", "wave", "UPDATE", "a wave does not go back", backward)
    refuse("wave_no_delete", "wave", "DELETE", "only a draft wave can be deleted", "OLD.state <> 'draft'")
    for event, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
        opened = f"(SELECT state FROM wave WHERE id = {row}.wave_id) <> 'draft'"
        message = "a wave is fixed once it is open"
        refuse(f"wave_trust_no_{event}", "wave_trust", event.upper(), message, opened)
    moved = "NEW.wave_id IS NOT OLD.wave_id OR NEW.unit_id IS NOT OLD.unit_id OR NEW.counter_id IS NOT OLD.counter_id"
    fixed = f"{moved} OR NEW.channel <> OLD.channel OR NEW.trust <> OLD.trust OR NEW.code <> OLD.code"
    refuse("collector_fixed", "collector", "UPDATE", "a collector keeps its place, channel and trust level", fixed)
    refuse("collector_no_delete", "collector", "DELETE", "a collector is revoked, not deleted")
    return triggers


def _postgresql() -> dict[str, Trigger]:
    """The same rules. A WHEN clause may not hold a subquery there: rules that look elsewhere get a function."""
    triggers: dict[str, Trigger] = {}

    def refuse(name: str, table: str, event: str, message: str, when: str = "", each: str = "ROW") -> None:
        condition = f"WHEN ({when}) " if when else ""
        triggers[name] = Trigger(
            table,
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} {condition}"
            f"EXECUTE FUNCTION refuse('{message}')",
        )

    def refuse_if(name: str, table: str, event: str, message: str, condition: str) -> None:
        back = "OLD" if event == "DELETE" else "NEW"
        triggers[name] = Trigger(
            table,
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {back}; END $$; "
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        )

    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            refuse(f"{table}_no_{event}", table, event.upper(), f"{table} is append-only")
        refuse(f"{table}_no_truncate", table, "TRUNCATE", f"{table} is append-only", each="STATEMENT")
    for event in ("update", "delete"):
        message = "a published questionnaire is immutable"
        refuse(f"questionnaire_no_{event}", "questionnaire", event.upper(), message, "OLD.published_at IS NOT NULL")
    for table, owner in _PUBLISHED_PARTS.items():
        for event, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
            published = f"(SELECT published_at FROM questionnaire WHERE id = {owner.format(row=row)}) IS NOT NULL"
            refuse_if(f"{table}_no_{event}", table, event.upper(), "a published questionnaire is immutable", published)
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in WAVE_FROZEN)
    refuse("wave_frozen", "wave", "UPDATE", "a wave is fixed once it is open", f"OLD.state <> 'draft' AND ({changed})")
    backward = f"{_STATE_RANK.format(row='NEW')} < {_STATE_RANK.format(row='OLD')}"
    refuse("wave_forward", "wave", "UPDATE", "a wave does not go back", backward)
    refuse("wave_no_delete", "wave", "DELETE", "only a draft wave can be deleted", "OLD.state <> 'draft'")
    for event, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
        opened = f"(SELECT state FROM wave WHERE id = {row}.wave_id) <> 'draft'"
        refuse_if(f"wave_trust_no_{event}", "wave_trust", event.upper(), "a wave is fixed once it is open", opened)
    columns = ("wave_id", "unit_id", "counter_id", "channel", "trust", "code")
    fixed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    refuse("collector_fixed", "collector", "UPDATE", "a collector keeps its place, channel and trust level", fixed)
    refuse("collector_no_delete", "collector", "DELETE", "a collector is revoked, not deleted")
    return triggers


TRIGGERS = {"sqlite": _sqlite(), "postgresql": _postgresql()}


def install(connection: Connection, tables: tuple[str, ...] | None = None) -> None:
    """Create the triggers of all tables, or of `tables`, on a database that has none of them."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(REFUSE_FUNCTION.replace("%'", "%%'"))
    for trigger in TRIGGERS[connection.dialect.name].values():
        if tables is None or trigger.table in tables:
            connection.exec_driver_sql(trigger.statement)
