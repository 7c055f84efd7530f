"""Who issues the documents of a wave, and in what words: as the unit that runs it had settled by a moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from reports.figures import Language, Text
from reports.issuer import to_superior
from reports.official_texts import OfficialText, standard_text
from reports.page import Issuer
from survey.analysis.province_report import reporting_units
from survey.models import DocumentIssuer, DocumentText, Unit, Wave

CHANGES = 20


def issuing_unit(session: Session, wave: Wave) -> Unit | None:
    """The unit whose settings hold for the documents of a wave: the one that runs it, else the one at its top."""
    return wave.owner or next(iter(reporting_units(session, wave)), None)


def issuer_of(session: Session, wave: Wave, at: datetime) -> DocumentIssuer | None:
    """Who issues the documents of a wave asked for at that moment; None: the unit at its top."""
    unit = issuing_unit(session, wave)
    return newest_issuer(session, unit, at) if unit else None


def newest_issuer(session: Session, unit: Unit, at: datetime | None = None) -> DocumentIssuer | None:
    """The unit's setting, as it was at that moment or is now; None for the default."""
    query = select(DocumentIssuer).where(DocumentIssuer.unit_id == unit.id).order_by(DocumentIssuer.id.desc()).limit(1)
    if at is not None:
        query = query.where(DocumentIssuer.changed_at <= at)
    found = session.scalar(query)
    return found if found is not None and found.name_vi else None


def newest_issuers(session: Session, units: Sequence[Unit]) -> dict[int, DocumentIssuer]:
    """The units' settings as they are now, by the key of the unit; the default is left out."""
    newest = _newest(DocumentIssuer.id, units, DocumentIssuer.unit_id)
    found = session.scalars(select(DocumentIssuer).where(DocumentIssuer.id.in_(newest), DocumentIssuer.name_vi != ""))
    return {each.unit_id: each for each in found}


def own_texts(session: Session, units: Sequence[Unit]) -> dict[int, set[tuple[str, str]]]:
    """Which documents, in which languages, each of the units words otherwise than the standard, by its key."""
    newest = _newest(DocumentText.id, units, DocumentText.unit_id, DocumentText.document, DocumentText.language)
    found: dict[int, set[tuple[str, str]]] = {unit.id: set() for unit in units}
    for each in session.scalars(select(DocumentText).where(DocumentText.id.in_(newest), DocumentText.parts != "")):
        found[each.unit_id].add((each.document, each.language))
    return found


def _newest(
    key: InstrumentedAttribute[int],
    units: Sequence[Unit],
    unit_id: InstrumentedAttribute[int],
    *kinds: InstrumentedAttribute[str],
) -> Select[int]:
    """The keys of the newest rows of each kind that the units have."""
    return select(func.max(key)).where(unit_id.in_([unit.id for unit in units])).group_by(unit_id, *kinds)


def printed_issuer(setting: DocumentIssuer, language: Language) -> Issuer:
    """As the head and the foot of a report print it; what has no English words stands in Vietnamese."""
    issuer = Issuer(
        Text(setting.name_vi, setting.name_en)[language],
        Text(setting.superior_vi, setting.superior_en)[language],
        number_suffix=f"/BC-{setting.abbreviation}",
        place=setting.locality,
        capacity=Text(setting.capacity_vi, setting.capacity_en)[language],
        office=Text(setting.position_vi, setting.position_en)[language],
        signatory=setting.signer,
        authority=Text(setting.authority_vi, setting.authority_en)[language],
    )
    return to_superior(issuer, language)


def text_of(session: Session, wave: Wave, document: str, language: Language, at: datetime) -> OfficialText:
    """The wording of a kind of document of a wave asked for at that moment."""
    unit = issuing_unit(session, wave)
    return current_text(session, unit, document, language, at) if unit else standard_text(document, language)


def current_text(
    session: Session, unit: Unit, document: str, language: Language, at: datetime | None = None
) -> OfficialText:
    """The unit's own wording as it was at that moment or is now, else the standard one."""
    query = _texts(unit, document, language).limit(1)
    if at is not None:
        query = query.where(DocumentText.changed_at <= at)
    own = session.scalar(query)
    return read_text(own.parts) if own is not None and own.parts else standard_text(document, language)


def text_changes(session: Session, unit: Unit, document: str, language: Language) -> Sequence[DocumentText]:
    """The newest versions of a wording, the newest first."""
    return session.scalars(_texts(unit, document, language).limit(CHANGES)).all()


def read_text(parts: str) -> OfficialText:
    """A wording as it is stored."""
    kept = json.loads(parts)
    return OfficialText({name: tuple(part) if isinstance(part, list) else part for name, part in kept.items()})


def _texts(unit: Unit, document: str, language: Language) -> Select[DocumentText]:
    return (
        select(DocumentText)
        .where(DocumentText.unit_id == unit.id, DocumentText.document == document, DocumentText.language == language)
        .order_by(DocumentText.id.desc())
    )
