"""Citizens' contacts: sealed to a public key wherever they arrive, opened only with the private half, deleted in time.

A sealed box: a fresh X25519 key for each contact, HKDF-SHA256 over both public keys, ChaCha20-Poly1305. Whoever seals
cannot open again, and a box that is moved to another case does not open there. Private keys are lines of a file in the
instance folder that the public surface never reads; the table `contact_key` has their public halves.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, Select, delete, func, select, update
from sqlalchemy.orm import Session

from survey.models import ContactKey, Petition, PetitionConsent, PetitionContact, PetitionStep
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.periods import province_day
from survey.operations.petitions import CONTACT_DAYS
from survey.operations.writing import begin_write

ENDED = ("answered", "published", "rejected")

_KEY_BYTES = 32
_BLOCK = 256  # a sealed contact tells no more of its length than this
_NONCE = bytes(12)  # each key seals once
_PURPOSE = b"sipas contact v1"
_BATCH = 500


class ContactError(OperationError):
    """A contact that cannot be opened, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "key_missing": _n(
            "The contact cannot be opened: the key %(key)s is not in this server's file of contact keys. "
            "Ask whoever runs the server to restore it from the backup."
        ),
        "broken": _n("The contact cannot be opened: it was damaged or sealed for somebody else."),
        "file_broken": _n("The file of contact keys %(file)s cannot be read: line %(line)s holds no key."),
    }


@dataclass(frozen=True, slots=True)
class Contact:
    """Who wrote, as far as he said."""

    name: str = ""
    phone: str = ""
    email: str = ""


PrivateKeys = Mapping[str, X25519PrivateKey]


def seal(public_key: bytes, key_id: str, fields: Mapping[str, str], petition_id: int) -> bytes:
    """The fields (those of :class:`Contact`) so that only the key's owner reads them, and as that case's only.

    Raises TypeError for a field no contact has, ValueError for what is no X25519 public key.
    """
    content = json.dumps(asdict(Contact(**fields)), ensure_ascii=False).encode()
    padded = content + b" " * (-len(content) % _BLOCK)
    once = X25519PrivateKey.generate()
    sender = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public_key))
    return sender + _cipher(shared, sender, public_key).encrypt(_NONCE, padded, _about(key_id, petition_id))


def open_sealed(private_keys: PrivateKeys, contact: PetitionContact) -> Contact:
    """What was sealed. Whoever shows it records the look. Raises :class:`ContactError`."""
    key = private_keys.get(contact.key_id)
    if key is None:
        raise ContactError("key_missing", key=contact.key_id)
    sender, box = contact.sealed[:_KEY_BYTES], contact.sealed[_KEY_BYTES:]
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(sender))
        cipher = _cipher(shared, sender, key.public_key().public_bytes_raw())
        content = cipher.decrypt(_NONCE, box, _about(contact.key_id, contact.petition_id))
    except (InvalidTag, ValueError) as error:
        raise ContactError("broken") from error
    return Contact(**json.loads(content))


def _about(key_id: str, petition_id: int) -> bytes:
    """What a box is bound to: who could write to the table would else read any contact as that of a case of his own."""
    return f"{key_id} {petition_id}".encode()


def _cipher(shared: bytes, sender: bytes, receiver: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), _KEY_BYTES, sender + receiver, _PURPOSE).derive(shared))


def current_key(session: Session) -> ContactKey | None:
    """The key new contacts are sealed to; without one no contact is taken."""
    in_use = select(ContactKey).where(ContactKey.retired_at.is_(None))
    return session.scalars(in_use.order_by(ContactKey.made_at.desc(), ContactKey.id).limit(1)).first()


def make_key(session: Session, file: Path, at: datetime) -> ContactKey:
    """A new key to seal to; those before it only open what they sealed. Raises :class:`ContactError` and OSError.

    The private half is on the disk before anything can be sealed to it.
    """
    key = X25519PrivateKey.generate()
    row = ContactKey(id=secrets.token_hex(4), public_key=key.public_key().public_bytes_raw(), made_at=at)
    _keep(file, row.id, key)
    for former in session.scalars(select(ContactKey).where(ContactKey.retired_at.is_(None))):
        former.retired_at = at
    session.add(row)
    session.flush()
    return row


def private_keys(file: Path) -> PrivateKeys:
    """The keys of a file by their id; none where there is no file. Raises :class:`ContactError` and OSError."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    keys = {}
    for number, line in enumerate(lines, 1):
        key_id, _, text = line.partition(" ")
        try:
            keys[key_id] = X25519PrivateKey.from_private_bytes(b64decode(text, validate=True))
        except ValueError as error:
            raise ContactError("file_broken", file=file, line=number) from error
    return keys


def _keep(file: Path, key_id: str, key: X25519PrivateKey) -> None:
    """Add a line to the file, which is replaced as a whole: neither a crash nor a second process loses a key."""
    file.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        private_keys(file)  # what cannot be read is not written to
        lines = file.read_text(encoding="ascii") if file.exists() else ""
        descriptor, temporary = tempfile.mkstemp(prefix="contact-", dir=file.parent)  # readable by its owner only
        with os.fdopen(descriptor, "w", encoding="ascii") as growing:
            growing.write(f"{lines}{key_id} {b64encode(key.private_bytes_raw()).decode()}\n")
            growing.flush()
            os.fsync(descriptor)
        Path(temporary).replace(file)
        os.fsync(folder)
    finally:
        os.close(folder)


def run_due(engine: Engine, now: datetime, kept_days: int = CONTACT_DAYS) -> int:
    """Delete the contacts of cases that ended more than `kept_days` ago; returns how many. The cases stay, nameless.

    A case ends with its answer or rejection; one that was opened again has not ended. In transactions of its own.
    """
    with Session(engine) as session:  # asked first: on SQLite whoever may write holds up the others
        if not _moved(session, kept_days) and not session.scalars(_due(now).limit(1)).all():
            return 0
    with Session(engine) as session:
        begin_write(session)
        for petition_id, last_day in _moved(session, kept_days).items():
            kept = update(PetitionContact).where(PetitionContact.petition_id == petition_id)
            session.execute(kept.values(delete_after=last_day))
        due = session.scalars(_due(now)).all()
        session.execute(delete(PetitionConsent).where(PetitionConsent.petition_id.in_(due)))
        session.execute(delete(PetitionContact).where(PetitionContact.petition_id.in_(due)))
        session.commit()
    return len(due)


def _due(now: datetime) -> Select[int]:
    ended = select(Petition.id).where(Petition.state.in_(ENDED))
    over = PetitionContact.delete_after < province_day(now)
    return select(PetitionContact.petition_id).where(over, PetitionContact.petition_id.in_(ended)).limit(_BATCH)


def _moved(session: Session, kept_days: int) -> dict[int, date]:
    """The last day of each contact whose case ended, where another one is written down: as after a change of the
    installation's setting."""
    rejected = (
        select(func.max(PetitionStep.day))
        .where(PetitionStep.petition_id == Petition.id, PetitionStep.step == "rejected")
        .scalar_subquery()
    )
    ended_on = func.coalesce(Petition.answered_on, rejected)
    rows = session.execute(
        select(PetitionContact.petition_id, PetitionContact.delete_after, ended_on)
        .join(Petition, Petition.id == PetitionContact.petition_id)
        .where(Petition.state.in_(ENDED), ended_on.is_not(None))
    )
    days = timedelta(days=kept_days)
    return {key: day + days for key, written, day in rows if written != day + days}
