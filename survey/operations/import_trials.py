"""Reading a file by the plan agreed on: tried without writing, every fault named by its cell; then imported whole."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.answer_columns import COUNTER, UNIT
from forms.answer_files import Plan
from forms.answer_words import plain
from forms.tables import cell_name
from survey.models import Counter, ImportDraft, Unit
from survey.operations.bounded import run_bounded
from survey.operations.errors import OperationError
from survey.operations.errors import noop as _n
from survey.operations.import_drafts import ImportDraftError, places_of, refuse_again
from survey.operations.import_plans import place_names
from survey.operations.imports import ImportResult, import_responses, preview_import, question_ids
from survey.operations.periods import PROVINCE_TIME, noon
from survey.operations.response_files import ResponseFileError, ResponseRow
from survey.operations.submission import canonical

FAULTS_SHOWN = 100


class RowFault(OperationError):
    """What is wrong in a cell or row of the file: `cell` is its address ("B12"; "12" for a row), `column` its name."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "word": _n("“%(value)s” is not assigned to an answer"),
        "text_length": _n("the text has %(length)s characters; at most %(limit)s are kept"),
        "date": _n("“%(value)s” is not read as a day"),
        "outside_period": _n("“%(value)s” lies outside the wave's period"),
        "duration": _n("“%(value)s” is not read as a duration"),
        "unit_missing": _n("the unit is missing"),
        "unit_unknown": _n("there is no unit “%(unit)s”"),
        "unit_not_in_wave": _n("the unit “%(unit)s” takes no part in the wave"),
        "unit_out_of_reach": _n("the unit “%(unit)s” does not belong to the unit you import for"),
        "counter_unknown": _n("the unit %(unit)s has no counter “%(counter)s”"),
    }

    def __init__(self, cell: str, column: str, code: str, **parameters: object) -> None:
        self.cell = cell
        self.column = column
        super().__init__(code, **parameters)


