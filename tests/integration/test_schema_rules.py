"""The database itself refuses what must never happen, on both kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.integration.test_migrations import fill

APPEND_ONLY = "append-only"
IMMUTABLE = "immutable"
FIXED = "fixed once it is open"

REFUSED = [
    ("UPDATE response SET seconds = 3", APPEND_ONLY),
    ("DELETE FROM response", APPEND_ONLY),
    ("UPDATE answer SET choice = 4", APPEND_ONLY),
    ("DELETE FROM answer", APPEND_ONLY),
    ("UPDATE questionnaire SET definition = 'x'", IMMUTABLE),
    ("DELETE FROM questionnaire", IMMUTABLE),
    ("INSERT INTO choice (question_id, value) VALUES (1, 5)", IMMUTABLE),
    ("UPDATE question SET code = 'other'", IMMUTABLE),
    ("DELETE FROM scope_item", IMMUTABLE),
    ("UPDATE wave SET rule = 'mean_of_max'", FIXED),
    ("UPDATE wave SET headline_weighting = 'weighted'", FIXED),
    ("UPDATE wave SET minimum_people = 1", FIXED),
    ("UPDATE wave SET period_end = '2026-12-31'", FIXED),
    ("INSERT INTO wave_trust (wave_id, trust) VALUES (1, 'paper')", FIXED),
    ("DELETE FROM wave_trust", FIXED),
    ("UPDATE wave SET state = 'draft', opened_at = NULL", "does not go back"),
    ("DELETE FROM wave", "only a draft wave"),
    ("UPDATE collector SET trust = 'verified'", "keeps its place"),
    ("UPDATE collector SET counter_id = NULL", "keeps its place"),
    ("DELETE FROM collector", "revoked, not deleted"),
]

IMPOSSIBLE = [
    "INSERT INTO answer (response_id, question_id, choice) VALUES (1, 1, 4)",  # answered twice
    "INSERT INTO several_answer (response_id, question_id, choice) VALUES (1, 1, 9)",  # not offered
    "INSERT INTO response_flag (response_id, kind) VALUES (99, 'too_fast')",  # no such response
    "INSERT INTO response_flag (response_id, kind) VALUES (1, 'disliked')",  # no such doubt
    "UPDATE unit SET kind = 'district'",
    "UPDATE unit SET parent_id = 1",
    "UPDATE target SET value = 1.2",
    "UPDATE wave SET state = 'closed'",  # without the time of closing
    (
        "INSERT INTO transaction_count (id, unit_id, period_start, period_end, transactions) "
        "VALUES (2, 1, '2026-06-30', '2026-01-01', 5)"
    ),
    (
        "INSERT INTO collector (id, code, wave_id, unit_id, counter_id, channel, trust, respondent_group, state, "
        "created_at) VALUES (2, 'BBBBBBB', 1, 2, 1, 'qr', 'open', 'citizen', 'active', '2026-01-05')"
    ),  # another's counter
]


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with engine.begin() as connection:
        fill(connection)
        connection.execute(
            text(
                "INSERT INTO unit (id, code, path, kind, name_vi, name_en, one_stop_vi, one_stop_en, valid_from) "
                "VALUES (2, 'U', '/2/', 'commune', 'Xã', '', '', '', '2025-07-01')"
            )
        )
    return engine


@pytest.mark.parametrize(("statement", "reason"), REFUSED)
def test_refused_with_its_reason(filled: Engine, statement: str, reason: str) -> None:
    with pytest.raises(DatabaseError, match=reason), filled.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", IMPOSSIBLE)
def test_impossible_rows(filled: Engine, statement: str) -> None:
    with pytest.raises(IntegrityError), filled.begin() as connection:
        connection.execute(text(statement))


def test_allowed_changes_pass(filled: Engine) -> None:
    """The control: what an office may change is not refused along with the rest."""
    with filled.begin() as connection:
        connection.execute(text("UPDATE wave SET name_vi = 'Đợt một'"))
        connection.execute(text("UPDATE collector SET state = 'revoked', revoked_at = '2026-02-01 00:00:00'"))
        connection.execute(text("UPDATE wave SET state = 'closed', closed_at = '2026-07-01 00:00:00'"))
        connection.execute(text("UPDATE unit SET valid_until = '2026-12-31', successor_id = 1 WHERE id = 2"))


def test_insert_or_replace_does_not_slip_past(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            fill(connection)
        with pytest.raises(DatabaseError, match=APPEND_ONLY), engine.begin() as connection:
            connection.execute(text("TRUNCATE response CASCADE"))
        return
    with engine.begin() as connection:
        fill(connection)
    with pytest.raises(DatabaseError, match=APPEND_ONLY), engine.begin() as connection:
        connection.execute(text("INSERT OR REPLACE INTO answer (response_id, question_id, choice) VALUES (1, 1, 4)"))
