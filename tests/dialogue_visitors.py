"""What a citizen does at a dialogue: asks, types the room's code, rates with the pass."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms.library import standard
from survey.models import Dialogue
from tests.scanning import token_of

QUESTION = "Bao giờ sửa đường thôn 3? <b>Xin</b> trả lời."


def ask(client: FlaskClient, dialogue: Dialogue, **fields: Any) -> TestResponse:
    """A question sent from the dialogue's page; a field given as None is left out."""
    page = client.get(f"/doi-thoai/{dialogue.code}")
    given = {"group": "citizen", "text": QUESTION, "token": token_of(page.text), **fields}
    sent = {name: value for name, value in given.items() if value is not None}
    return client.post(f"/doi-thoai/{dialogue.code}/cau-hoi", data=sent)


def enter(client: FlaskClient, dialogue: Dialogue, **fields: Any) -> TestResponse:
    """Somebody in the room types its code."""
    page = client.get(f"/doi-thoai/{dialogue.code}/co-mat")
    given = {"group": "citizen", "room_code": dialogue.room_code, "token": token_of(page.text), **fields}
    return client.post(f"/doi-thoai/{dialogue.code}/co-mat", data=given)


def pass_of(entered: TestResponse) -> str:
    assert entered.status_code == 303, entered.text
    return entered.location.rpartition("/")[2]


def rate(client: FlaskClient, dialogue: Dialogue, given: str, level: int = 5, **fields: Any) -> TestResponse:
    """The form the pass opens, filled in alike and sent."""
    address = f"/doi-thoai/{dialogue.code}/danh-gia"
    page = client.get(f"{address}?the={given}")
    assert page.status_code == 200, page.location
    asked = standard("dialogue-follow-up" if "dialogue_promises" in page.text else "dialogue-exit")
    answers = {each.field: str(level) for each in asked.questions if each.kind == "rating"}
    return client.post(address, data={**answers, "the": given, "token": token_of(page.text), **fields})
