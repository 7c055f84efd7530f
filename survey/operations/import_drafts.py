"""A file on its way in: kept until it is imported or given up, and only ever opened in the bounded child process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forms.ballot import clean_text
from forms.definition import Questionnaire
from survey.models import ImportDraft, ImportRun, Unit, Wave, WaveUnit
from survey.operations.bounded import run_bounded
from survey.operations.collectors import check_trust
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.import_runs import earlier_runs
from survey.operations.periods import PROVINCE_TIME, province_day

KEPT = timedelta(days=7)
CHANNELS = ("import", "paper", "phone", "interview")
# What another tool cannot vouch for is not on offer: a token bound to a dossier, the counter's own device.
TRUST_LEVELS = ("open", "paper", "assisted")


class ImportDraftError(OperationError):
    """A file that cannot be taken for an import, and why."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "wave_not_open": _n("The wave %(wave)s is not open: it takes no answers."),
        "empty": _n("The file is empty."),
        "already_imported": _n(
            "This very file was imported into the wave on %(date)s. Nothing is imported twice: "
            "if that import was wrong, let the compiler withdraw it first."
        ),
        "no_question": _n("No column is a question of the questionnaire: say at least one."),
        "twice": _n("Two columns are said to be “%(target)s”: only one can be."),
        "target": _n("There is no “%(target)s” that a column could be."),
        "word": _n("“%(value)s” is not an answer of the question."),
        "place": _n("There is no unit with the code %(unit)s in this wave within your unit."),
        "day": _n(
            "The day of the answers must lie within the wave's period, %(start)s to %(end)s, and not in the future."
        ),
        "no_unit": _n("The unit %(unit)s itself takes no part in the wave: say which column holds the unit."),
        "faults": _n("The file has %(count)s errors: nothing was imported."),
        "nothing": _n("The file holds no answers."),
    }


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A column as it was found; `words` with how often each occurs, `more` distinct ones besides."""

    name: str
    samples: tuple[str, ...]
    filled: int
    words: tuple[tuple[str, int], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Description:
    """What a file holds before anybody says what it means."""

    encoding: str
    sheet: str
    sheets: tuple[str, ...]
    rows: int
    columns: tuple[DescribedColumn, ...]


def start_import(
    session: Session,
    wave: Wave,
    unit: Unit,
    *,
    file_name: str,
    content: bytes,
    channel: str,
    trust: str,
    account_id: int,
    at: datetime,
) -> ImportDraft:
    """Keep a file to be looked at; what has lain for a week is removed.

    Raises :class:`ImportDraftError`, and :class:`~survey.operations.collectors.CollectorError` for the trust level.
    """
    if wave.state != "open":
        raise ImportDraftError("wave_not_open", wave=wave.code)
    if not content:
        raise ImportDraftError("empty")
    check_trust(channel, trust)
    digest = hashlib.sha256(content).hexdigest()
    refuse_again(session, wave, digest)
    session.execute(delete(ImportDraft).where(ImportDraft.created_at < at - KEPT))
    draft = ImportDraft(
        account_id=account_id,
        wave=wave,
        unit=unit,
        file_name=clean_text(file_name, lines=False)[:300] or "?",
        file_digest=digest,
        content=content,
        channel=channel,
        trust=trust,
        created_at=at,
    )
    session.add(draft)
    session.flush()
    return draft


def refuse_again(session: Session, wave: Wave, digest: str) -> None:
    """Refuse a file that was imported into the wave and not withdrawn, whatever it would be called this time."""
    for run in earlier_runs(session, digest):
        if run.wave_id == wave.id:
            day = run.imported_at.astimezone(PROVINCE_TIME).strftime("%d/%m/%Y")
            raise ImportDraftError("already_imported", date=day)


def imported_elsewhere(session: Session, draft: ImportDraft) -> list[ImportRun]:
    """Imports of the very same file into other waves."""
    return [run for run in earlier_runs(session, draft.file_digest) if run.wave_id != draft.wave_id]


def describe(content: bytes, encoding: str = "", sheet: str = "") -> Description:
    """Open the file in the child process; raises :class:`~survey.operations.bounded.BoundedError`."""
    found = run_bounded("forms.answer_files:describe", content, {"encoding": encoding, "sheet": sheet})
    columns = tuple(
        DescribedColumn(
            column["name"],
            tuple(column["samples"]),
            column["filled"],
            tuple((word, times) for word, times in column["words"]),
            column["more"],
        )
        for column in found["columns"]
    )
    return Description(found["encoding"], found["sheet"], tuple(found["sheets"]), found["rows"], columns)


def asked_in(draft: ImportDraft) -> Questionnaire:
    return Questionnaire.from_yaml(draft.wave.questionnaire.definition)


def places_of(session: Session, draft: ImportDraft) -> list[Unit]:
    """The units of the wave within the unit the import is for, parents before children."""
    query = (
        select(Unit)
        .join(WaveUnit, WaveUnit.unit_id == Unit.id)
        .where(WaveUnit.wave_id == draft.wave_id, Unit.path.startswith(draft.unit.path, autoescape=True))
    )
    return list(session.scalars(query.order_by(Unit.path)))


def default_day(wave: Wave, at: datetime) -> date:
    """The day of answers that carry none: today while the wave's period runs, and its last day afterwards."""
    return max(wave.period_start, min(province_day(at), wave.period_end))
