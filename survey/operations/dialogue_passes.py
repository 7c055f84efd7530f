"""Passes: who types the room's code while the meeting runs is counted as present and can rate the dialogue later.

A pass is known by its hash alone, and the id of a ballot comes from the pass and the poll's own key: from what is
stored nobody finds which pass gave which ballot (docs/decisions/0034-passes.md).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import ClassVar

from sqlalchemy import Table, func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.models import Dialogue, DialogueGroup, DialoguePass, DialoguePoll, Response
from survey.models.dialogue import ATTENDEE_GROUPS
from survey.operations.codes import ALPHABET, check_character, normalise
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.petition_intake import Drawn
from survey.operations.writing import begin_write

PASS_LENGTH = 27  # 26 characters of 31 hold 128 bits; the last one checks them
MOST_PASSES = 2000  # of one dialogue: what a flood could fill a room with


class PassError(OperationError):
    """Why nobody is counted as present."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "not_running": _n("Presence is counted only while the meeting runs."),
        "room_code": _n("This is not the code shown in the room. Please look at the screen and type it again."),
        "group": _n("Say which group you belong to."),
        "full": _n("More people cannot be counted here. Please tell the secretary that you are present."),
    }


def new_pass(key: bytes, form_number: bytes) -> str:
    """The pass that a form gives, however often it is sent: nobody without the key foresees it."""
    drawn = Drawn(hmac.digest(key, b"dialogue pass\0" + form_number, "sha256"))
    body = "".join(drawn.choice(ALPHABET) for _ in range(PASS_LENGTH - 1))
    return body + check_character(body)


def pass_hash(pass_code: str) -> bytes:
    """What is kept of a pass."""
    return hashlib.sha256(b"dialogue pass\0" + normalise(pass_code).encode()).digest()


def ballot_id(poll: DialoguePoll, pass_code: str) -> bytes:
    """The id of the one ballot a pass gives in a poll that is open: HMAC of the pass, as a UUIDv8 (RFC 9562 § 5.8).

    The key is the poll's own, so that no change of the installation's keys gives a pass a second ballot.
    """
    assert poll.ballot_key is not None, "a poll that has closed takes no ballots"
    named = f"dialogue ballot\0{normalise(pass_code)}"
    value = bytearray(hmac.digest(poll.ballot_key, named.encode(), "sha256")[:16])
    value[6] = 0x80 | value[6] & 0x0F
    value[8] = 0x80 | value[8] & 0x3F
    return bytes(value)


def has_rated(session: Session, poll: DialoguePoll, pass_code: str) -> bool:
    """Whether the pass has given its ballot in a poll that is open."""
    query = select(Response.submission_id).where(Response.submission_id == ballot_id(poll, pass_code))
    return session.scalar(query) is not None


def knows_pass(session: Session, dialogue: Dialogue, pass_code: str) -> bool:
    """Whether the pass was given to somebody present at this dialogue."""
    return session.get(DialoguePass, (dialogue.id, pass_hash(pass_code))) is not None


def passes_of(session: Session, dialogue: Dialogue) -> int:
    """How many passes were given."""
    query = select(func.count()).select_from(DialoguePass).where(DialoguePass.dialogue_id == dialogue.id)
    return session.scalar(query) or 0


def check_in(session: Session, dialogue: Dialogue, *, room_code: str, group: str, pass_code: str) -> None:
    """Count somebody as present in his group and let the pass stand for him; the same pass again counts nobody.

    Raises :class:`PassError`. Does not commit.
    """
    connection = begin_write(session)
    if dialogue.state != "running" or dialogue.room_code is None:
        raise PassError("not_running")
    if not hmac.compare_digest(normalise(room_code).encode(), dialogue.room_code.encode()):
        raise PassError("room_code")
    if group not in ATTENDEE_GROUPS:
        raise PassError("group")
    if passes_of(session, dialogue) >= MOST_PASSES:
        raise PassError("full")
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    passes: Table = inspect(DialoguePass).local_table  # type: ignore[assignment]  # a class of ours is mapped to a table
    groups: Table = inspect(DialogueGroup).local_table  # type: ignore[assignment]
    given = {"dialogue_id": dialogue.id, "pass_hash": pass_hash(pass_code), "group": group}
    kept = dialect.insert(passes).values(given).on_conflict_do_nothing().returning(passes.c.group)
    if connection.execute(kept).first() is None:
        return
    person = {"dialogue_id": dialogue.id, "group": group, "invited": 0, "counted": 0, "checked_in": 1}
    counted = dialect.insert(groups).values(person)
    one_more = {"checked_in": groups.c.checked_in + 1}  # of several at once each is counted
    connection.execute(counted.on_conflict_do_update(index_elements=["dialogue_id", "group"], set_=one_more))
    session.expire(dialogue, ["groups"])
