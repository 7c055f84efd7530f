"""Citizens' contacts: opened with the private key and with nothing else, and deleted when the case is long over."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from survey.models import ContactKey, Petition, PetitionConsent, PetitionContact
from survey.operations import contacts, petitions
from survey.operations.contacts import Contact, ContactError, current_key, make_key, open_sealed, private_keys
from survey.operations.periods import province_day
from survey.operations.petition_intake import receive
from tests.factories import NOW, make_unit
from tests.petitioning import make_contact_key
from tests.staff import make_account

DAY = timedelta(days=1)
WHO = Contact("Lê Thị Hòa", "0912345678", "hoa@example.vn")
CASE = 100_000_000_000_001
CONSENTS = {"answer": "2026-11", "follow_up": "2026-11"}


def sealed(key: X25519PrivateKey, key_id: str = "k1", who: Contact = WHO) -> PetitionContact:
    fields = {"name": who.name, "phone": who.phone, "email": who.email}
    box = contacts.seal(key.public_key().public_bytes_raw(), key_id, fields, CASE)
    return PetitionContact(petition_id=CASE, key_id=key_id, sealed=box)


@pytest.fixture
def case(session: Session, tmp_path: Path) -> Petition:
    """A rejected case with a contact: it ended today."""
    make_contact_key(session, tmp_path)
    unit = make_unit(session, code="X1")
    case = receive(
        session,
        unit=unit,
        counter=None,
        kind="difficulty",
        text="Thiếu ghế",
        contact=WHO,
        consents=CONSENTS,
        language="vi",
        today=province_day(NOW),
    )
    official = make_account(session, "reviewer", unit)
    petitions.reject(session, case, "Ngoài thẩm quyền.", account_id=official.id, now=NOW)
    session.commit()
    return case


def kept(session: Session) -> tuple[int, int, int]:
    """How many contacts, consents and cases there are."""
    session.rollback()
    tables = (PetitionContact, PetitionConsent, Petition)
    return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)  # type: ignore[return-value]


def test_only_the_key_it_was_sealed_to_opens_a_contact() -> None:
    key, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    box = sealed(key)
    assert open_sealed({"k1": key}, box) == WHO
    for keys in ({}, {"k1": other}, {"k2": key}):
        with pytest.raises(ContactError):
            open_sealed(keys, box)
    for place in (0, 31, 32, len(box.sealed) - 1):
        changed = bytearray(box.sealed)
        changed[place] ^= 1
        with pytest.raises(ContactError):
            open_sealed({"k1": key}, PetitionContact(petition_id=CASE, key_id="k1", sealed=bytes(changed)))
    for case, key_id in ((CASE, "k2"), (CASE + 1, "k1")):  # a box moved to another case tells nobody's contact
        with pytest.raises(ContactError):
            open_sealed({"k1": key, "k2": key}, PetitionContact(petition_id=case, key_id=key_id, sealed=box.sealed))


def test_a_sealed_contact_tells_neither_its_length_nor_that_it_is_the_same() -> None:
    key = X25519PrivateKey.generate()
    one, again, longer = sealed(key), sealed(key), sealed(key, who=Contact("Nguyễn " * 9, "", "dai@example.vn"))
    assert one.sealed != again.sealed
    assert len(one.sealed) == len(longer.sealed)


def test_keys_are_kept_for_their_owner_only_and_old_ones_go_on_opening(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "contact.key"
    assert private_keys(file) == {}
    assert current_key(session) is None
    first = make_key(session, file, NOW)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["contact.key"]
    second = make_key(session, file, NOW + DAY)
    assert current_key(session) is second
    assert set(private_keys(file)) == {first.id, second.id}
    assert session.get_one(ContactKey, first.id).retired_at == NOW + DAY
    file.write_text("no key at all\n")
    with pytest.raises(ContactError, match="line 1"):
        make_key(session, file, NOW)


def test_contacts_are_deleted_so_many_days_after_the_case_ended(
    session: Session, engine: Engine, case: Petition
) -> None:
    days = petitions.CONTACT_DAYS
    assert contacts.run_due(engine, NOW + days * DAY) == 0
    assert kept(session) == (1, 2, 1)
    assert contacts.run_due(engine, NOW + (days + 1) * DAY) == 1
    assert kept(session) == (0, 0, 1), "the case stays"
    assert contacts.run_due(engine, NOW + (days + 1) * DAY) == 0


def test_the_installations_own_number_of_days_counts(session: Session, engine: Engine, case: Petition) -> None:
    assert contacts.run_due(engine, NOW + 70 * DAY, kept_days=80) == 0
    assert contacts.run_due(engine, NOW + 11 * DAY, kept_days=10) == 1
    assert kept(session) == (0, 0, 1)


def test_a_case_sent_back_keeps_its_contact(session: Session, engine: Engine, case: Petition) -> None:
    day: datetime = NOW + 20 * DAY
    petitions.reopen(session, case, "Xin xem lại", today=province_day(day))
    session.commit()
    assert contacts.run_due(engine, NOW + 365 * DAY) == 0
    assert kept(session) == (1, 2, 1)
