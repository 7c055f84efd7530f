"""What waits for the signed-in person: each row counts what he may do something about, and leads to exactly that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import or_

from reports.wording import short_date
from survey import staff_waiting_reports
from survey.accounts.guard import account
from survey.accounts.scope import can, scope
from survey.analysis import petitions, waiting
from survey.analysis.dialogue_board import days_of, period_of, warned_from
from survey.analysis.progress import OpenWave
from survey.analysis.remedies import Owner
from survey.database import current_session
from survey.dialogue_wording import period_name
from survey.models import Unit
from survey.staff_waves import language, unit_name, wave_name
from survey.waiting_row import Row

CLOSES_SOON = 7  # days before a wave closes
DOUBTED_DAYS = 7  # for which doubted responses are new
# Who may do none of this has no work here.
WORK = (
    "petitions.handle",
    "petitions.settings",
    "dialogues.run",
    "dialogues.remind",
    "commitments.report",
    "remedies.report",
    "waves.edit",
    "progress.edit",
    "paper.enter",
    "responses.flag",
    "questionnaires.publish",
    "questionnaires.edit",
    "mail.manage",
    *staff_waiting_reports.WORK,
)


def works() -> bool:
    """Whether anything at all can wait for the signed-in person."""
    return any(can(action) for action in WORK)


def rows(today: date, open_waves: Sequence[OpenWave]) -> list[Row]:
    """Everything that waits, what is urgent first; `open_waves` are those of the first page."""
    rooms = (
        *(_opinions, _dialogues, _questions, _promises, _remedies, _waves),
        *(staff_waiting_reports.rows, _paper, _responses, _drafts, _mail),
    )
    found = [row for room in rooms for row in room(today) if row.number]
    found += _closing(today, open_waves)
    return sorted(found, key=lambda row: not row.urgent)


def _opinions(today: date) -> Iterator[Row]:
    """Who handles cases sees each step that waits; who follows the offices below, the late ones."""
    handles = can("petitions.handle")
    if not handles and not can("petitions.settings"):
        return
    session, within = (
        current_session(),
        scope("petitions.handle" if handles else "petitions.settings").covers(Unit.path),
    )
    found = petitions.waiting(session, within, account().id, today, petitions.soon(session, today) if handles else None)

    def row(number: int, words: str, *, urgent: bool = False, **filters: Any) -> Row:
        return Row(number, words, url_for("petitions.index", **filters), urgent)

    yield row(found.late, ngettext("late opinion", "late opinions", found.late), urgent=True, late="1")
    if not handles:
        return
    soon = ngettext(
        "opinion due within %(days)s working days",
        "opinions due within %(days)s working days",
        found.due,
        days=petitions.SOON_DAYS,
    )
    yield row(found.due, soon, late="soon")
    yield row(found.new, ngettext("new opinion to classify", "new opinions to classify", found.new), state="received")
    handed = ngettext("opinion handed to you to take up", "opinions handed to you to take up", found.transferred)
    yield row(found.transferred, handed, state="transferred")
    classified = ngettext("classified opinion to take up", "classified opinions to take up", found.classified)
    yield row(found.classified, classified, state="classified")
    yield row(found.own, ngettext("opinion in your charge", "opinions in your charge", found.own), who="mine")


def _dialogues(today: date) -> Iterator[Row]:
    """Who runs dialogues plans and concludes them; who reminds others sees how many did not hold theirs."""
    session, period = current_session(), period_of(today)
    warned = today >= warned_from(period)
    named, due = period_name(period.year, period.half), short_date(days_of(period)[1], language())
    if can("dialogues.run"):
        within = scope("dialogues.run").covers(Unit.path)
        number, code = waiting.without_dialogue(session, within, period, waiting.ALIVE)
        words = ngettext(
            "dialogue to plan for %(period)s, to be held by %(day)s",
            "dialogues to plan for %(period)s, to be held by %(day)s",
            number,
            period=named,
            day=due,
        )
        yield Row(number, words, url_for("dialogue_plans.plan", unit=code), warned)
    if can("dialogues.conclude"):
        held = waiting.unconcluded_dialogues(session, scope("dialogues.conclude").covers(Unit.path))
        words = ngettext("dialogue held and not concluded", "dialogues held and not concluded", held)
        yield Row(held, words, url_for("dialogues.index", state="held"))
    if not can("dialogues.remind"):
        return
    within = scope("dialogues.remind").covers(Unit.path)
    before = period.before
    if waiting.dialogue_begun(session, within, before):
        late, _code = waiting.without_dialogue(session, within, before, waiting.HELD)
        words = ngettext(
            "unit held no dialogue in %(period)s",
            "units held no dialogue in %(period)s",
            late,
            period=period_name(before.year, before.half),
        )
        yield Row(late, words, _board("late", f"{before.year}-{before.half}"), urgent=True)
    if warned:
        number, _code = waiting.without_dialogue(session, within, period, (*waiting.HELD, "running"))
        words = ngettext(
            "unit must still hold its dialogue of %(period)s, by %(day)s",
            "units must still hold their dialogue of %(period)s, by %(day)s",
            number,
            period=named,
            day=due,
        )
        yield Row(number, words, _board("due", f"{period.year}-{period.half}"))


def _board(status: str, period: str) -> str:
    return url_for("dialogue_boards.index", status=status, period=period)


def _questions(today: date) -> Iterator[Row]:
    if not can("dialogues.run"):
        return
    for found in waiting.dialogue_questions(current_session(), scope("dialogues.run").covers(Unit.path), today):
        url, place = url_for("dialogue_questions.index", dialogue_code=found.dialogue_code), unit_name(found.place)
        words = ngettext(
            "question to sort for the dialogue of %(unit)s",
            "questions to sort for the dialogue of %(unit)s",
            found.received,
            unit=place,
        )
        yield Row(found.received, words, url)
        words = ngettext(
            "answer promised for later in the dialogue of %(unit)s",
            "answers promised for later in the dialogue of %(unit)s",
            found.owed,
            unit=place,
        )
        if found.late:
            words = gettext("%(owed)s, %(late)s of them late", owed=words, late=found.late)
        yield Row(found.owed, words, url, found.late > 0)


def _promises(today: date) -> Iterator[Row]:
    action = next((each for each in ("dialogues.remind", "commitments.report") if can(each)), None)
    if action is not None:
        late = waiting.late_commitments(current_session(), scope(action).covers(Unit.path), today)
        yield Row(
            late,
            ngettext("late commitment", "late commitments", late),
            url_for("commitments.index", state="late"),
            True,
        )


def _remedies(today: date) -> Iterator[Row]:
    action = next((each for each in ("remedies.edit", "remedies.report") if can(each)), None)
    if action is not None:
        reach = scope(action)
        within = or_(reach.covers(Unit.path), reach.covers(Owner.path))
        late = waiting.late_remedies(current_session(), within, today)
        yield Row(late, ngettext("late remedy", "late remedies", late), url_for("remedies.index", state="late"), True)


def _waves(_today: date) -> Iterator[Row]:
    if not can("waves.edit"):
        return
    for wave in waiting.waves_to_mend_or_publish(current_session(), scope("waves.edit").covers(Unit.path)):
        url, name = url_for("waves.wave", wave_code=wave.code), wave_name(wave)
        if wave.state == "closed":
            yield Row(1, gettext("closed wave to publish: %(wave)s", wave=name), url)
        else:
            yield Row(1, gettext("wave that could not open or close on its day: %(wave)s", wave=name), url, True)


def _closing(today: date, open_waves: Iterable[OpenWave]) -> Iterator[Row]:
    """Units without anything in a wave that closes soon; the first page has counted them already."""
    if not can("progress.edit"):
        return
    for found in open_waves:
        closes, silent = found.wave.closes_on, found.total.silent
        if closes is not None and closes - today <= timedelta(days=CLOSES_SOON) and silent:
            words = ngettext(
                "unit without responses in the wave “%(wave)s”, which closes after %(day)s",
                "units without responses in the wave “%(wave)s”, which closes after %(day)s",
                silent,
                wave=wave_name(found.wave),
                day=short_date(closes, language()),
            )
            yield Row(silent, words, url_for("progress.board", wave_code=found.wave.code, where="silent"), True)


def _paper(_today: date) -> Iterator[Row]:
    if not can("paper.enter"):
        return
    found = waiting.paper_batches(current_session(), scope("paper.enter").covers(Unit.path))
    typing, checking, checked = (found.get(state, 0) for state in ("open", "entered", "checked"))
    words = ngettext("batch of paper forms being typed", "batches of paper forms being typed", typing)
    yield Row(typing, words, url_for("paper.index", state="open"))
    words = ngettext("batch of paper forms to check", "batches of paper forms to check", checking)
    yield Row(checking, words, url_for("paper.index", state="entered"))
    if can("paper.accept"):
        words = ngettext("checked batch to accept", "checked batches to accept", checked)
        yield Row(checked, words, url_for("paper.index", state="checked"))


def _responses(today: date) -> Iterator[Row]:
    if not can("responses.flag"):
        return
    since = today - timedelta(days=DOUBTED_DAYS)
    for wave, number in waiting.doubted_responses(current_session(), scope("responses.flag").covers(Unit.path), since):
        words = ngettext(
            "doubtful response since %(day)s in the wave “%(wave)s”",
            "doubtful responses since %(day)s in the wave “%(wave)s”",
            number,
            day=short_date(since, language()),
            wave=wave_name(wave),
        )
        yield Row(number, words, url_for("responses.index", wave=wave.code, flag="any", first=since.isoformat()))


def _drafts(_today: date) -> Iterator[Row]:
    if not can("questionnaires.edit"):
        return
    for draft in waiting.handed_drafts(current_session(), scope("questionnaires.edit").covers(Unit.path)):
        publishes, url = can("questionnaires.publish", draft.owner.path), url_for("drafts.show", draft_id=draft.id)
        title = draft.title_vi or draft.title_en or draft.code
        if draft.state == "submitted" and publishes:
            yield Row(1, gettext("questionnaire handed in for publication: %(title)s", title=title), url)
        elif draft.state == "returned" and not publishes:
            yield Row(1, gettext("questionnaire returned to be mended: %(title)s", title=title), url)


def _mail(_today: date) -> Iterator[Row]:
    if not can("mail.manage"):
        return
    found = waiting.stuck_mail(current_session(), scope("mail.manage").covers(Unit.path), datetime.now(UTC))
    words = ngettext("message that could not be sent", "messages that could not be sent", found.failed)
    yield Row(found.failed, words, url_for("mail.index", state="failed"), True)
    words = ngettext("message that nobody sends", "messages that nobody sends", found.pending)
    yield Row(found.pending, words, url_for("mail.index", state="pending"), True)
