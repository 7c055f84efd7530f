"""`sipas documents`: a set made from the command line, and signed by whoever holds the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Document, DocumentRun
from survey.operations import documents
from tests.certificates import PASSPHRASE, SIGNER, authority
from tests.document_objects import AT, look_again
from tests.published_waves import publish_province
from tests.serving import free_port


def test_a_set_is_made_and_signed_from_the_command_line(
    staff_app: Flask, staff_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_province(staff_session, staff_app.extensions["engine"])
    runner = staff_app.test_cli_runner()
    refused = runner.invoke(args=["documents", "make", "now", "--unit", "NOWHERE"])
    assert refused.exit_code == 1
    made = runner.invoke(args=["documents", "make", "now", "--kind", "unit_report", "--unit", "Z1", "--lang", "en"])
    assert "made 1 of 1 documents" in made.output, made.output
    run = staff_session.scalars(select(DocumentRun)).one()
    documents.request_signing(staff_session, run, documents.check(staff_session, run), account_id=None, at=AT)
    staff_session.commit()

    def sign(**settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return runner.invoke(args=["documents", "sign"]).output

    assert "No key is set" in sign()
    file = authority().key_file(tmp_path)
    assert "the passphrase is wrong" in sign(SIGNING_KEY_FILE=str(file), SIGNING_PASSPHRASE="sai")
    nobody = f"http://127.0.0.1:{free_port()}/"
    assert "gave no answer" in sign(SIGNING_PASSPHRASE=PASSPHRASE, SIGNING_TIMESTAMP_URL=nobody)
    assert "signed 1 documents of 1" in sign(SIGNING_TIMESTAMP_URL="")
    assert "signed 0 documents of 0" in sign()
    look_again(staff_session)
    document = staff_session.scalars(select(Document)).one()
    assert (document.state, document.signer, document.language) == ("signed", f"{SIGNER}, VN", "en")
