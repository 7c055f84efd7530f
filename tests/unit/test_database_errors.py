"""What the database's errors tell: never what was to be stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from survey.database import make_engine


def test_an_error_does_not_show_what_a_citizen_wrote(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/empty.sqlite")
    with engine.connect() as connection, pytest.raises(OperationalError) as caught:
        connection.execute(text("INSERT INTO petition (text) VALUES (:words)"), {"words": "Lê Thị Hòa"})
    engine.dispose()
    assert "Hòa" not in str(caught.value)
    assert "no such table: petition" in str(caught.value)
