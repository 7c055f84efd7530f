"""Objects of the database for tests, one factory a noun: what matters to a test it must say, the rest has defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms import definition
from forms.definition import Choice, Section, Wording
from survey.models import Collector, Counter, Question, Questionnaire, Response, Target, Unit, Wave
from survey.operations import collectors, questionnaires, targets, units, waves
from survey.operations.responses import Submission, record_response
from survey.operations.submission import new_submission_id

NOW = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
PERIOD = (date(2026, 1, 1), date(2026, 6, 30))

_SCALE = tuple(Choice(value, Wording(f"Mức {value}", f"Level {value}")) for value in range(1, 6))
_NO_OPINION = Choice(0, Wording("Không có ý kiến", "No opinion"))


def make_rating(code: str, *, in_index: bool = True) -> definition.Question:
    """A rating 1–5 with "no opinion"."""
    words = Wording(f"Câu hỏi {code}", f"Question {code}")
    return definition.Question(
        code=code, kind="rating", label=words, wording=words, choices=(*_SCALE, _NO_OPINION), in_index=in_index
    )


def make_definition(
    *,
    code: str = "sample",
    version: str = "1.0",
    factors: Mapping[str, int] | None = None,
    questions: Iterable[definition.Question] = (),
    valid_from: date = date(2020, 1, 1),
    valid_until: date | None = None,
) -> definition.Questionnaire:
    """A questionnaire with `factors` (code → number of index items, coded factor_1 …) and then `questions`."""
    words = Wording("Phiếu mẫu", "Sample form")
    sections = [
        Section(
            code=factor,
            title=Wording(f"Yếu tố {factor}", f"Factor {factor}"),
            questions=tuple(make_rating(f"{factor}_{number}") for number in range(1, items + 1)),
            factor=factor,
        )
        for factor, items in ({"access": 2, "procedures": 2} if factors is None else factors).items()
    ]
    if rest := tuple(questions):
        sections.append(Section(code="rest", title=Wording("Khác", "Other"), questions=rest))
    return definition.Questionnaire(
        code=code,
        version=version,
        title=words,
        introduction=words,
        legal_reference=words,
        valid_from=valid_from,
        valid_until=valid_until,
        sections=tuple(sections),
    )


def make_unit(
    session: Session, *, code: str, kind: str = "commune", parent: Unit | None = None, name_vi: str = ""
) -> Unit:
    return units.create_unit(
        session, code=code, kind=kind, name_vi=name_vi or f"Đơn vị {code}", parent=parent, valid_from=date(2025, 7, 1)
    )


def make_counter(session: Session, unit: Unit, *, code: str, name_vi: str = "") -> Counter:
    return units.add_counter(session, unit, code=code, name_vi=name_vi or f"Quầy {code}", valid_from=date(2025, 7, 1))


def make_target(session: Session, *, code: str = "sipas-80", value: str = "0.8") -> Target:
    return targets.create_target(
        session, code=code, value=Decimal(value), reference_vi="Kế hoạch mẫu", valid_from=date(2025, 1, 1)
    )


def make_questionnaire(session: Session, asked: definition.Questionnaire | None = None) -> Questionnaire:
    return questionnaires.publish_questionnaire(session, asked or make_definition(), NOW)


def make_wave(
    session: Session,
    *,
    code: str,
    units: Iterable[Unit] = (),
    questionnaire: Questionnaire | None = None,
    target: Target | None = None,
    design: str = "self_selected",
    headline_weighting: str = "unweighted",
    trust_levels: Iterable[str] = ("open", "present", "paper"),
    period: tuple[date, date] = PERIOD,
    state: str = "draft",
) -> Wave:
    """A wave brought to `state` by the operations themselves; questionnaire and target are made where none is given."""
    wave = waves.create_wave(
        session,
        code=code,
        name_vi=f"Đợt {code}",
        questionnaire=questionnaire or make_questionnaire(session),
        target=target or session.scalar(select(Target)) or make_target(session),
        period_start=period[0],
        period_end=period[1],
        design=design,
        headline_weighting=headline_weighting,
        trust_levels=tuple(trust_levels),
    )
    waves.add_units(session, wave, units)
    for step, reached in ((waves.open_wave, "open"), (waves.close_wave, "closed"), (waves.publish_wave, "published")):
        if wave.state == state:
            break
        step(session, wave, NOW)
        assert wave.state == reached
    return wave


def make_collector(
    session: Session,
    wave: Wave,
    unit: Unit,
    *,
    counter: Counter | None = None,
    channel: str = "qr",
    trust: str = "open",
) -> Collector:
    return collectors.make_collector(session, wave, unit, counter=counter, channel=channel, trust=trust, at=NOW)


def make_response(
    session: Session,
    collector: Collector,
    *,
    answers: Mapping[str, int],
    texts: Mapping[str, str] | None = None,
    flags: tuple[str, ...] = (),
    received_at: datetime = NOW,
    seconds: int | None = 90,
) -> Response:
    """A stored ballot; `answers` and `texts` are keyed by question code."""
    query = select(Question.code, Question.id).where(Question.questionnaire_id == collector.wave.questionnaire_id)
    ids = {row.code: row.id for row in session.execute(query)}
    choices = {ids[code]: value for code, value in answers.items()}
    written = {ids[code]: text for code, text in (texts or {}).items()}
    submission = Submission(
        submission_id=new_submission_id(int(received_at.timestamp() * 1000)),
        collector_id=collector.id,
        received_at=int(received_at.timestamp()),
        seconds=seconds,
        language="vi",
        choices=choices,
        texts=written,
        flags=flags,
    )
    return session.get_one(Response, record_response(session, submission).response_id)
