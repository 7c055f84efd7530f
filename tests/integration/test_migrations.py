"""Migrations are proved up, down and with data, and leave exactly what the models say."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Engine, inspect, text

from survey import database
from survey.models import TRIGGERS, Base

NOW = "2026-01-05 00:00:00"
# One row of everything, as the first schema takes it.
ROWS = f"""
INSERT INTO unit (id, code, path, kind, name_vi, name_en, one_stop_vi, one_stop_en, valid_from)
    VALUES (1, 'T', '/1/', 'province', 'Tỉnh', '', '', '', '2025-07-01');
INSERT INTO counter (id, unit_id, code, name_vi, name_en, valid_from) VALUES (1, 1, '1', 'Quầy 1', '', '2025-07-01');
INSERT INTO transaction_count (id, unit_id, period_start, period_end, transactions)
    VALUES (1, 1, '2026-01-01', '2026-06-30', 900);
INSERT INTO procedure_field (id, code, name_vi, name_en) VALUES (1, 'civil', 'Hộ tịch', '');
INSERT INTO service (id, field_id, code, name_vi, name_en, valid_from)
    VALUES (1, 1, '1.001', 'Đăng ký khai sinh', '', '2025-07-01');
INSERT INTO questionnaire (id, code, version, definition, digest, valid_from)
    VALUES (1, 'one', '1.0', 'one', '{"0" * 64}', '2026-01-01');
INSERT INTO question (id, questionnaire_id, position, code, kind, in_index) VALUES (1, 1, 1, 'q', 'rating', TRUE);
INSERT INTO choice (question_id, value) VALUES (1, 4);
INSERT INTO scope (id, questionnaire_id, position, code, level) VALUES (1, 1, 1, 'index', 'index');
INSERT INTO scope_item (scope_id, question_id) VALUES (1, 1);
UPDATE questionnaire SET published_at = '{NOW}';
INSERT INTO target (id, code, value, reference_vi, reference_en, valid_from)
    VALUES (1, '80', 0.8, 'Kế hoạch', '', '2026-01-01');
INSERT INTO wave (id, code, name_vi, name_en, questionnaire_id, period_start, period_end, state, design,
        headline_weighting, rule, aggregation, target_id, minimum_people)
    VALUES (1, 'W', 'Đợt 1', '', 1, '2026-01-01', '2026-06-30', 'draft', 'census', 'unweighted', 'top_two',
        'pool_answers', 1, 30);
INSERT INTO wave_unit (wave_id, unit_id) VALUES (1, 1);
INSERT INTO wave_trust (wave_id, trust) VALUES (1, 'open');
UPDATE wave SET state = 'open', opened_at = '{NOW}';
INSERT INTO collector (id, code, wave_id, unit_id, counter_id, channel, trust, respondent_group, state, created_at)
    VALUES (1, 'AAAAAAA', 1, 1, 1, 'qr', 'open', 'citizen', 'active', '{NOW}');
"""


def fill(connection: Connection) -> None:
    for statement in ROWS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
    blobs = {"id": b"i" * 16, "digest": b"d" * 32, "salt": b"s" * 16}
    connection.execute(
        text(
            "INSERT INTO response (id, submission_id, collector_id, received_at, half_month, language, digest, salt, "
            "is_test) VALUES (1, :id, 1, 1767571200, 48624, 'vi', :digest, :salt, FALSE)"
        ),
        blobs,
    )
    connection.execute(text("INSERT INTO answer (response_id, question_id, choice) VALUES (1, 1, 4)"))


def revisions() -> list[str]:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(database.alembic_config("sqlite://"))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def test_numbers_run_without_gaps() -> None:
    assert revisions() == [f"{k:04}" for k in range(1, len(revisions()) + 1)]


def test_head_equals_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_head_has_exactly_the_checks_of_the_models(engine: Engine) -> None:
    """Alembic compares no CHECK, yet they are where the database refuses nonsense."""
    inspector = inspect(engine)
    for table in Base.metadata.sorted_tables:
        migrated = {check["name"] for check in inspector.get_check_constraints(table.name)}
        declared = {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
        assert migrated == declared, table.name


def test_head_has_exactly_the_triggers_of_the_models(engine: Engine) -> None:
    queries = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with engine.connect() as connection:
        found = set(connection.scalars(text(queries[engine.dialect.name])))
    assert found == set(TRIGGERS[engine.dialect.name])


def test_every_migration_goes_down_and_up_again_with_data(engine: Engine, database_url: str) -> None:
    with engine.begin() as connection:
        fill(connection)
    for revision in reversed(["base", *revisions()][:-1]):
        database.downgrade(database_url, revision)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            own = "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'"
            assert connection.scalars(text(own)).all() == []
    database.upgrade(database_url)
    with engine.begin() as connection:
        fill(connection)
        assert connection.scalar(text("SELECT count(*) FROM answer")) == 1


def test_data_survives_from_the_first_schema_to_the_newest(engine: Engine, database_url: str) -> None:
    database.downgrade(database_url, "0001")
    with engine.begin() as connection:
        fill(connection)
    database.upgrade(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT response_id, question_id, choice FROM answer")).all() == [(1, 1, 4)]
        assert connection.scalar(text("SELECT name_vi FROM unit")) == "Tỉnh"