@dataclass(frozen=True, slots=True)
class Trial:
    """What an import would do. `units` counts the rows by unit; with faults nothing is imported and `new` is 0."""

    read: int
    blank: int
    unsent: int
    new: int
    known: int
    known_flagged: int
    units: tuple[tuple[str, int], ...]
    faults: tuple[RowFault, ...]
    fault_count: int

    @property
    def is_good(self) -> bool:
        return not self.fault_count and self.new + self.known > 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of a file by its plan, with what is wrong with them."""

    rows: tuple[ResponseRow, ...]
    read: int
    blank: int
    unsent: int
    faults: tuple[RowFault, ...]
    fault_count: int


def read_draft(session: Session, draft: ImportDraft, plan: Plan, header: Sequence[str] = ()) -> Reading:
    """The rows by the plan, read in the child process; `header` names columns in faults. Raises BoundedError."""
    wave = draft.wave
    start = datetime(wave.period_start.year, wave.period_start.month, wave.period_start.day, tzinfo=PROVINCE_TIME)
    end = datetime(wave.period_end.year, wave.period_end.month, wave.period_end.day, tzinfo=PROVINCE_TIME)
    places = place_names(places_of(session, draft)) | dict(plan.places)
    bounded = replace(
        plan, places=places, not_before=int(start.timestamp()), not_after=int((end + timedelta(days=1)).timestamp())
    )
    arguments = {"definition": wave.questionnaire.definition, "plan": bounded.to_json()}
    found = run_bounded("forms.answer_files:read_answers", draft.content, arguments)
    ids = question_ids(session, wave)
    names = _Names(session, draft, plan)
    rows = tuple(_row(entry, ids, names) for entry in found["rows"])
    faults = [
        RowFault(
            str(row) if column is None else cell_name(row, column),
            header[column] if column is not None and column < len(header) else "",
            code,
            **parameters,
        )
        for row, column, code, parameters in found["faults"]
    ]
    return Reading(rows, found["read"], found["blank"], found["unsent"], tuple(faults), found["fault_count"])


class _Names:
    """Which unit and counter the words of a row name."""

    def __init__(self, session: Session, draft: ImportDraft, plan: Plan) -> None:
        self.default = "" if UNIT in plan.columns else draft.unit.code
        self.counters: dict[str, dict[str, str]] = {}
        if COUNTER in plan.columns:
            units = [unit.id for unit in places_of(session, draft)]
            query = select(Unit.code.label("unit"), Counter.code, Counter.name_vi, Counter.name_en)
            for row in session.execute(query.join(Counter.unit).where(Unit.id.in_(units))):
                known = self.counters.setdefault(row.unit, {})
                for name in (row.name_en, row.name_vi, row.code):
                    if name:
                        known[plain(name)] = row.code

    def place(self, unit: str, counter: str) -> tuple[str, str]:
        code = unit or self.default
        return code, self.counters.get(code, {}).get(plain(counter), counter)


def _row(entry: Sequence[Any], ids: Mapping[str, int], names: _Names) -> ResponseRow:
    number, unit, counter, moment, seconds, choices, several, texts = entry
    chosen = {ids[code]: value for code, value in choices.items()}
    ticked = {ids[code]: tuple(values) for code, values in several.items()}
    written = {ids[code]: text for code, text in texts.items()}
    place, desk = names.place(unit, counter)
    content = canonical(chosen, ticked, written)
    return ResponseRow(number, place, None, chosen, ticked, written, content, desk, moment, seconds)


def try_import(session: Session, draft: ImportDraft, reading: Reading, plan: Plan, header: Sequence[str] = ()) -> Trial:
    """What importing the rows would do; writes nothing."""
    faults, count = list(reading.faults), reading.fault_count
    outside = _out_of_reach(session, draft, reading.rows)
    misplaced = [row for row in reading.rows if not row.unit or row.unit in outside]
    column = plan.columns.index(UNIT) if UNIT in plan.columns else 0
    name = header[column] if column < len(header) else ""
    for row in misplaced:
        code = outside[row.unit] if row.unit else "unit_missing"
        faults.append(RowFault(cell_name(row.line, column), name, code, unit=row.unit[:60]))
    count += len(misplaced)
    new = known = flagged = 0
    if not count:
        try:
            preview = preview_import(session, draft.wave, reading.rows, channel=draft.channel, trust=draft.trust)
            new, known, flagged = preview.new, preview.known, preview.known_flagged
        except ResponseFileError as refused:
            desk = plan.columns.index(COUNTER) if COUNTER in plan.columns else 0
            faults += [
                RowFault(
                    cell_name(error.line, desk),
                    header[desk] if desk < len(header) else "",
                    error.code,
                    **error.parameters,
                )
                for error in refused.errors
            ]
            count = refused.count
    units = Tally(row.unit for row in reading.rows)
    return Trial(
        reading.read,
        reading.blank,
        reading.unsent,
        new,
        known,
        flagged,
        tuple(units.most_common()),
        tuple(faults[:FAULTS_SHOWN]),
        count,
    )


def _out_of_reach(session: Session, draft: ImportDraft, rows: Sequence[ResponseRow]) -> dict[str, str]:
    """Codes in the rows that name no unit of the wave within reach, and what is wrong with each."""
    named = {row.unit for row in rows if row.unit}
    within = {unit.code for unit in places_of(session, draft)}
    known = {
        row.code: row.path
        for row in session.execute(select(Unit.code, Unit.path).where(Unit.code.in_(sorted(named - within))))
    }
    wrong = {}
    for code in named - within:
        path = known.get(code)
        if path is None:
            wrong[code] = "unit_unknown"
        else:
            wrong[code] = "unit_not_in_wave" if path.startswith(draft.unit.path) else "unit_out_of_reach"
    return wrong


def finish_import(session: Session, draft: ImportDraft, reading: Reading, day: date, at: datetime) -> ImportResult:
    """Store the rows, all or none, and remove the draft; the caller commits, and seals afterwards.

    Raises :class:`ImportDraftError`, and what :func:`~survey.operations.imports.import_responses` raises.
    """
    if draft.wave.state != "open":
        raise ImportDraftError("wave_not_open", wave=draft.wave.code)
    if reading.fault_count:
        raise ImportDraftError("faults", count=reading.fault_count)
    if not reading.rows:
        raise ImportDraftError("nothing")
    refuse_again(session, draft.wave, draft.file_digest)
    if _out_of_reach(session, draft, reading.rows):
        raise ImportDraftError("faults", count=1)
    result = import_responses(
        session,
        draft.wave,
        reading.rows,
        at=at,
        received_at=min(noon(day), at),
        file_name=draft.file_name,
        file_digest=draft.file_digest,
        channel=draft.channel,
        trust=draft.trust,
        account_id=draft.account_id,
        unit=draft.unit,
    )
    session.delete(draft)
    session.flush()
    return result
