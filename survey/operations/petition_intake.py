"""Opinions as citizens hand them in: once, with photos made plain and the contact sealed; nothing says when or by whom.

What the same form sends twice is one case: its number is drawn from the form's own number and the content.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, load_only

from forms.consents import is_version
from survey.models import Counter, Petition, PetitionConsent, PetitionContact, PetitionPhoto, Unit
from survey.models.petition import MOST_PHOTOS
from survey.operations.bounded import MEGABYTE, BoundedError, Limits, run_bounded
from survey.operations.contacts import Contact, current_key, seal
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.petition_cases import new_number, open_case
from survey.operations.writing import begin_write

PHOTO_BYTES = 15 * MEGABYTE  # of all photos together, as they arrive
MOST_A_DAY = 500  # of a unit, unless the installation says otherwise
_LIMITS = Limits(size=PHOTO_BYTES, seconds=20)


class IntakeError(OperationError):
    """An opinion that cannot be taken so. `number` says which photo, from 1; a number of 0 none in particular."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "photos_many": _n("At most %(most)s photos can be sent. Please choose the most important ones."),
        "photos_large": _n(
            "The photos have %(size)s MB together; at most %(most)s MB can be sent. Please leave one out, or send "
            "smaller ones."
        ),
        "photo_heic": _n(
            "Photo %(number)s has Apple's format HEIC, which cannot be shown everywhere. Please take it once more as "
            "JPEG, or send a screenshot of it."
        ),
        "photo_kind": _n("File %(number)s is no photo. Please choose JPEG, PNG or WebP files."),
        "photo_pixels": _n("Photo %(number)s has too many pixels. Please send a smaller one."),
        "photo_broken": _n("Photo %(number)s is damaged and cannot be opened. Please choose another one."),
        "photos_unreadable": _n("The photos could not be read. Please choose others, or send your opinion without."),
        "no_key": _n("Contacts cannot be taken at the moment. Please send your opinion without, or try again later."),
        "no_consent": _n("To answer you we need your consent. Please tick it, or send your opinion without a contact."),
        "full": _n(
            "Nothing was stored: this unit has received more opinions today than it can take. Your text stands below: "
            "copy it, and send it tomorrow. If it is urgent, hand it in on paper at the counter, or tell the staff, "
            "who enter it for you."
        ),
    }


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG file without metadata, and its size in pixels."""

    width: int
    height: int
    jpeg: bytes


class Drawn:
    """Chance that repeats itself: the same seed draws the same, and nobody without it foresees anything."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._draws = 0

    def choice(self, seq: str, /) -> str:
        """One of the characters; with up to 31 of them and 128 bits each is as likely as the others."""
        self._draws += 1
        drawn = hmac.digest(self._seed, self._draws.to_bytes(4), "sha256")
        return seq[int.from_bytes(drawn[:16]) % len(seq)]


def read_photos(files: Sequence[bytes]) -> list[Photo]:
    """The files as plain photos; before any transaction, since it takes up to some seconds.

    Raises :class:`IntakeError`, and :class:`~survey.operations.bounded.ReadersBusy` where others' photos are read.
    """
    if not files:
        return []
    sizes = {"sizes": [len(file) for file in files]}
    require_sizes(sizes["sizes"])
    try:
        found: list[dict[str, Any]] = run_bounded("forms.photos:reencode", b"".join(files), sizes, _LIMITS, "photos")
    except BoundedError as error:
        raise IntakeError("photos_unreadable") from error
    for number, photo in enumerate(found, 1):
        if photo["fault"]:
            raise IntakeError(f"photo_{photo['fault']}", number=number)
    return [Photo(photo["width"], photo["height"], b64decode(photo["jpeg"])) for photo in found]


def require_sizes(sizes: Sequence[int]) -> None:
    """Raises :class:`IntakeError` for more photos, or more bytes of them, than may be sent."""
    if len(sizes) > MOST_PHOTOS:
        raise IntakeError("photos_many", most=MOST_PHOTOS)
    if (total := sum(sizes)) > PHOTO_BYTES:
        raise IntakeError("photos_large", size=-(-total // MEGABYTE), most=PHOTO_BYTES // MEGABYTE)


def receive(
    session: Session,
    *,
    unit: Unit,
    counter: Counter | None,
    kind: str,
    text: str,
    photos: Sequence[Photo] = (),
    contact: Contact | None = None,
    consents: Mapping[str, str],
    language: str,
    today: date,
    form_number: bytes | None = None,
    most_a_day: int = MOST_A_DAY,
) -> Petition:
    """Open the case, or find the one that this form opened before with the same content.

    `contact` is kept only sealed, `consents` are versions of the wording by purpose, `form_number` is what the signed
    form carries, `most_a_day` how many the unit takes of a day: what a flood brings must not bury those of citizens.
    Only number and tracking code of a case found again are loaded. Raises :class:`IntakeError` and
    :class:`~survey.operations.petition_cases.PetitionError`. Does not commit.
    """
    begin_write(session)
    seen = [hashlib.sha256(photo.jpeg).digest() for photo in photos]
    content = repr((unit.id, kind, text, seen, contact, sorted(consents.items())))
    seed = hmac.digest(form_number or secrets.token_bytes(16), content.encode(), "sha256")
    number = new_number(Drawn(seed))
    if found := _find(session, number):
        return found
    if _count(session, unit, today) >= most_a_day:
        raise IntakeError("full")
    try:
        with session.begin_nested():
            petition = open_case(
                session,
                unit=unit,
                counter=counter,
                kind=kind,
                text=text,
                wants_answer=contact is not None,
                language=language,
                today=today,
                rng=Drawn(seed),
            )
            session.add_all(_photo_rows(number, photos))
            if contact is not None:
                keep_contact(session, number, contact, consents, today)
    except IntegrityError:
        if (found := _find(session, number)) is None:  # sent twice at the same moment: the other one was first
            raise
        return found
    return petition


def _find(session: Session, number: int) -> Petition | None:
    known = select(Petition).options(load_only(Petition.id, Petition.code, raiseload=True))
    return session.scalars(known.where(Petition.id == number)).first()


def _count(session: Session, unit: Unit, today: date) -> int:
    """How many opinions came in for the unit that day."""
    came = select(func.count()).where(Petition.unit_id == unit.id, Petition.received_on == today)
    return session.scalar(came.select_from(Petition)) or 0


def _photo_rows(number: int, photos: Sequence[Photo]) -> list[PetitionPhoto]:
    return [
        PetitionPhoto(petition_id=number, number=place, width=photo.width, height=photo.height, jpeg=photo.jpeg)
        for place, photo in enumerate(photos, 1)
    ]


def keep_contact(session: Session, number: int, contact: Contact, consents: Mapping[str, str], today: date) -> None:
    """Seal the contact of the case with that number and keep it with its consents (versions by purpose); raises
    :class:`IntakeError`."""
    if "answer" not in consents or not all(is_version(*consent) for consent in consents.items()):
        raise IntakeError("no_consent")
    key = current_key(session)
    if key is None:
        raise IntakeError("no_key")
    sealed = seal(key.public_key, key.id, asdict(contact), number)
    session.add(PetitionContact(petition_id=number, key_id=key.id, sealed=sealed))
    session.add_all(
        PetitionConsent(petition_id=number, purpose=purpose, text_version=version, given_on=today)
        for purpose, version in consents.items()
    )
