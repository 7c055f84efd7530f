"""Settling who issues a unit's documents and in what words; each change is kept beside those before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from reports.figures import Language
from reports.official_texts import Part, standard_text, unknown_placeholders
from survey.analysis.document_settings import current_text, newest_issuer
from survey.models import DocumentIssuer, DocumentText, Unit
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n


class DocumentSettingError(OperationError):
    """A setting that is not taken, and why; `part` names what of it is at fault."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "no_name": _n("Write down the body's name, its abbreviation and the position of who signs."),
        "no_authority": _n("Write down who decides, such as the head of the body."),
        "unknown": _n("%(found)s is no value that can be filled in here. Choose from the list above the text."),
        "bracket": _n("A bracket is missing or stands alone: each value is written between both, such as {place}."),
        "empty_part": _n("This part may not be empty."),
        "no_room": _n("No page has room for this. Shorten it."),
        "other_parts": _n("These are not the parts of this document. Reload the page and try again."),
        "same": _n("Nothing was changed."),
    }

    def __init__(self, reason: str, part: str = "", **parameters: object) -> None:
        super().__init__(reason, **parameters)
        self.part = part


@dataclass(frozen=True, slots=True)
class IssuerTerms:
    """What the columns of :class:`DocumentIssuer` say."""

    name_vi: str
    abbreviation: str
    position_vi: str
    superior_vi: str = ""
    superior_en: str = ""
    name_en: str = ""
    locality: str = ""
    capacity_vi: str = ""
    capacity_en: str = ""
    position_en: str = ""
    signer: str = ""
    authority_vi: str = ""
    authority_en: str = ""
    decides: bool = False


def set_issuer(
    session: Session, unit: Unit, terms: IssuerTerms, *, account_id: int | None, at: datetime
) -> DocumentIssuer:
    """From now on documents of the unit's waves are issued by this body. Raises :class:`DocumentSettingError`."""
    if not (terms.name_vi and terms.abbreviation and terms.position_vi):
        raise DocumentSettingError("no_name")
    if terms.decides and not terms.authority_vi:
        raise DocumentSettingError("no_authority", "authority_vi")
    current = newest_issuer(session, unit)
    if current is not None and all(getattr(current, name) == value for name, value in asdict(terms).items()):
        raise DocumentSettingError("same")
    return _add_issuer(session, DocumentIssuer(unit=unit, changed_at=at, changed_by_id=account_id, **asdict(terms)))


def reset_issuer(session: Session, unit: Unit, *, account_id: int | None, at: datetime) -> None:
    """From now on the unit at the top of a wave issues its documents again. Raises :class:`DocumentSettingError`."""
    if newest_issuer(session, unit) is None:
        raise DocumentSettingError("same")
    _add_issuer(session, DocumentIssuer(unit=unit, changed_at=at, changed_by_id=account_id))


def _add_issuer(session: Session, setting: DocumentIssuer) -> DocumentIssuer:
    session.add(setting)
    session.flush()
    return setting


def set_text(
    session: Session,
    unit: Unit,
    document: str,
    language: Language,
    parts: Mapping[str, Part],
    *,
    account_id: int | None,
    at: datetime,
) -> None:
    """From now on documents of this kind are worded so; what is asked for before keeps its words.

    Raises :class:`DocumentSettingError`, with the part at fault.
    """
    check_text(document, language, parts)
    standard = standard_text(document, language).parts
    if dict(parts) == dict(current_text(session, unit, document, language).parts):
        raise DocumentSettingError("same")
    kept = "" if dict(parts) == dict(standard) else json.dumps(parts, ensure_ascii=False)
    _add_text(session, unit, document, language, kept, account_id, at)


def check_text(document: str, language: Language, parts: Mapping[str, Part]) -> None:
    """Let no wording pass that lacks a part or names what cannot be filled in. Raises :class:`DocumentSettingError`,
    with the part at fault."""
    standard = standard_text(document, language).parts
    if parts.keys() != standard.keys() or any(
        isinstance(parts[name], str) != isinstance(standard[name], str) for name in parts
    ):
        raise DocumentSettingError("other_parts")
    for name, part in parts.items():
        lines = [part] if isinstance(part, str) else part
        if not lines or not all(line.strip() for line in lines):
            raise DocumentSettingError("empty_part", name)
        if unknown := [found for line in lines for found in unknown_placeholders(document, line)]:
            alone = {"{", "}"}.issuperset(unknown)
            raise DocumentSettingError("bracket" if alone else "unknown", name, found=", ".join(unknown))


def reset_text(
    session: Session, unit: Unit, document: str, language: Language, *, account_id: int | None, at: datetime
) -> None:
    """Back to the standard text. Raises :class:`DocumentSettingError`."""
    if current_text(session, unit, document, language) == standard_text(document, language):
        raise DocumentSettingError("same")
    _add_text(session, unit, document, language, "", account_id, at)


def _add_text(
    session: Session, unit: Unit, document: str, language: str, parts: str, account_id: int | None, at: datetime
) -> None:
    session.add(
        DocumentText(
            unit=unit, document=document, language=language, parts=parts, changed_at=at, changed_by_id=account_id
        )
    )
    session.flush()
