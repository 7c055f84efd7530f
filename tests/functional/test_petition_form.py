"""The citizen's form for an opinion: what is stored, what is refused, what comes back, and what is never kept."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from forms.consents import current
from survey.blueprints import petition as pages
from survey.models import Petition, PetitionConsent, PetitionContact, PetitionPhoto, PetitionStep
from survey.operations import contacts
from survey.operations.bounded import ReadersBusy
from survey.operations.periods import province_today
from tests.factories import NOW
from tests.page_rules import CheckingClient
from tests.petitioning import CONTACT, TEXT, code_of, make_contact_key, photo, private_keys, write_opinion
from tests.scanning import hang_up, token_of


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What both databases do alike; the roles on PostgreSQL have tests of their own."""
    return sqlite_url


@pytest.fixture(autouse=True)
def _quick_fingers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MINIMUM_SECONDS", 0)


@pytest.fixture
def code(session: Session) -> str:
    return hang_up(session).code


@pytest.fixture
def instance(app: Flask, session: Session) -> Path:
    """The instance folder with a key for contacts."""
    folder = Path(app.config["INSTANCE_PATH"])
    make_contact_key(session, folder)
    return folder


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Petition)) or 0


def test_an_opinion_is_kept_by_its_day_at_its_counter(client: CheckingClient, session: Session, code: str) -> None:
    sent = write_opinion(client, code, kind="praise")
    petition = session.scalars(select(Petition)).one()
    assert code_of(sent) == petition.code
    assert (petition.kind, petition.text, petition.state, petition.source) == ("praise", TEXT, "received", "web")
    assert (petition.unit.name_vi, petition.counter and petition.counter.name_vi) == (
        "UBND phường Hòa Bình",
        "Quầy số 3",
    )
    assert petition.received_on == province_today()
    assert not petition.wants_answer
    step = session.scalars(select(PetitionStep)).one()
    assert (step.step, step.at, step.account_id) == ("received", None, None)
    assert "Set-Cookie" not in sent.headers


def test_the_page_after_sending_shows_the_code_to_keep(client: CheckingClient, session: Session, code: str) -> None:
    address = write_opinion(client, code).location
    page = client.get(address)
    petition = session.scalars(select(Petition)).one()
    spaced = "-".join(petition.code[at : at + 4] for at in (0, 4, 8))
    assert f"<p class=k id=code>{spaced}</p>" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "<title>" in page.text[page.text.index("<svg xmlns") :], "the picture has a name"
    svg = page.text[page.text.index("<svg xmlns") : page.text.index("</svg>", page.text.index("<svg xmlns")) + 6]
    assert read_code(svg) == f"http://127.0.0.1:8000/y-kien/{petition.code}"


