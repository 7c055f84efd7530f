"""What waits for the signed-in person on the road from a closed wave to documents: reports, cards, requests, sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext

from reports.counter_score_wording import period_name
from reports.wording import short_date
from survey.accounts.guard import account
from survey.accounts.scope import can, root_paths, scope
from survey.analysis import counter_fixings, dialogue_answers, document_tasks, scorecard_tasks, waiting_reports
from survey.database import current_session
from survey.models import Unit
from survey.staff_waves import language, wave_name
from survey.waiting_row import Row

# Who may do none of this has none of this work.
WORK = (
    "filings.submit",
    "filings.decide",
    "waves.publish",
    "scorecards.score",
    "scorecards.appraise",
    "emulation.propose",
    "emulation.edit",
    "counter_scores.fix",
    "dialogues.answer",
    "documents.sign",
)


def rows(today: date) -> Iterator[Row]:
    """Also those that count nothing."""
    own = (_own_filings, _own_cards, _own_emulation, _answers)
    for room in (*own, _filings, _requests, _cards, _lists, _counter_scores, _documents):
        yield from room(today)


def _own_filings(today: date) -> Iterator[Row]:
    if not can("filings.submit"):
        return
    due = waiting_reports.filings_due(current_session(), scope("filings.submit").covers(Unit.path))
    for state, found in due.items():
        day = short_date(found.on, language())
        words = (
            ngettext(
                "returned periodic report to hand in again, by %(day)s",
                "returned periodic reports to hand in again, the first by %(day)s",
                found.number,
                day=day,
            )
            if state == "returned"
            else ngettext(
                "periodic report to hand in, by %(day)s",
                "periodic reports to hand in, the first by %(day)s",
                found.number,
                day=day,
            )
        )
        alone = url_for("filings.show", filing_id=found.key)
        yield Row(
            found.number,
            words,
            alone if found.number == 1 else url_for("filings.index", state=state),
            found.is_late(today),
        )


def _own_cards(today: date) -> Iterator[Row]:
    if not can("scorecards.score"):
        return
    due = waiting_reports.scorecards_due(current_session(), scope("scorecards.score").covers(Unit.path))
    for state, found in due.items():
        day = short_date(found.on, language())
        words = (
            ngettext(
                "scorecard to score and hand in, by %(day)s",
                "scorecards to score and hand in, the first by %(day)s",
                found.number,
                day=day,
            )
            if state == "scoring"
            else ngettext(
                "appraised scorecard to explain or accept, by %(day)s",
                "appraised scorecards to explain or accept, the first by %(day)s",
                found.number,
                day=day,
            )
        )
        yield Row(found.number, words, url_for("scorecards.index", state=state), found.is_late(today))


def _own_emulation(today: date) -> Iterator[Row]:
    if not can("emulation.propose"):
        return
    within = scope("emulation.propose").covers(Unit.path)
    number, on, campaign_id, code = waiting_reports.emulation_due(current_session(), within)
    if on is not None:
        words = ngettext(
            "emulation report to hand in, by %(day)s",
            "emulation reports to hand in, the first by %(day)s",
            number,
            day=short_date(on, language()),
        )
        alone = url_for("emulation.unit", campaign_id=campaign_id, unit_code=code)
        yield Row(number, words, alone if number == 1 else url_for("emulation.index", due=1), on < today)


def _answers(_today: date) -> Iterator[Row]:
    if can("dialogues.answer"):
        within = scope("dialogues.answer").covers(Unit.path)
        number = dialogue_answers.count_to_answer(current_session(), within)
        words = ngettext("question of a dialogue to answer", "questions of dialogues to answer", number)
        yield Row(number, words, url_for("dialogue_answers.index"))


def _filings(_today: date) -> Iterator[Row]:
    if not can("filings.decide"):
        return
    covers = scope("filings.decide").covers
    for wave, number in waiting_reports.filings_to_decide(current_session(), covers, account().id):
        words = ngettext(
            "periodic report to decide on, of the wave “%(wave)s”",
            "periodic reports to decide on, of the wave “%(wave)s”",
            number,
            wave=wave_name(wave),
        )
        yield Row(number, words, url_for("filing_board.index", wave=wave.code, state="submitted"))


def _requests(_today: date) -> Iterator[Row]:
    """What another person asked for; the one who asked cannot confirm it."""
    if not can("waves.publish"):
        return
    covers = scope("waves.publish").covers
    for asked in waiting_reports.publications_to_confirm(current_session(), covers, account().id):
        name, code = wave_name(asked.wave), asked.wave.code
        if asked.kind == "correction":
            words = gettext("correction to confirm or refuse: %(wave)s", wave=name)
            yield Row(1, words, url_for("wave_publication.correction", wave_code=code))
        else:
            words = gettext("publication to confirm or refuse: %(wave)s", wave=name)
            yield Row(1, words, url_for("wave_publication.show", wave_code=code))


def _cards(today: date) -> Iterator[Row]:
    """The council's steps, with cards of which the person wrote nothing himself."""
    if not can("scorecards.appraise"):
        return
    session, covers, own = current_session(), scope("scorecards.appraise").covers, account().id
    number = waiting_reports.scorecards(session, scorecard_tasks.to_appraise(covers, own))
    words = ngettext("scorecard to appraise", "scorecards to appraise", number)
    yield Row(number, words, url_for("scorecards.index", state="to_appraise"))
    number = waiting_reports.scorecards(session, scorecard_tasks.to_finish(covers, own, today))
    words = ngettext("scorecard that awaits its final points", "scorecards that await their final points", number)
    yield Row(number, words, url_for("scorecards.index", state="to_finish"))


def _lists(_today: date) -> Iterator[Row]:
    """Proposal lists that another person asked to be fixed."""
    if not can("emulation.edit"):
        return
    covers = scope("emulation.edit").covers
    for campaign in waiting_reports.lists_to_confirm(current_session(), covers, account().id):
        name = campaign.name_en if language() == "en" and campaign.name_en else campaign.name_vi
        words = gettext("proposal list to confirm or refuse: %(campaign)s", campaign=name)
        yield Row(1, words, url_for("emulation.show", campaign_id=campaign.id))


def _counter_scores(_today: date) -> Iterator[Row]:
    """Scores of a period that another person froze."""
    if not can("counter_scores.fix", root_paths()):
        return
    for period in counter_fixings.asked_by_others(current_session(), account().id):
        words = gettext("counter scores to confirm or refuse: %(period)s", period=period_name(period, language()))
        yield Row(1, words, url_for("counter_fixings.index", ky=period.code))


def _documents(_today: date) -> Iterator[Row]:
    if can("documents.sign"):
        session, covers = current_session(), scope("documents.sign").covers
        number = waiting_reports.document_sets(session, covers, document_tasks.to_sign())
        words = ngettext("set of documents to be signed", "sets of documents to be signed", number)
        yield Row(number, words, url_for("document_runs.index", task="sign"))
        number = waiting_reports.document_sets(session, covers, document_tasks.to_publish())
        words = ngettext("set of signed documents to publish", "sets of signed documents to publish", number)
        yield Row(number, words, url_for("document_runs.index", task="publish"))
