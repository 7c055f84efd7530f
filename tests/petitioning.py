"""What a citizen does with an opinion: opens the form at a counter's address, fills it in, sends it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from forms.consents import current
from survey.models import ContactKey
from survey.operations import contacts
from tests.scanning import token_of

TEXT = "Bảng niêm yết phí ở quầy số 3 đã cũ, tôi phải đi lại hai lần."
CONTACT = {
    "wants_answer": "y",
    "name": "Lê Thị Hòa",
    "phone": "0912 345 678",
    "email": "hoa@example.vn",
    "consent_answer": current("answer").version,
}


def write_opinion(client: FlaskClient, code: str, photos: Any = (), **fields: Any) -> TestResponse:
    """The answer to an opinion sent from a fresh form; a field given as None is left out."""
    page = client.get(f"/s/{code}/y-kien")
    assert page.status_code == 200
    given = {"kind": "difficulty", "text": TEXT, "token": token_of(page.text), **fields}
    data = {name: value for name, value in given.items() if value is not None}
    files = [FileStorage(BytesIO(file), f"anh-{number}.jpg") for number, file in enumerate(photos, 1)]
    boundary, body = encode_multipart({**data, "photos": files})  # the client itself would leave a large one open
    return client.post(f"/s/{code}/y-kien", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def code_of(sent: TestResponse) -> str:
    """The tracking code that an accepted opinion leads to."""
    assert sent.status_code == 303, sent.text
    return sent.location.split("/")[2]


def make_contact_key(session: Session, folder: Path) -> ContactKey:
    """A key new contacts are sealed to, its private half in the folder."""
    key = contacts.make_key(session, folder / "contact.key", datetime.now(UTC))
    session.commit()
    return key


def private_keys(folder: Path) -> dict[str, X25519PrivateKey]:
    return dict(contacts.private_keys(folder / "contact.key"))


def photo(size: tuple[int, int] = (80, 40), form: str = "JPEG", *, turned: bool = False, place: bool = False) -> bytes:
    """A picture whose left half is red; `turned`: its camera was held upright, `place`: it says where it was taken."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    about = Image.Exif()
    if turned:
        about[0x0112] = 6  # to be shown turned by 90° clockwise
    if place:
        about[0x010F] = "Máy ảnh của Hòa"
        about.get_ifd(0x8825).update({1: "N", 2: (15.0, 7.0, 12.5), 3: "E", 4: (108.0, 48.0, 1.5)})
    kept = BytesIO()
    more: dict[str, Any] = {"comment": b"chup tai nha"} if form == "JPEG" else {}
    image.save(kept, form, exif=about.tobytes(), **more)
    return kept.getvalue()
