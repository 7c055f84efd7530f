"""The polls of a dialogue beside what they are read with: the unit's counters, and the dialogue before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.dialogue_record import HalfYear
from reports.figures import Figure, Judgement
from reports.report_figures import UnitReport
from survey.analysis.readable import begun_waves
from survey.analysis.remedy_judgement import judge
from survey.analysis.summary import unit_report
from survey.analysis.tally_statement import Source
from survey.models import Dialogue, DialogueGroup, DialoguePoll, Unit, Wave
from survey.operations.dialogue_passes import passes_of
from survey.operations.dialogue_polls import POLLS, PollError, obstacle

OVERALL = "overall_satisfaction"  # the one question that both polls, and the counters' forms, ask


@dataclass(frozen=True, slots=True)
class PollLine:
    """A poll: open, closed or not asked yet, then with what keeps it from opening (None: nothing does)."""

    kind: str
    poll: DialoguePoll | None
    report: UnitReport | None
    hindered: PollError | None


@dataclass(frozen=True, slots=True)
class PollsView:
    """Both polls of a dialogue with all that stands beside them.

    `passes` were given by the room's code, `counted` are those present as the secretary counted them. The changes are
    those of the overall question: of the exit poll since the dialogue before, of the follow-up poll since the exit.
    """

    lines: tuple[PollLine, ...]
    passes: int
    counted: int
    before: Dialogue | None
    before_report: UnitReport | None
    counters: UnitReport | None
    since_before: Judgement | None
    since_exit: Judgement | None

    @property
    def too_many_passes(self) -> bool:
        """Whether the room's code was typed more often than people were there: it was passed on."""
        return 0 < self.counted < self.passes


def polls_view(
    session: Session, dialogue: Dialogue, today: date, *, source: Source, with_counters: bool = True
) -> PollsView:
    """Everything the page of a dialogue's polls shows; figures of fewer than five people are hidden in it."""
    unit, polls = dialogue.unit, {poll.kind: poll for poll in dialogue.polls}
    reports = {kind: _report(session, poll.wave, unit, source) for kind, poll in polls.items()}
    lines = tuple(
        PollLine(kind, polls.get(kind), reports.get(kind), obstacle(session, dialogue, kind, today)) for kind in POLLS
    )
    before = poll_before(session, dialogue)
    exit_wave = polls["exit"].wave if "exit" in polls else None
    follow_up = polls["follow_up"].wave if "follow_up" in polls else None
    counters = _last_survey(session, unit) if with_counters else None
    counted = select(func.sum(DialogueGroup.counted)).where(DialogueGroup.dialogue_id == dialogue.id)
    return PollsView(
        lines=lines,
        passes=passes_of(session, dialogue),
        counted=session.scalar(counted) or 0,
        before=before[0] if before else None,
        before_report=_report(session, before[1], unit, source) if before else None,
        counters=_report(session, counters, unit, source) if counters else None,
        since_before=_change(session, unit, before[1] if before else None, exit_wave, source),
        since_exit=_change(session, unit, exit_wave, follow_up, source),
    )


def poll_before(session: Session, dialogue: Dialogue) -> tuple[Dialogue, Wave] | None:
    """The unit's last dialogue before this one that those present rated, and the wave of that poll."""
    query = (
        select(Dialogue, Wave)
        .join(DialoguePoll, DialoguePoll.dialogue_id == Dialogue.id)
        .join(Wave, Wave.id == DialoguePoll.wave_id)
        .where(
            Dialogue.unit_id == dialogue.unit_id,
            Dialogue.starts_at < dialogue.starts_at,
            DialoguePoll.kind == "exit",
        )
        .order_by(Dialogue.starts_at.desc(), Dialogue.id.desc())
    )
    row = session.execute(query.limit(1)).first()
    return (row[0], row[1]) if row is not None else None


def review_figure(session: Session, unit: Unit, period: HalfYear, *, source: Source) -> Figure | None:
    """How those present rated the unit's own dialogue of a half-year, the last one rated; None where nobody was asked.

    Dialogues of units below are rated for themselves: those of several meetings are not pooled.
    """
    wave = session.scalar(
        select(Wave)
        .join(DialoguePoll, DialoguePoll.wave_id == Wave.id)
        .join(Dialogue, Dialogue.id == DialoguePoll.dialogue_id)
        .where(
            Dialogue.unit_id == unit.id,
            Dialogue.year == period.year,
            Dialogue.half == period.half,
            Dialogue.state.in_(("held", "concluded")),
            DialoguePoll.kind == "exit",
        )
        .order_by(Dialogue.starts_at.desc(), Dialogue.id.desc())
        .limit(1)
    )
    return _report(session, wave, unit, source).index if wave is not None else None


def _report(session: Session, wave: Wave, unit: Unit, source: Source) -> UnitReport:
    return unit_report(session, wave, unit, source=source, with_history=False, with_scan=False)


def _last_survey(session: Session, unit: Unit) -> Wave | None:
    """The last survey that is over in which the unit took part."""
    return next((wave for wave in begun_waves(session, Unit.id == unit.id) if wave.state != "open"), None)


def _change(session: Session, unit: Unit, older: Wave | None, newer: Wave | None, source: Source) -> Judgement | None:
    """The change of the overall question; None before both polls have closed."""
    if older is None or newer is None or "open" in (older.state, newer.state):
        return None
    return judge(session, unit, older, newer, "item", OVERALL, source=source, with_others=False)
