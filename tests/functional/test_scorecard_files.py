"""A scorecard's template from a file: read in a process of its own, while others may write."""

from __future__ import annotations

from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import ScorecardTemplate
from survey.operations import scorecard_templates
from survey.operations.bounded import ReadersBusy, run_bounded
from survey.operations.demo import scorecards
from tests.factories import make_unit
from tests.page_rules import CheckingClient, html_of
from tests.staff import make_account, post, sign_in

LOAD = "/staff/bang-cham-diem/mau/nhap"
EXAMPLE = Path(scorecards.__file__).with_name("scorecard_commune.yaml").read_bytes()


def test_a_template_is_read_while_others_write(
    staff_session: Session, staff_client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    province = make_unit(staff_session, code="P", kind="province")
    sign_in(staff_client, make_account(staff_session, "compiler", province))

    def beside_a_ballot(*args: Any, **options: Any) -> Any:
        province.name_vi += "."
        staff_session.commit()  # waits for whoever writes
        return run_bounded(*args, **options)

    def sent(content: bytes | None) -> str:
        file = {} if content is None else {"file": (BytesIO(content), "a.yaml")}
        answer = post(staff_client, LOAD, {"owner": "P", **file})
        assert answer.status_code == 422
        return unescape(html_of(answer))

    monkeypatch.setattr(scorecard_templates, "run_bounded", beside_a_ballot)
    for content, said in (
        (b"[" * 9000, "không đúng dạng YAML"),
        (b"a" * 200_001, "200000"),
        (b"code: 0x" + b"f" * 9000, "hỏng"),
        (b"5", "không đúng bố cục"),
        (None, ""),
    ):
        assert said in sent(content), content and content[:20]
    loaded = post(staff_client, LOAD, {"owner": "P", "file": (BytesIO(EXAMPLE), "a.yaml")})
    assert loaded.status_code == 302
    assert staff_session.scalars(select(ScorecardTemplate.code)).all() == ["cchc-xa"]

    def busy(*_args: object, **_options: object) -> None:
        raise ReadersBusy

    monkeypatch.setattr(scorecard_templates, "run_bounded", busy)
    assert post(staff_client, LOAD, {"owner": "P", "file": (BytesIO(EXAMPLE), "a.yaml")}).status_code == 503