def read_code(svg: str) -> str:
    """What a telephone reads in the QR code: its path of runs, drawn in squares of four."""
    side = int(svg.split('viewBox="0 0 ')[1].split()[0])
    drawn = Image.new("L", (side * 4, side * 4), 255)
    for run in svg.split(' d="')[2].split('"')[0].split("z")[:-1]:
        start, width = run[1:].split("h")[:2]
        left, top = map(int, start.split())
        drawn.paste(0, (left * 4, top * 4, (left + int(width.split("v")[0])) * 4, (top + 1) * 4))
    return str(zxingcpp.read_barcodes(drawn)[0].text)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": None}, "Xin chọn nội dung ý kiến."),
        ({"kind": "revenge"}, "Xin chọn nội dung ý kiến."),
        ({"text": " \n "}, "Xin viết ý kiến của ông/bà."),
        ({"text": "a" * 4001}, "4000"),
        ({**CONTACT, "name": ""}, "Xin ghi họ tên"),
        ({**CONTACT, "phone": "", "email": ""}, "Xin ghi số điện thoại hoặc thư điện tử"),
        ({**CONTACT, "phone": "gọi cho tôi"}, "không phải là số điện thoại"),
        ({**CONTACT, "email": "hoa@"}, "không phải là địa chỉ thư điện tử"),
        ({**CONTACT, "email": "hoa@example.vn\nBcc: all@example.vn"}, "không phải là địa chỉ thư điện tử"),
        ({**CONTACT, "consent_answer": None}, "chúng tôi cần sự đồng ý"),
        ({**CONTACT, "consent_answer": "1999"}, "chúng tôi cần sự đồng ý"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(
    client: CheckingClient, session: Session, code: str, instance: Path, wrong: dict[str, Any], words: str
) -> None:
    answer = write_opinion(client, code, [photo()], **{"text": TEXT, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert (TEXT in answer.text) == ("text" not in wrong)
    assert "phải chọn lại ảnh" in answer.text
    if wrong.get("name"):
        assert 'value="Lê Thị Hòa"' in answer.text
    assert stored(session) == 0


def test_a_contact_is_kept_sealed_with_each_consent(
    client: CheckingClient, session: Session, code: str, instance: Path
) -> None:
    form = client.get(f"/s/{code}/y-kien").text.partition("<form")[2]
    assert "name=consent_answer" in form
    assert " checked" not in form, "nothing is ticked beforehand"
    code_of(write_opinion(client, code, **CONTACT, consent_follow_up=current("follow_up").version))
    contact = session.scalars(select(PetitionContact)).one()
    assert contacts.open_sealed(private_keys(instance), contact) == contacts.Contact(
        "Lê Thị Hòa", "0912 345 678", "hoa@example.vn"
    )
    for words in ("Lê Thị Hòa", "0912", "hoa@example.vn"):
        assert words.encode() not in contact.sealed
    given = {row.purpose: (row.text_version, row.given_on) for row in session.scalars(select(PetitionConsent))}
    assert given == dict.fromkeys(("answer", "follow_up"), ("2026-11", province_today()))
    assert session.scalars(select(Petition)).one().wants_answer


def test_a_contact_typed_but_not_wanted_is_not_kept(
    client: CheckingClient, session: Session, code: str, instance: Path
) -> None:
    code_of(write_opinion(client, code, **{**CONTACT, "wants_answer": None}))
    assert session.scalars(select(PetitionContact)).first() is None


def test_without_a_key_no_contact_is_asked_for_or_taken(client: CheckingClient, session: Session, code: str) -> None:
    form = client.get(f"/s/{code}/y-kien").text
    assert "name=wants_answer" not in form
    assert "chưa nhận thông tin liên hệ" in form
    code_of(write_opinion(client, code, **CONTACT))
    assert not session.scalars(select(Petition)).one().wants_answer
    assert session.scalars(select(PetitionContact)).first() is None


def test_a_complaint_is_not_stored_but_shown_the_way(client: CheckingClient, session: Session, code: str) -> None:
    answer = write_opinion(client, code, kind="complaint")
    assert answer.status_code == 200
    assert TEXT in answer.text, "it can be copied"
    assert "tố cáo" in answer.text
    assert stored(session) == 0
    assert client.get(f"/s/{code}/y-kien/khieu-nai-to-cao").status_code == 200


def test_the_same_form_sent_twice_is_one_case(
    client: CheckingClient, session: Session, code: str, instance: Path
) -> None:
    token = token_of(client.get(f"/s/{code}/y-kien").text)
    sent = [write_opinion(client, code, [photo()], token=token, **CONTACT) for _time in range(2)]
    assert sent[0].location == sent[1].location
    assert stored(session) == 1
    changed = write_opinion(client, code, token=token, text="Nội dung khác", **CONTACT)
    assert code_of(changed) != code_of(sent[0])
    assert stored(session) == 2, "what was written anew is not dropped"


def test_a_program_is_asked_to_send_again_and_nobody_loses_his_words(
    client: CheckingClient, session: Session, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suspicious in ({"website": "https://example.com"}, {"token": "A" * 43}, {"token": ""}):
        answer = write_opinion(client, code, **suspicious)
        assert answer.status_code in (400, 422)
        assert TEXT in answer.text
    monkeypatch.setattr(pages, "MINIMUM_SECONDS", 3)
    assert write_opinion(client, code).status_code == 422
    assert stored(session) == 0


def test_no_more_than_so_many_a_day(client: CheckingClient, session: Session, code: str) -> None:
    client.application.config["OPINIONS_A_DAY"] = 2
    for number in range(2):
        code_of(write_opinion(client, code, text=f"Ý kiến {number}"))
    answer = write_opinion(client, code)
    assert answer.status_code == 429
    assert TEXT in answer.text
    assert "nộp trên giấy tại quầy" in answer.text
    assert stored(session) == 2


@pytest.mark.parametrize(("state", "status"), [("closed", 200), ("draft", 200)])
def test_opinions_are_taken_whether_a_survey_runs_or_not(
    client: CheckingClient, session: Session, state: str, status: int
) -> None:
    assert client.get(f"/s/{hang_up(session, state=state).code}/y-kien").status_code == status


def test_codes_nobody_hung_up_or_took_down_are_refused(client: CheckingClient, session: Session) -> None:
    collector = hang_up(session)
    assert client.get("/s/XXXXXXX/y-kien").status_code == 404
    assert client.get(f"/s/{collector.code.lower()}/y-kien").location.endswith(f"/s/{collector.code}/y-kien")
    collector.state, collector.revoked_at = "revoked", NOW
    session.commit()
    assert client.get(f"/s/{collector.code}/y-kien").status_code == 410


def test_photos_lose_everything_but_the_picture(client: CheckingClient, session: Session, code: str) -> None:
    code_of(write_opinion(client, code, [photo(turned=True, place=True), photo(form="PNG"), photo(form="WEBP")]))
    rows = session.scalars(select(PetitionPhoto).order_by(PetitionPhoto.number)).all()
    assert [(row.width, row.height) for row in rows] == [(40, 80), (80, 40), (80, 40)]
    for row in rows:
        image = Image.open(BytesIO(row.jpeg))
        assert image.format == "JPEG"
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert "Máy ảnh".encode() not in row.jpeg
        assert b"chup tai nha" not in row.jpeg
    turned = Image.open(BytesIO(rows[0].jpeg))
    assert turned.getpixel((20, 5))[1] < 60 < 200 < turned.getpixel((20, 75))[1], "the red half is at the top"


def test_the_photo_of_the_last_test_said_where_it_was_taken() -> None:
    about = Image.open(BytesIO(photo(place=True))).getexif()
    assert about.get_ifd(0x8825)[2] == (15.0, 7.0, 12.5)


def test_large_photos_become_smaller(client: CheckingClient, session: Session, code: str) -> None:
    code_of(write_opinion(client, code, [photo((4000, 2600))]))
    row = session.scalars(select(PetitionPhoto)).one()
    assert (row.width, row.height) == (2000, 1300)


def bomb() -> bytes:
    kept = BytesIO()
    Image.new("1", (20_000, 20_000)).save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        ([photo()] * 4, 422, "nhiều nhất 3 ảnh"),
        ([photo(), photo((400, 400))[:1500]], 422, "Ảnh số 2 bị hỏng"),
        ([b"GIF89a" + bytes(100)], 422, "không phải là ảnh"),
        ([b"\0\0\0\x18ftypheic" + bytes(100)], 422, "HEIC"),
        ([bomb()], 422, "quá nhiều điểm ảnh"),
        ([photo() + bytes(16 * 1024 * 1024)], 413, "15 MB"),
    ],
)
def test_files_that_are_no_photos_to_keep_are_refused(
    client: CheckingClient, session: Session, code: str, files: list[bytes], status: int, words: str
) -> None:
    answer = write_opinion(client, code, files)
    assert answer.status_code == status
    assert words in answer.text
    assert TEXT in answer.text
    assert "phải chọn lại ảnh" in answer.text
    assert stored(session) == 0


def test_what_is_too_much_to_be_read_says_that_the_words_are_one_page_back(
    client: CheckingClient, session: Session, code: str
) -> None:
    answer = write_opinion(client, code, [bytes(33 * 1024 * 1024)])
    assert answer.status_code == 413
    assert "quay lại trang trước" in answer.text
    assert stored(session) == 0


def test_the_receipt_of_a_rating_leads_here_and_tells_nothing_of_it(
    client: CheckingClient, session: Session, code: str
) -> None:
    token = token_of(client.get(f"/s/{code}").text)
    receipt = client.get(client.post(f"/s/{code}", data={"token": token, "q_overall_satisfaction": "2"}).location)
    assert f'href="/s/{code}/y-kien"' in receipt.text
    assert receipt.headers["Referrer-Policy"] == "no-referrer"


def test_words_of_citizens_do_not_become_markup(client: CheckingClient, session: Session, code: str) -> None:
    hostile = "</textarea><script>alert(1)</script>{{ 7*7 }} %(x)s"
    answer = write_opinion(client, code, kind=None, text=hostile)
    assert "<script>alert" not in answer.text
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in answer.text


@pytest.mark.parametrize(
    ("place", "fault"),
    [("read_photos", ReadersBusy()), ("receive", OperationalError("INSERT", {}, Exception("database is locked")))],
)
def test_what_cannot_be_stored_now_can_be_sent_again(
    client: CheckingClient,
    session: Session,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    fault: Exception,
) -> None:
    token = token_of(client.get(f"/s/{code}/y-kien").text)

    def fail(*_given: object, **_more: object) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(pages, place, fail)
        answer = write_opinion(client, code, [photo()], token=token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "20")
    assert TEXT in answer.text
    assert token_of(answer.text) == token
    assert stored(session) == 0
    code_of(write_opinion(client, code, [photo()], token=token))
