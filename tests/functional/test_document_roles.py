"""Documents are verified by the public database role, which reads nothing of them that is not published."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from survey import create_app, database
from survey.models import Document, Wave, grants
from tests.database_roles import PUBLISHED, connection_url, prepare
from tests.document_objects import published
from tests.page_rules import CheckingClient
from tests.serving import KEY
from tests.staff import make_account


def test_documents_are_verified_as_the_public_role(postgresql_url: str) -> None:
    prepare(postgresql_url)
    engine = database.make_engine(postgresql_url)
    with Session(engine, expire_on_commit=False) as session:
        wave = session.scalars(select(Wave).where(Wave.code == PUBLISHED)).one()
        for _time in range(2):  # the second replaces the first
            published(session, engine, wave, make_account(session, None).id, "X1")
        first, newest = session.scalars(select(Document.code).order_by(Document.id)).all()
    engine.dispose()
    settings = {"TESTING": True, "SECRET_KEY": KEY, "DATABASE_URL": connection_url(postgresql_url, grants.PUBLIC)}
    app = create_app(settings, surfaces=("public",))
    app.test_client_class = CheckingClient
    client = app.test_client()
    assert newest in client.get(f"/xac-thuc/{first}").text
    pdf = client.get(f"/xac-thuc/{newest}/van-ban.pdf").data
    assert pdf == client.get(f"/ket-qua/{PUBLISHED}/X1/bao-cao.pdf").data
    for content, sign in ((pdf, "✓"), (pdf + b"more", "✕"), (b"%PDF-", "✕")):
        answer = client.post(f"/xac-thuc/{newest}", data={"file": (io.BytesIO(content), "a.pdf")}).text
        assert f"<span aria-hidden=true>{sign}" in answer
    with app.extensions["engine"].connect() as connection:
        for table in ("document_content", "document_run"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(f"SELECT * FROM {table}"))
            connection.rollback()
    app.extensions["engine"].dispose()
