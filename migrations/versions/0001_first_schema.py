"""The first schema: places, questionnaires, waves, collectors, ballots, ledger and tallies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.models import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# In the order they can be dropped.
TABLES = (
    "text_answer",
    "several_answer",
    "response_flag",
    "response_conflict",
    "answer",
    "scope_tally",
    "response_tally",
    "response",
    "released_scope_tally",
    "released_response_tally",
    "released_item_tally",
    "item_tally",
    "wave_unit",
    "wave_trust",
    "scope_item",
    "kept_statistic",
    "import_run",
    "collector",
    "choice",
    "wave",
    "transaction_count",
    "service",
    "scope",
    "question",
    "counter",
    "unit",
    "target",
    "seal",
    "questionnaire",
    "procedure_field",
)


def upgrade() -> None:
    op.create_table(
        "procedure_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_field")),
        sa.UniqueConstraint("code", name=op.f("uq_procedure_field_code")),
    )
    op.create_table(
        "questionnaire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_questionnaire_digest")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_questionnaire_validity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_questionnaire_code_version")),
    )
    op.create_table(
        "seal",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_response_id", sa.BigInteger(), nullable=False),
        sa.Column("last_response_id", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous_head", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_response_id >= first_response_id", name=op.f("ck_seal_range")),
        sa.CheckConstraint(
            "length(root) = 32 AND length(head) = 32 AND length(previous_head) = 32", name=op.f("ck_seal_hashes")
        ),
        sa.CheckConstraint("sequence >= 1 AND leaves >= 1", name=op.f("ck_seal_counts")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_seal")),
        sa.UniqueConstraint("first_response_id", name=op.f("uq_seal_first_response_id")),
        sa.UniqueConstraint("head", name=op.f("uq_seal_head")),
        sa.UniqueConstraint("last_response_id", name=op.f("uq_seal_last_response_id")),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Numeric(precision=7, scale=6), nullable=False),
        sa.Column("reference_vi", sa.String(length=500), nullable=False),
        sa.Column("reference_en", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_target_validity")),
        sa.CheckConstraint("value > 0 AND value < 1", name=op.f("ck_target_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("code", name=op.f("uq_target_code")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("one_stop_vi", sa.String(length=300), nullable=False),
        sa.Column("one_stop_en", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('province', 'department', 'commune', 'room')", name=op.f("ck_unit_kind")),
        sa.CheckConstraint("parent_id <> id AND successor_id <> id", name=op.f("ck_unit_not_its_own_relative")),
        sa.CheckConstraint(
            "successor_id IS NULL OR valid_until IS NOT NULL", name=op.f("ck_unit_successor_is_of_a_closed_unit")
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_unit_validity")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"], unique=False)
    op.create_index("ix_unit_path", "unit", ["path"], unique=True, postgresql_ops={"path": "text_pattern_ops"})
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_counter_validity")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_counter_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
        sa.UniqueConstraint("id", "unit_id", name=op.f("uq_counter_id_unit_id")),
        sa.UniqueConstraint("unit_id", "code", name=op.f("uq_counter_unit_id_code")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("in_index", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('rating', 'single', 'several', 'yes_no', 'levels', 'short_text', 'long_text')",
            name=op.f("ck_question_kind"),
        ),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_question_questionnaire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("questionnaire_id", "code", name=op.f("uq_question_questionnaire_id_code")),
        sa.UniqueConstraint("questionnaire_id", "position", name=op.f("uq_question_questionnaire_id_position")),
    )
    op.create_table(
        "scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.CheckConstraint("level IN ('factor', 'content', 'index')", name=op.f("ck_scope_level")),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_scope_questionnaire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope")),
        sa.UniqueConstraint("questionnaire_id", "code", name=op.f("uq_scope_questionnaire_id_code")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=500), nullable=False),
        sa.Column("name_en", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_service_validity")),
        sa.ForeignKeyConstraint(["field_id"], ["procedure_field.id"], name=op.f("fk_service_field_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
    )
    op.create_index("ix_service_field_id", "service", ["field_id"], unique=False)
    op.create_table(
        "transaction_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_transaction_count_period")),
        sa.CheckConstraint("transactions >= 0", name=op.f("ck_transaction_count_not_negative")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_transaction_count_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transaction_count")),
        sa.UniqueConstraint(
            "unit_id", "period_start", "period_end", name=op.f("uq_transaction_count_unit_id_period_start_period_end")
        ),
    )
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_vi", sa.String(length=300), nullable=False),
        sa.Column("name_en", sa.String(length=300), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("design", sa.String(length=14), nullable=False),
        sa.Column("headline_weighting", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=12), nullable=False),
        sa.Column("aggregation", sa.String(length=16), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("minimum_people", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'draft') = (opened_at IS NULL)", name=op.f("ck_wave_opened")),
        sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name=op.f("ck_wave_published")),
        sa.CheckConstraint("(state IN ('closed', 'published')) = (closed_at IS NOT NULL)", name=op.f("ck_wave_closed")),
        sa.CheckConstraint(
            "aggregation IN ('pool_answers', 'mean_of_items', 'mean_of_factors')", name=op.f("ck_wave_aggregation")
        ),
        sa.CheckConstraint("design IN ('probability', 'census', 'self_selected')", name=op.f("ck_wave_design")),
        sa.CheckConstraint("headline_weighting IN ('unweighted', 'weighted')", name=op.f("ck_wave_headline_weighting")),
        sa.CheckConstraint("rule IN ('top_two', 'mean_of_max', 'scaled_mean')", name=op.f("ck_wave_rule")),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed', 'published')", name=op.f("ck_wave_state")),
        sa.CheckConstraint("minimum_people >= 1", name=op.f("ck_wave_minimum_people")),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_wave_period")),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_wave_questionnaire_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_wave_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("code", name=op.f("uq_wave_code")),
    )
    op.create_table(
        "choice",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint("value BETWEEN 0 AND 9", name=op.f("ck_choice_value")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_choice_question_id")),
        sa.PrimaryKeyConstraint("question_id", "value", name=op.f("pk_choice")),
    )
    op.create_table(
        "collector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("trust", sa.String(length=10), nullable=False),
        sa.Column("respondent_group", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name=op.f("ck_collector_revoked")),
        sa.CheckConstraint(
            "channel IN ('qr', 'link', 'kiosk', 'paper', 'phone', 'interview', 'import')",
            name=op.f("ck_collector_channel"),
        ),
        sa.CheckConstraint(
            "respondent_group IN ('citizen', 'delegate', 'official', 'participant')",
            name=op.f("ck_collector_respondent_group"),
        ),
        sa.CheckConstraint("state IN ('active', 'revoked')", name=op.f("ck_collector_state")),
        sa.CheckConstraint(
            "trust IN ('verified', 'present', 'open', 'paper', 'assisted')", name=op.f("ck_collector_trust")
        ),
        sa.ForeignKeyConstraint(
            ["counter_id", "unit_id"], ["counter.id", "counter.unit_id"], name=op.f("fk_collector_counter_id_unit_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_collector_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_collector_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collector")),
        sa.UniqueConstraint("code", name=op.f("uq_collector_code")),
    )
    op.create_index("ix_collector_wave_id_unit_id", "collector", ["wave_id", "unit_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_added", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rows_read >= rows_added AND rows_added >= 0", name=op.f("ck_import_run_rows")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_import_run_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "kept_statistic",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_kept_statistic_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_kept_statistic_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", "code", name=op.f("pk_kept_statistic")),
    )
    op.create_table(
        "scope_item",
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_scope_item_question_id")),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_scope_item_scope_id")),
        sa.PrimaryKeyConstraint("scope_id", "question_id", name=op.f("pk_scope_item")),
    )
    op.create_index("ix_scope_item_question_id", "scope_item", ["question_id"], unique=False)
    op.create_table(
        "wave_trust",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("trust", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "trust IN ('verified', 'present', 'open', 'paper', 'assisted')", name=op.f("ck_wave_trust_trust")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_trust_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "trust", name=op.f("pk_wave_trust")),
    )
    op.create_table(
        "wave_unit",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("forms_issued", sa.Integer(), nullable=True),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.CheckConstraint("forms_issued IS NULL OR forms_issued >= 0", name=op.f("ck_wave_unit_forms_issued")),
        sa.CheckConstraint("quota IS NULL OR quota >= 0", name=op.f("ck_wave_unit_quota")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_wave_unit_unit_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_wave_unit_wave_id")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", name=op.f("pk_wave_unit")),
    )
    op.create_index("ix_wave_unit_unit_id", "wave_unit", ["unit_id"], unique=False)
    op.create_table(
        "item_tally",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("half_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("n0", sa.Integer(), nullable=False),
        sa.Column("n1", sa.Integer(), nullable=False),
        sa.Column("n2", sa.Integer(), nullable=False),
        sa.Column("n3", sa.Integer(), nullable=False),
        sa.Column("n4", sa.Integer(), nullable=False),
        sa.Column("n5", sa.Integer(), nullable=False),
        sa.Column("n6", sa.Integer(), nullable=False),
        sa.Column("n7", sa.Integer(), nullable=False),
        sa.Column("n8", sa.Integer(), nullable=False),
        sa.Column("n9", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_item_tally_collector_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_item_tally_question_id")),
        sa.PrimaryKeyConstraint("collector_id", "flagged", "question_id", "half_month", name=op.f("pk_item_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "released_item_tally",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("half_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("n0", sa.Integer(), nullable=False),
        sa.Column("n1", sa.Integer(), nullable=False),
        sa.Column("n2", sa.Integer(), nullable=False),
        sa.Column("n3", sa.Integer(), nullable=False),
        sa.Column("n4", sa.Integer(), nullable=False),
        sa.Column("n5", sa.Integer(), nullable=False),
        sa.Column("n6", sa.Integer(), nullable=False),
        sa.Column("n7", sa.Integer(), nullable=False),
        sa.Column("n8", sa.Integer(), nullable=False),
        sa.Column("n9", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_released_item_tally_collector_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_released_item_tally_question_id")),
        sa.PrimaryKeyConstraint(
            "collector_id", "flagged", "question_id", "half_month", name=op.f("pk_released_item_tally")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "released_response_tally",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("half_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collector_id"], ["collector.id"], name=op.f("fk_released_response_tally_collector_id")
        ),
        sa.PrimaryKeyConstraint("collector_id", "flagged", "half_month", name=op.f("pk_released_response_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "released_scope_tally",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("half_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("all_satisfied", sa.Integer(), nullable=False),
        sa.Column("s", sa.BigInteger(), nullable=False),
        sa.Column("v", sa.BigInteger(), nullable=False),
        sa.Column("ss", sa.BigInteger(), nullable=False),
        sa.Column("sv", sa.BigInteger(), nullable=False),
        sa.Column("vv", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.BigInteger(), nullable=False),
        sa.Column("xx", sa.BigInteger(), nullable=False),
        sa.Column("xv", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_released_scope_tally_collector_id")),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_released_scope_tally_scope_id")),
        sa.PrimaryKeyConstraint(
            "collector_id", "flagged", "scope_id", "half_month", name=op.f("pk_released_scope_tally")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("half_month", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_response_language")),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_response_digest")),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_response_salt")),
        sa.CheckConstraint("length(submission_id) = 16", name=op.f("ck_response_submission_id")),
        sa.CheckConstraint("seconds IS NULL OR seconds >= 0", name=op.f("ck_response_seconds")),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_response_collector_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_response_submission_id")),
    )
    op.create_index("ix_response_collector_id_id", "response", ["collector_id", "id"], unique=False)
    op.create_table(
        "response_tally",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("half_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_response_tally_collector_id")),
        sa.PrimaryKeyConstraint("collector_id", "flagged", "half_month", name=op.f("pk_response_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scope_tally",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("half_month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("all_satisfied", sa.Integer(), nullable=False),
        sa.Column("s", sa.BigInteger(), nullable=False),
        sa.Column("v", sa.BigInteger(), nullable=False),
        sa.Column("ss", sa.BigInteger(), nullable=False),
        sa.Column("sv", sa.BigInteger(), nullable=False),
        sa.Column("vv", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.BigInteger(), nullable=False),
        sa.Column("xx", sa.BigInteger(), nullable=False),
        sa.Column("xv", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_scope_tally_collector_id")),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_scope_tally_scope_id")),
        sa.PrimaryKeyConstraint("collector_id", "flagged", "scope_id", "half_month", name=op.f("pk_scope_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answer",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id", "choice"], ["choice.question_id", "choice.value"], name=op.f("fk_answer_question_id_choice")
        ),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_answer_response_id")),
        sa.PrimaryKeyConstraint("response_id", "question_id", name=op.f("pk_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response_conflict",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("length(submission_id) = 16", name=op.f("ck_response_conflict_submission_id")),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_response_conflict_collector_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["response.submission_id"], name=op.f("fk_response_conflict_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_conflict")),
    )
    op.create_index("ix_response_conflict_submission_id", "response_conflict", ["submission_id"], unique=False)
    op.create_table(
        "response_flag",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind IN ('honeypot', 'too_fast', 'token_expired', 'duplicate', 'manual')",
            name=op.f("ck_response_flag_kind"),
        ),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_response_flag_response_id")),
        sa.PrimaryKeyConstraint("response_id", "kind", name=op.f("pk_response_flag")),
    )
    op.create_table(
        "several_answer",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id", "choice"],
            ["choice.question_id", "choice.value"],
            name=op.f("fk_several_answer_question_id_choice"),
        ),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_several_answer_response_id")),
        sa.PrimaryKeyConstraint("response_id", "question_id", "choice", name=op.f("pk_several_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "text_answer",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 10000", name=op.f("ck_text_answer_text")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_text_answer_question_id")),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_text_answer_response_id")),
        sa.PrimaryKeyConstraint("response_id", "question_id", name=op.f("pk_text_answer")),
    )
    triggers.install(op.get_bind(), tuple(TABLES))


def downgrade() -> None:
    bind = op.get_bind()
    for table in TABLES:
        op.drop_table(table)
    if bind.dialect.name == "postgresql":
        for name in triggers.TRIGGERS["postgresql"]:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
        op.execute("DROP FUNCTION IF EXISTS refuse()")
